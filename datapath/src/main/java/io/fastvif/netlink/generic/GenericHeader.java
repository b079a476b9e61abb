package io.fastvif.netlink.generic;

import static io.fastvif.bindings.linux.linux_h.NLM_F_ACK;
import static io.fastvif.bindings.linux.linux_h.NLM_F_DUMP;
import static io.fastvif.bindings.linux.linux_h.NLM_F_REQUEST;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;

/**
 * {@code struct genlmsghdr}, which every message of generic netlink begins with.
 *
 * <pre>
 *   0       1       2               4
 *  +-------+-------+---------------+
 *  |  cmd  |version|   reserved    |
 *  +-------+-------+---------------+
 * </pre>
 *
 * @see <a href="https://docs.kernel.org/userspace-api/netlink/intro.html">linux/genetlink.h</a>
 */
public final class GenericHeader {
  /** The header's size in bytes (GENL_HDRLEN). */
  public static final int LENGTH = 4;

  private static final int COMMAND = 0;
  private static final int VERSION = 1;

  private GenericHeader() {}

  /**
   * Begins a request that is acknowledged.
   *
   * @param encoder where it goes
   * @param family the family's number
   * @param command the family's
   * @param version the family's
   * @return its sequence number
   */
  public static int begin(MessageEncoder encoder, int family, int command, int version) {
    return begin(encoder, family, NLM_F_REQUEST | NLM_F_ACK, command, version);
  }

  /**
   * Begins a request for all objects.
   *
   * @param encoder where it goes
   * @param family the family's number
   * @param command the family's
   * @param version the family's
   * @return its sequence number
   */
  public static int beginDump(MessageEncoder encoder, int family, int command, int version) {
    return begin(encoder, family, NLM_F_REQUEST | NLM_F_DUMP, command, version);
  }

  private static int begin(
      MessageEncoder encoder, int family, int flags, int command, int version) {
    int sequence = encoder.begin(family, flags);
    encoder.putHeader(LENGTH);
    encoder.setHeaderByte(COMMAND, command);
    encoder.setHeaderByte(VERSION, version);
    return sequence;
  }

  /**
   * What a message is.
   *
   * @param message one of generic netlink
   * @return its family's command
   */
  public static int command(MessageDecoder message) {
    return message.getByte(COMMAND);
  }
}
