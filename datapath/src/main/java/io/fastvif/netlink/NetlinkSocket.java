package io.fastvif.netlink;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.MessageHeader;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.trace.Tracer;
import io.fastvif.trace.Tracing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntFunction;

/**
 * A netlink socket, in the namespace of the thread that opens it. One thread at a time may use it.
 *
 * <p>Each message of a send is answered on its own: an error of one does not keep the kernel from
 * the next. All answers of a send are in the receive buffer when {@link #send} returns, so they
 * must fit there: send at most {@link #maxMessagesPerSend()} requests, and receive their answers
 * before the next send.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/netlink.7.html">netlink(7)</a>
 */
public final class NetlinkSocket implements AutoCloseable {
  private static final int REQUESTED_BUFFER_SIZE = 4 * 1024 * 1024;

  /**
   * What an answer may take in the receive buffer, as the kernel counts it: at most 1,024 bytes of
   * data and shared info, and 256 of {@code struct sk_buff}. The longest errors are of about 120
   * bytes, text and policy included. Linux 6.18 takes 832 for any of them, from a cache for small
   * buffers; a kernel without that cache (before 6.3) rounds up to a power of two.
   */
  private static final int ANSWER_TRUE_SIZE = 1280;

  /** How often in a row receiving what nobody wants may fail. */
  private static final int MAX_FAILURES = 8;

  /** What netlink_sendmsg keeps free of the send buffer. */
  private static final int SEND_OVERHEAD = 32;

  private static final int NANOS_PER_MILLI = 1_000_000;

  private final FileDescriptor descriptor;

  /** Freed when nobody can reach it any more: to close an arena costs a halt of all threads. */
  private final Arena arena = Arena.ofAuto();

