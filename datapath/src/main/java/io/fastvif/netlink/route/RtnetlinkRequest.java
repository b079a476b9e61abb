package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NLM_F_ACK;
import static io.fastvif.bindings.linux.linux_h.NLM_F_DUMP;
import static io.fastvif.bindings.linux.linux_h.NLM_F_REQUEST;

import io.fastvif.netlink.MessageEncoder;

/**
 * A flyweight that writes one message at a time to an encoder. Begin it with one of the methods
 * that name what to do, add attributes, then {@link #end()} it or give it to a {@link RouteSocket}.
 */
public abstract class RtnetlinkRequest {
  final MessageEncoder encoder;
  private int sequence;

  RtnetlinkRequest(MessageEncoder encoder) {
    this.encoder = encoder;
  }

  /**
   * Completes the message.
   *
   * @return whether it fitted into the encoder; if not, it has been taken back
   */
  public boolean end() {
    return encoder.end();
  }

  /**
   * The sequence number of the message begun last, which its acknowledgement will carry.
   *
   * @return nlmsg_seq
   */
  public final int sequence() {
    return sequence;
  }

  final void beginAcknowledged(int type, int flags, int headerLength) {
    sequence = encoder.begin(type, NLM_F_REQUEST | NLM_F_ACK | flags);
    encoder.putHeader(headerLength);
  }

  final void beginDump(int type, int headerLength) {
    sequence = encoder.begin(type, NLM_F_REQUEST | NLM_F_DUMP);
    encoder.putHeader(headerLength);
  }
}
