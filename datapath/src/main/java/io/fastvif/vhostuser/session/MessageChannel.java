package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Cmsg;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.MessageHeader;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.protocol.Message;
import io.fastvif.vhostuser.protocol.Payload;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A connected socket that carries messages with descriptors. One thread at a time may use it; it
 * never waits. A message that comes in pieces is put together, and never more is read than belongs
 * to it, so descriptors stay with their message however the sender wrote it.
 */
final class MessageChannel implements AutoCloseable {
  /** {@link #receive}: the message is not complete yet. */
  static final int INCOMPLETE = 0;

  /** {@link #receive}: the message is complete. */
  static final int COMPLETE = 1;

  /** {@link #receive}: the peer closed the connection between two messages. */
  static final int END = 2;

  private static final long CONTROL_SIZE =
      Cmsg.space((long) Message.MAX_DESCRIPTORS * Integer.BYTES);

  /** What the kernel passes at most: SCM_MAX_FD of net/scm.h. */
  private static final long SEND_CONTROL_SIZE = Cmsg.space(253L * Integer.BYTES);

  private final FileDescriptor socket;

  /** Not a shared one: closing that stops all threads for a moment, those that move frames too. */
  private final Arena arena = Arena.ofAuto();

  private final Message received = new Message(arena);
  private final Message sent = new Message(arena);
  private final MemorySegment header = arena.allocate(MessageHeader.SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment vector =
      arena.allocate(MessageHeader.VECTOR_SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment control = arena.allocate(SEND_CONTROL_SIZE, MessageHeader.ALIGNMENT);
  private final int[] descriptors = new int[Message.MAX_DESCRIPTORS];
  private int descriptorCount;
  private int have;
  private boolean complete;

  /** Takes a connected stream socket over. */
  MessageChannel(FileDescriptor socket) {
    this.socket = socket;
    MessageHeader.putOneVector(header, 0, vector);
  }

  int descriptor() {
    return socket.value();
  }

  /** The message that was received last. */
  Message received() {
    return received;
  }

  /** The message to be sent next. */
  Message sent() {
    return sent;
  }

  /** How many descriptors came with the received message and were not taken. */
  int descriptorCount() {
    return descriptorCount;
  }

  /** A descriptor of the received message, which stays the channel's. */
  int descriptorAt(int index) {
    return descriptors[index];
  }

  /** The received message's last descriptor, the caller's from now on. */
  FileDescriptor takeDescriptor() {
    return FileDescriptor.of(descriptors[--descriptorCount]);
  }

  /** Closes the received message's descriptors that were not taken. */
  void closeDescriptors() {
    while (descriptorCount > 0) {
      FileIo.close(descriptors[--descriptorCount]);
    }
  }

  /**
   * Writes what was received and not executed: the beginning of a message, or a whole one.
   *
   * @param held whether the last message that was received is still to be executed
   */
  void save(HandOverWriter writer, boolean held) {
    boolean isLeft = !complete || held;
    int length = isLeft ? have : 0;
    writer.bytes(received.segment().asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    int count = isLeft ? descriptorCount : 0;
    writer.number(count);
    for (int i = 0; i < count; i++) {
      writer.descriptor(descriptors[i]);
    }
  }

  /** Takes what another process has received; {@link #receive} reads on from there. */
  void restore(HandOverReader reader) {
    byte[] bytes = reader.bytes();
    if (bytes.length > received.segment().byteSize()) {
      throw new HandOverException("a message of " + bytes.length + " bytes");
    }
    MemorySegment.copy(bytes, 0, received.segment(), ValueLayout.JAVA_BYTE, 0, bytes.length);
    have = bytes.length;
    int count = reader.count(descriptors.length);
    for (int i = 0; i < count; i++) {
      descriptors[descriptorCount++] = reader.takeDescriptor().release();
    }
    if (have >= Message.HEADER_SIZE) {
      checkHeader();
      if (have > received.length()) {
        throw new HandOverException(have + " bytes of a message of " + received.length());
      }
    }
  }

  /**
   * Reads on without waiting.
   *
   * @return {@link #INCOMPLETE}, {@link #COMPLETE} or {@link #END}
   * @throws ProtocolException if the header is none, too many descriptors come, or the connection
   *     ends within a message
   * @throws SystemCallException if the socket fails
   */
  int receive() {
    if (complete) {
      complete = false;
      have = 0;
      closeDescriptors();
    }
    while (true) {
      int wanted = have < Message.HEADER_SIZE ? Message.HEADER_SIZE : received.length();
      if (have == wanted) {
        complete = true;
        return COMPLETE;
      }
      long count = receiveBytes(wanted - have);
      if (count == -Errno.EAGAIN) {
        return INCOMPLETE;
      }
      if (count == 0 || count == -Errno.ECONNRESET) {
        if (have == 0) {
          return END;
        }
        throw new ProtocolException(
            Fault.CLOSED, "the connection ended within a message, after " + have + " bytes");
      }
      if (count < 0) {
        throw new SystemCallException("recvmsg", (int) -count, socket.value());
      }
      have += (int) count;
      if (have == Message.HEADER_SIZE) {
        checkHeader();
      }
    }
  }

  private void checkHeader() {
    received.checkVersion();
    int size = received.size();
    if (size < 0 || size > Payload.MAX_SIZE) {
      throw new ProtocolException(
          Fault.BAD_SIZE,
          String.format(
              "request %d with %d bytes, more than any has",
              received.request(), Integer.toUnsignedLong(size)));
    }
  }

  private long receiveBytes(int wanted) {
    MessageHeader.putVector(vector, 0, received.segment().asSlice(have), wanted);
    putControl(CONTROL_SIZE);
    long count;
    do {
      count = Sockets.recvmsg(socket.value(), header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (count == -Errno.EINTR);
    if (count >= 0) {
      takeRights();
    }
    return count;
  }

  private void putControl(long length) {
    MessageHeader.putControl(header, 0, control, length);
    header.set(ValueLayout.JAVA_INT, MessageHeader.FLAGS_OFFSET, 0);
  }

  private void takeRights() {
    long length = MessageHeader.controlLength(header, 0);
    boolean tooMany =
        (header.get(ValueLayout.JAVA_INT, MessageHeader.FLAGS_OFFSET) & MSG_CTRUNC) != 0;
    long offset = Cmsg.firstHeader(control, length);
    while (offset != Cmsg.NONE) {
      if (Cmsg.isRights(control, offset)) {
        int count = Cmsg.rightsCount(control, offset);
        for (int i = 0; i < count; i++) {
          int fd = Cmsg.right(control, offset, i);
          if (descriptorCount < descriptors.length) {
            descriptors[descriptorCount++] = fd;
          } else {
            FileIo.close(fd);
            tooMany = true;
          }
        }
      }
      offset = Cmsg.nextHeader(control, offset, length);
    }
    if (tooMany) {
      // The kernel says the same when this process may have no more descriptors.
      throw new ProtocolException(
          Fault.TOO_MANY_DESCRIPTORS,
          "more than "
              + Message.MAX_DESCRIPTORS
              + " descriptors with a message, or more than this process may have");
    }
  }

  /**
   * Sends {@link #sent()}, without waiting.
   *
   * @param passed descriptors to pass along; they stay the caller's
   * @throws ProtocolException if the peer has closed the connection, or takes nothing
   */
  void send(int... passed) {
    int length = sent.length();
    MessageHeader.putVector(vector, 0, sent.segment(), length);
    if (passed.length == 0) {
      MessageHeader.putControl(header, 0, MemorySegment.NULL, 0);
      header.set(ValueLayout.JAVA_INT, MessageHeader.FLAGS_OFFSET, 0);
    } else {
      putControl(Cmsg.putRights(control, passed, passed.length));
    }
    long count;
    do {
      count = Sockets.sendmsg(socket.value(), header, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (count == -Errno.EINTR);
    if (count == -Errno.EPIPE || count == -Errno.ECONNRESET) {
      throw new ProtocolException(Fault.CLOSED, "the peer has closed the connection");
    }
    if (count == -Errno.EAGAIN || (count >= 0 && count < length)) {
      throw new ProtocolException(Fault.TIMEOUT, "the peer does not read what is sent to it");
    }
    if (count < 0) {
      throw new SystemCallException("sendmsg", (int) -count, socket.value());
    }
  }

  /** Closes the socket and what was received and not taken. */
  @Override
  public void close() {
    closeDescriptors();
    if (socket.isOpen()) {
      socket.close();
    }
  }
}