  private final MemorySegment sendHeader =
      arena.allocate(MessageHeader.SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment sendVector =
      arena.allocate(MessageHeader.VECTOR_SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment pollEntry = arena.allocate(Polling.ENTRY_SIZE, Integer.BYTES);
  private final MessageDecoder decoder = new MessageDecoder();
  private final AckDecoder ack = new AckDecoder();
  private final int sendBufferSize;
  private final int receiveBufferSize;

  /** For other lengths than the usual one; null while those that all sockets share do. */
  private ReceiveVector own;

  /** Null where nobody traces. */
  private final SocketTrace trace;

  private NetlinkSocket(
      FileDescriptor descriptor, int family, int bufferSize, int datagramSize, boolean isBound) {
    this.descriptor = descriptor;
    Tracer tracer = Tracing.current();
    trace = tracer == null ? null : new SocketTrace(tracer, family);
    int fd = descriptor.value();
    if (!isBound) {
      bind();
    }
    sendBufferSize = setBuffer(SO_SNDBUFFORCE, SO_SNDBUF, bufferSize);
    receiveBufferSize = setBuffer(SO_RCVBUFFORCE, SO_RCVBUF, bufferSize);
    setOption(NETLINK_CAP_ACK, "NETLINK_CAP_ACK");
    setOption(NETLINK_EXT_ACK, "NETLINK_EXT_ACK");
    // Has dumps filtered by their attributes; only since Linux 4.20, and only some families have
    // it.
    Sockets.setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    own =
        datagramSize == ReceiveVectors.DATAGRAM_SIZE
            ? null
            : new ReceiveVector(arena, ReceiveVectors.DATAGRAMS, datagramSize);
    MessageHeader.putOneVector(sendHeader, 0, sendVector);
    pollEntry.set(Wire.INT, Polling.ENTRY_DESCRIPTOR_OFFSET, fd);
    pollEntry.set(Wire.SHORT, Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
  }

  /**
   * Opens a socket with buffers of 4 MiB, or as large as this user may have.
   *
   * @param family such as NETLINK_ROUTE
   * @throws SystemCallException if the kernel refuses
   */
  public static NetlinkSocket open(int family) {
    return open(family, REQUESTED_BUFFER_SIZE);
  }

  /**
   * Opens a socket.
   *
   * @param family such as NETLINK_ROUTE
   * @param bufferSize bytes of the send and of the receive buffer; the kernel doubles them
   * @throws SystemCallException if the kernel refuses
   */
  public static NetlinkSocket open(int family, int bufferSize) {
    return open(family, bufferSize, ReceiveVectors.DATAGRAM_SIZE);
  }

  /**
   * Takes a socket over that another process has opened, with what it subscribes to.
   *
   * @param descriptor owned from now on, if nothing is thrown
   * @param family as it was opened
   * @param bufferSize as of {@link #open(int, int)}
   */
  public static NetlinkSocket of(FileDescriptor descriptor, int family, int bufferSize) {
    return new NetlinkSocket(descriptor, family, bufferSize, ReceiveVectors.DATAGRAM_SIZE, true);
  }

  /** Opens one that has room for datagrams of that size until a longer one comes. */
  static NetlinkSocket open(int family, int bufferSize, int datagramSize) {
    FileDescriptor descriptor =
        FileDescriptor.check(
            Sockets.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family), "socket", "AF_NETLINK");
    try {
      return new NetlinkSocket(descriptor, family, bufferSize, datagramSize, false);
    } catch (RuntimeException | Error e) {
      descriptor.close();
      throw e;
    }
  }

  /**
   * Sends all complete messages of an encoder, with one sendmsg.
   *
   * @param encoder with at most {@link #maxMessagesPerSend()} messages and {@link
   *     #maxBytesPerSend()} bytes, in native memory
   * @throws SystemCallException if the kernel refuses; EMSGSIZE if it is too long
   */
  public void send(MessageEncoder encoder) {
    MessageHeader.putVector(sendVector, 0, encoder.segment(), encoder.length());
    if (trace != null) {
      trace.send(encoder);
    }
    long sent;
    do {
      sent = Sockets.sendmsg(descriptor.value(), sendHeader, 0);
    } while (sent == -Errno.EINTR);
    // check() would box its arguments on the good way too.
    if (sent < 0) {
      if (trace != null) {
        trace.refused((int) -sent);
      }
      throw new SystemCallException("sendmsg", (int) -sent, descriptor.value(), encoder.length());
    }
  }

  /**
   * Says for which VIF a request is, for the trace, if there is one ({@link Tracing}).
   *
   * @param bySequence asked at each send; null for none, or several
   */
  public void traceVifs(IntFunction<String> bySequence) {
    if (trace != null) {
      trace.vifs(bySequence);
    }
  }

  /**
   * Receives what is there, without waiting: up to 32 datagrams, which may be of several messages
   * each.
   *
   * @param handler gets each message
   * @return how many datagrams were received; 0 if there was none
   * @throws MessagesLostException if the kernel had to drop some
   * @throws MessageTooLongException if one was longer than expected; none is handed on then
   * @throws MalformedMessageException if one is not well-formed
   */
  public int receive(MessageHandler handler) {
    ReceiveVector received = own;
    if (received != null) {
      return receive(handler, received);
    }
    received = ReceiveVectors.take();
    try {
      return receive(handler, received);
    } finally {
      ReceiveVectors.give(received);
    }
  }

  private int receive(MessageHandler handler, ReceiveVector received) {
    int count = receiveDatagrams(received);
    int longest = 0;
    for (int i = 0; i < count; i++) {
      received.rearm(i);
      longest = received.isFromKernel(i) ? Math.max(longest, received.length(i)) : longest;
    }
    if (longest > received.bufferSize()) {
      throw tooLong(longest, received.bufferSize());
    }
    for (int i = 0; i < count; i++) {
      if (received.isFromKernel(i)) {
        decoder.wrap(received.buffers(), received.offset(i), received.length(i));
        while (decoder.next()) {
          dispatch(handler);
        }
      }
    }
    return count;
  }

  /**
   * Receives, and waits if nothing is there yet.
   *
   * @param handler gets each message
   * @param timeoutMillis the longest wait; negative to wait for ever
   * @return how many datagrams were received; 0 if the time was up
   * @throws MessagesLostException if the kernel had to drop some
   */
  public int receive(MessageHandler handler, int timeoutMillis) {
    int count = receive(handler);
    return count == 0 && await(timeoutMillis) ? receive(handler) : count;
  }

  /**
   * Waits until there is something to receive.
   *
   * @param timeoutMillis the longest wait; negative to wait for ever
   * @return false if the time was up
   */
  public boolean await(int timeoutMillis) {
    long deadline = System.nanoTime() + (long) timeoutMillis * NANOS_PER_MILLI;
    int left = timeoutMillis;
    while (true) {
      int ready = Polling.poll(pollEntry, 1, left);
      if (ready >= 0) {
        return ready != 0;
      }
      if (ready != -Errno.EINTR) {
        throw new SystemCallException("poll", -ready, descriptor.value());
      }
      if (timeoutMillis >= 0) {
        left = (int) Math.max(0, (deadline - System.nanoTime()) / NANOS_PER_MILLI);
      }
    }
  }

  /** Drops everything that is waiting to be received, and forgets that messages were lost. */
  public void discard() {
    ReceiveVector received = ReceiveVectors.take();
    try {
      discard(received);
    } finally {
      ReceiveVectors.give(received);
    }
  }

  private void discard(ReceiveVector received) {
    int failures = 0;
    while (true) {
      int count = receiveRaw(received);
      if (count == -Errno.EAGAIN) {
        return;
      }
      failures = count < 0 ? failures + 1 : 0;
      if (failures == MAX_FAILURES) {
        throw new SystemCallException("recvmmsg", -count, descriptor.value());
      }
      for (int i = 0; i < count; i++) {
        received.rearm(i);
      }
    }
  }

  /**
   * Subscribes to a group of events.
   *
   * @param group such as RTNLGRP_LINK
   * @throws SystemCallException if the family has no such group
   */
  public void subscribe(int group) {
    SystemCallException.check(
        Sockets.setsockopt(descriptor.value(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group),
        "setsockopt",
        "NETLINK_ADD_MEMBERSHIP",
        group);
  }

  /**
   * Keeps all messages but those of one type out of the receive buffer: what others want to know of
   * wakes nobody here.
   *
   * @param messageType such as RTM_DELLINK
   * @throws SystemCallException if the kernel refuses
   * @see <a href="https://docs.kernel.org/networking/filter.html">Linux Socket Filtering</a>
   */
  public void passOnly(int messageType) {
    try (Arena program = Arena.ofConfined()) {
      MemorySegment filter = SocketFilter.passOnly(program, messageType);
      SystemCallException.check(
          Sockets.setsockopt(
              descriptor.value(), SOL_SOCKET, SO_ATTACH_FILTER, filter, (int) filter.byteSize()),
          "setsockopt",
          "SO_ATTACH_FILTER",
          messageType);
    }
  }

  /**
   * How many requests a send may hold, so that all answers fit into the receive buffer even if each
   * is an error with its message.
   *
   * @return at least 1
   */
  public int maxMessagesPerSend() {
    return Math.max(1, receiveBufferSize / ANSWER_TRUE_SIZE);
  }

  /**
   * How long a send may be.
   *
   * @return bytes
   */
  public int maxBytesPerSend() {
    return sendBufferSize - SEND_OVERHEAD;
  }

  /**
   * The real size of the send buffer, as the kernel counts it.
   *
   * @return bytes
   */
  public int sendBufferSize() {
    return sendBufferSize;
  }

  /**
   * The real size of the receive buffer, as the kernel counts it: with its own overhead for each
   * message.
   *
   * @return bytes
   */
  public int receiveBufferSize() {
    return receiveBufferSize;
  }

  /**
   * The port that the kernel has bound the socket to, which the events that its requests lead to
   * bear: {@link MessageDecoder#port()}.
   *
   * @throws SystemCallException if the kernel does not say
   */
  public int port() {
    MemorySegment address = arena.allocate(NetlinkAddress.SIZE, Integer.BYTES);
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, NetlinkAddress.SIZE);
    SystemCallException.check(
        Sockets.getsockname(descriptor.value(), address, length), "getsockname", "AF_NETLINK");
    return address.get(Wire.INT, NetlinkAddress.PORT_ID_OFFSET);
  }

  /** The socket's descriptor, for polling it beside others. */
  public int descriptor() {
    return descriptor.value();
  }

  /** Closes the socket. */
  @Override
  public void close() {
    if (trace != null) {
      trace.abandon();
    }
    descriptor.close();
  }

  /** Makes room for the next time, in as many bytes as before if a datagram leaves as many. */
  private MessageTooLongException tooLong(int length, int before) {
    int size = Integer.highestOneBit(length - 1) << 1;
    int total = ReceiveVectors.DATAGRAMS * ReceiveVectors.DATAGRAM_SIZE;
    int count = Math.clamp(total / size, 1, ReceiveVectors.DATAGRAMS);
    own = new ReceiveVector(arena, count, size);
    return new MessageTooLongException(length, before);
  }

  /** With MSG_TRUNC, netlink tells how long a datagram was that had no room. */
  private int receiveRaw(ReceiveVector received) {
    return Sockets.recvmmsg(
        descriptor.value(),
        received.entries(),
        received.count(),
        MSG_DONTWAIT | MSG_TRUNC,
        MemorySegment.NULL);
  }

  private int receiveDatagrams(ReceiveVector received) {
    int count;
    do {
      count = receiveRaw(received);
    } while (count == -Errno.EINTR);
    if (count >= 0) {
      return count;
    }
    if (count == -Errno.EAGAIN) {
      return 0;
    }
    if (count == -Errno.ENOBUFS) {
      throw new MessagesLostException(receiveBufferSize);
    }
    throw new SystemCallException("recvmmsg", -count, descriptor.value());
  }

  private void dispatch(MessageHandler handler) {
    int type = decoder.type();
    if (type == NLMSG_ERROR) {
      ack.wrap(decoder);
      if (trace != null) {
        trace.answered(decoder.sequence(), ack.errno(), ack.message(), ack.attributeOffset());
      }
      handler.onAck(decoder.sequence(), ack.errno(), ack.message(), ack.attributeOffset());
    } else if (type == NLMSG_DONE) {
      int errno = decoder.payloadLength() >= Integer.BYTES ? -decoder.getInt(0) : 0;
      boolean interrupted = (decoder.flags() & NLM_F_DUMP_INTR) != 0;
      if (trace != null) {
        trace.done(decoder.sequence(), Math.max(0, errno));
      }
      // Some families put a positive count here.
      handler.onDone(decoder.sequence(), Math.max(0, errno), interrupted);
    } else if (type == NLMSG_OVERRUN) {
      throw new MessagesLostException(receiveBufferSize);
    } else if (type != NLMSG_NOOP) {
      if (trace != null) {
        trace.object(decoder.sequence());
      }
      handler.onMessage(decoder);
    }
  }

  private void bind() {
    MemorySegment address = arena.allocate(NetlinkAddress.SIZE, Integer.BYTES);
    address.set(Wire.SHORT, NetlinkAddress.FAMILY_OFFSET, (short) AF_NETLINK);
    SystemCallException.check(
        Sockets.bind(descriptor.value(), address, (int) address.byteSize()), "bind", "AF_NETLINK");
  }

  /** As large as asked for with CAP_NET_ADMIN, else as large as net.core.[rw]mem_max allows. */
  private int setBuffer(int forced, int limited, int size) {
    int fd = descriptor.value();
    if (Sockets.setsockopt(fd, SOL_SOCKET, forced, size) < 0) {
      SystemCallException.check(
          Sockets.setsockopt(fd, SOL_SOCKET, limited, size), "setsockopt", limited, size);
    }
    return SystemCallException.check(
        Sockets.getsockopt(fd, SOL_SOCKET, limited), "getsockopt", limited);
  }

  private void setOption(int option, String name) {
    SystemCallException.check(
        Sockets.setsockopt(descriptor.value(), SOL_NETLINK, option, 1), "setsockopt", name);
  }
}
