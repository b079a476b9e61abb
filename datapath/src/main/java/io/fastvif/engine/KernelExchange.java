package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.MessageHandler;
import io.fastvif.netlink.NetlinkSocket;
import java.lang.foreign.Arena;

/** Requests to rtnetlink, in the namespace of the thread that opened it. */
final class KernelExchange implements MessageExchange, MessageHandler {
  private static final int SEND_BYTES = 512 * 1024;
  private static final int ANSWER_MILLIS = 60_000;

  private final Arena arena = Arena.ofShared();
  private final NetlinkSocket socket = NetlinkSocket.open(NETLINK_ROUTE);
  private final MessageEncoder encoder =
      new MessageEncoder(arena.allocate(Math.min(SEND_BYTES, socket.maxBytesPerSend())));
  private AckHandler acks;
  private int awaited;

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
    socket.send(encoder);
    try {
      while (awaited > 0) {
        if (socket.receive(this, ANSWER_MILLIS) == 0) {
          throw new IllegalStateException(
              "the kernel did not answer " + awaited + " messages in " + ANSWER_MILLIS + " ms");
        }
      }
    } catch (RuntimeException broken) {
      socket.discard(); // or the next exchange would take what is left of this one's answers
      throw broken;
    }
  }

  @Override
  public void onAck(int sequence, int errno, String message, int attributeOffset) {
    awaited--;
    acks.acknowledged(sequence, errno, message);
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
    arena.close();
  }
}
