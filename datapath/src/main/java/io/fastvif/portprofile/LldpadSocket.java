package io.fastvif.portprofile;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.MessageHeader;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Link messages to lldpad's netlink address, in the namespace of the thread that opened it. Of the
 * kernel's own sockets it differs in whom it talks to, and in that an answer of the type NLMSG_DONE
 * has a body. One thread at a time may use it.
 */
final class LldpadSocket implements AutoCloseable {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());

  /** struct sockaddr_nl of linux/netlink.h: family, padding, port id, groups. */
  private static final int ADDRESS_SIZE = 12;

  private static final int ADDRESS_PORT_ID_OFFSET = 4;

  private static final int ROOM = 64 * 1024;
  private static final int ANSWER_MILLIS = 2_000;

  /** Answers to questions of before, which nobody waits for any more. */
  private static final int STALE_ANSWERS = 64;

  private final Arena arena = Arena.ofConfined();
  private final FileDescriptor descriptor;
  private final MessageEncoder encoder = new MessageEncoder(arena.allocate(ROOM));
  private final LinkRequest link = new LinkRequest(encoder);
  private final MemorySegment address = arena.allocate(ADDRESS_SIZE, Integer.BYTES);
  private final MemorySegment header = arena.allocate(MessageHeader.SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment vector =
      arena.allocate(MessageHeader.VECTOR_SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment received = arena.allocate(ROOM, Long.BYTES);
  private final MemorySegment poll = arena.allocate(Polling.ENTRY_SIZE, Integer.BYTES);
  private final MessageDecoder decoder = new MessageDecoder();

  /**
   * Opens it.
   *
   * @param portId lldpad's netlink address
   */
  LldpadSocket(int portId) {
    descriptor =
        FileDescriptor.check(
            Sockets.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
            "socket",
            "AF_NETLINK");
    address.set(SHORT, 0, (short) AF_NETLINK);
    bind();
    address.set(INT, ADDRESS_PORT_ID_OFFSET, portId);
    // Only what comes from there is received from now on.
    SystemCallException.check(
        Sockets.connect(descriptor.value(), address, ADDRESS_SIZE), "connect", "lldpad", portId);
    poll.set(INT, Polling.ENTRY_DESCRIPTOR_OFFSET, descriptor.value());
    poll.set(SHORT, Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
  }

  /** An address of its own, that answers can be sent to. */
  private void bind() {
    SystemCallException.check(
        Sockets.bind(descriptor.value(), address, ADDRESS_SIZE), "bind", "AF_NETLINK");
  }

  /** The request of this socket, without what was begun before. */
  LinkRequest link() {
    encoder.reset();
    return link;
  }

  /**
   * Sends the request and waits for its answer.
   *
   * @param onBody gets an answer that has a body
   * @return the answer's error number, 0 for success
   * @throws SystemCallException ECONNREFUSED if nobody is at the address
   * @throws PortRefusedException if there is no answer in 2 s
   */
  int exchange(Consumer<MessageDecoder> onBody) throws PortRefusedException {
    if (!link.end()) {
      throw new IllegalArgumentException("the request is longer than " + ROOM + " bytes");
    }
    MessageHeader.putVector(vector, 0, encoder.segment(), encoder.length());
    MessageHeader.putOneVector(header, 0, vector);
    SystemCallException.check(Sockets.sendmsg(descriptor.value(), header, 0), "sendmsg", "lldpad");
    for (int i = 0; i < STALE_ANSWERS && await(); i++) {
      long length =
          SystemCallException.check(
              Sockets.recv(descriptor.value(), received, ROOM, 0), "recv", "lldpad");
      decoder.wrap(received, 0, (int) length);
      while (decoder.next()) {
        if (decoder.sequence() == link.sequence()) {
          if (decoder.type() == NLMSG_ERROR) {
            return -decoder.getInt(0);
          }
          onBody.accept(decoder);
          return 0;
        }
      }
    }
    throw new PortRefusedException("lldpad did not answer in " + ANSWER_MILLIS + " ms");
  }

  private boolean await() {
    int ready;
    do {
      ready = Polling.poll(poll, 1, ANSWER_MILLIS);
    } while (ready == -Errno.EINTR);
    return SystemCallException.check(ready, "poll", "lldpad") > 0;
  }

  @Override
  public void close() {
    descriptor.close();
    arena.close();
  }
}
