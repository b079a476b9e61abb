package io.fastvif.engine.kernel;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.MessagesLostException;
import io.fastvif.netlink.NetlinkSocket;

/** Requests to rtnetlink, in the namespace of the thread that opened it. */
final class KernelExchange implements MessageExchange, MessageHandler {
  private static final int SEND_BYTES = 512 * 1024;
  private static final int ANSWER_MILLIS = 60_000;

  /** How often in a row receiving may fail before the answers are given up. */
  private static final int MAX_FAILURES = 8;

  private final NetlinkSocket socket = NetlinkSocket.open(NETLINK_ROUTE);
  private final MessageEncoder encoder =
      MessageEncoder.growing(Math.min(SEND_BYTES, socket.maxBytesPerSend()));
  private final MessageDecoder sent = new MessageDecoder();
  private AckHandler acks;
  private int awaited;
  private int first;
  private int last;

  KernelExchange() {
    socket.traceVifs(sequence -> acks.vifId(sequence));
  }

  @Override
  public MessageEncoder encoder() {
    return encoder;
  }

  @Override
  public int messageLimit() {
    return socket.maxMessagesPerSend();
  }

  @Override
  public void exchange(AckHandler handler) {
    acks = handler;
    awaited = encoder.messageCount();
    sent.wrap(encoder.segment(), 0, encoder.length());
    sent.next();
    first = sent.sequence();
    last = first + awaited - 1;
    try {
      socket.send(encoder);
    } catch (SystemCallException refused) {
      refuseAll(refused);
      return;
    }
    receiveAll();
  }

  /**
   * All answers are in the receive buffer once a send returns, but for those it had no room for.
   */
  private void receiveAll() {
    MessagesLostException lost = null;
    int failures = 0;
    while (awaited > 0) {
      try {
        if (socket.receive(this, lost == null ? ANSWER_MILLIS : 0) == 0) {
          throw lost != null
              ? lost
              : new IllegalStateException(
                  "the kernel did not answer " + awaited + " messages in " + ANSWER_MILLIS + " ms");
        }
        failures = 0;
      } catch (MessagesLostException full) {
        if (lost != null) {
          throw full;
        }
        lost = full;
      } catch (SystemCallException failed) {
        if (++failures == MAX_FAILURES) {
          throw failed;
        }
      }
    }
  }

  /** The kernel has not taken the send: it has done nothing of it. */
  private void refuseAll(SystemCallException refused) {
    sent.wrap(encoder.segment(), 0, encoder.length());
    while (sent.next()) {
      acks.acknowledged(sent.sequence(), refused.errno(), refused.getMessage());
    }
  }

  /** Those to an exchange that was given up come late, and are passed over. */
  @Override
  public void onAck(int sequence, int errno, String message, int attributeOffset) {
    if (sequence >= first && sequence <= last) {
      awaited--;
      acks.acknowledged(sequence, errno, message);
    }
  }

  @Override
  public void onMessage(MessageDecoder message) {
    // An echo or event that was not asked for.
  }

  /** The socket's descriptor, for ioctls on links. */
  int descriptor() {
    return socket.descriptor();
  }

  @Override
  public void close() {
    socket.close();
  }
}
