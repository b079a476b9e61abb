package io.fastvif.portprofile;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.MessageHeader;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.MessageWords;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.PortInfo;
import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Link messages to lldpad's netlink address, in the namespace of the thread that opens it. Neither
 * sending nor receiving waits. Of the kernel's own sockets it differs in whom it talks to, and in
 * that an answer of the type NLMSG_DONE has a body. One thread at a time may use it.
 */
final class LldpadSocket implements AutoCloseable {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());

  /** struct sockaddr_nl of linux/netlink.h: family, padding, port id, groups. */
  private static final int ADDRESS_SIZE = 12;

  private static final int ADDRESS_PORT_ID_OFFSET = 4;

  /** A request's; one about a VSI takes some 200 bytes. */
  private static final int REQUEST_SIZE = 1024;

  /** What a socket may send before its numbers are another's. */
  private static final int SEQUENCES = 1 << 16;

  /**
   * No two sockets of this process number their requests alike: what lldpad says to one that is
   * closed may come to another one that has got its address.
   */
  private static final AtomicInteger FIRST_SEQUENCE = new AtomicInteger(1);

  private final Arena arena = Arena.ofAuto();
  private final FileDescriptor descriptor;
  private final MessageEncoder encoder =
      new MessageEncoder(
          arena.allocate(REQUEST_SIZE, Long.BYTES),
          FIRST_SEQUENCE.getAndAdd(SEQUENCES) & Integer.MAX_VALUE);
  private final LinkRequest link = new LinkRequest(encoder);
  private final MemorySegment address = arena.allocate(ADDRESS_SIZE, Integer.BYTES);
  private final MemorySegment header = arena.allocate(MessageHeader.SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment vector =
      arena.allocate(MessageHeader.VECTOR_SIZE, MessageHeader.ALIGNMENT);
  private final MessageDecoder decoder = new MessageDecoder();
  private final Map<UUID, Integer> responses = new HashMap<>();
  private int errno;

  /** The request that is not answered yet, where somebody traces; else null. */
  private TracedCall call;

  private String request;

  /**
   * Opens it.
   *
   * @param portId lldpad's netlink address
   * @throws SystemCallException if the kernel refuses
   */
  LldpadSocket(int portId) {
    descriptor =
        FileDescriptor.check(
            Sockets.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
            "socket",
            "AF_NETLINK");
    try {
      int fd = descriptor.value();
      address.set(SHORT, 0, (short) AF_NETLINK);
      // An address of its own, that answers can be sent to.
      SystemCallException.check(Sockets.bind(fd, address, ADDRESS_SIZE), "bind", "AF_NETLINK");
      address.set(INT, ADDRESS_PORT_ID_OFFSET, portId);
      // Only what comes from there is received from now on.
      SystemCallException.check(
          Sockets.connect(fd, address, ADDRESS_SIZE), "connect", "lldpad", portId);
    } catch (RuntimeException | Error refused) {
      descriptor.close();
      throw refused;
    }
  }

  /** The request of this socket, without what was begun before. */
  LinkRequest link() {
    encoder.reset();
    return link;
  }

  /**
   * Sends the request.
   *
   * @return false if lldpad has no room for it now: it is not read by itself, or many ask
   * @throws SystemCallException ECONNREFUSED if nobody is at the address
   */
  boolean send() {
    if (!link.end()) {
      throw new IllegalArgumentException("the request is longer than " + REQUEST_SIZE + " bytes");
    }
    MessageHeader.putVector(vector, 0, encoder.segment(), encoder.length());
    MessageHeader.putOneVector(header, 0, vector);
    endCall("no answer", true);
    call = TracedCall.begin(Protocol.LLDPAD);
    if (call != null) {
      request = words();
    }
    long sent = Sockets.sendmsg(descriptor.value(), header, MSG_DONTWAIT);
    if (sent < 0) {
      endCall("sendmsg: " + Errno.describe((int) -sent), true);
    }
    if (sent == -Errno.EAGAIN) {
      return false;
    }
    SystemCallException.check(sent, "sendmsg", "lldpad");
    return true;
  }

  private String words() {
    decoder.wrap(encoder.segment(), 0, encoder.length()).next();
    return MessageWords.request(NETLINK_ROUTE, decoder);
  }

  private void endCall(String answer, boolean failed) {
    if (call != null) {
      call.ended(request, answer, failed);
      call = null;
    }
  }

  /**
   * Receives the answer to the request sent last; whatever else has come is passed over.
   *
   * @return false if it is not there yet
   */
  boolean receive() {
    while (true) {
      // Memory for an answer is there for the moment only: many may be awaited at once.
      long length =
          Sockets.recv(
              descriptor.value(), MemorySegment.NULL, 0, MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC);
      if (length == -Errno.EAGAIN) {
        return false;
      }
      SystemCallException.check(length, "recv", "lldpad");
      try (Arena moment = Arena.ofConfined()) {
        MemorySegment bytes = moment.allocate(Math.max(1, length), Long.BYTES);
        length =
            SystemCallException.check(
                Sockets.recv(descriptor.value(), bytes, bytes.byteSize(), MSG_DONTWAIT),
                "recv",
                "lldpad");
        decoder.wrap(bytes, 0, (int) length);
        while (decoder.next()) {
          if (decoder.sequence() == link.sequence() && isAnswer()) {
            return true;
          }
        }
      }
    }
  }

  /** lldpad also tells of VSIs that the switch gives up, by messages that answer nothing. */
  private boolean isAnswer() {
    responses.clear();
    errno = 0;
    if (decoder.type() == NLMSG_ERROR) {
      errno = -decoder.getInt(0);
      if (call != null) {
        endCall(errno == 0 ? "ack" : Errno.describe(errno), errno != 0);
      }
      return true;
    }
    if (decoder.type() != NLMSG_DONE) {
      return false;
    }
    new PortInfo().forEachInstance(decoder, responses::put);
    if (call != null) {
      endCall(PortResponse.text(responses), false);
    }
    return true;
  }

  /** The answer's error number, 0 for success. */
  int errno() {
    return errno;
  }

  /**
   * What the switch has said of each VSI in the answer: PORT_VDP_RESPONSE_..., or {@link
   * PortInfo#NO_RESPONSE}. Until the next answer.
   */
  Map<UUID, Integer> responses() {
    return responses;
  }

  @Override
  public void close() {
    endCall("no answer", true);
    descriptor.close();
  }
}
