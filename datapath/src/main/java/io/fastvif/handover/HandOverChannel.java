package io.fastvif.handover;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Cmsg;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.MessageHeader;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A connection between the two processes of a hand-over. One thread at a time uses it, and waits.
 *
 * <pre>
 *  0         4         8         12        16
 * +---------+---------+---------+---------+---------------------------+-------
 * | "fvho"  | kind    | bytes   | descrip-| a byte with SCM_RIGHTS    | bytes
 * |         |         |         | tors    | for each 250 descriptors  |
 * +---------+---------+---------+---------+---------------------------+-------
 * </pre>
 */
public final class HandOverChannel implements AutoCloseable {
  private static final int MAGIC = 0x6676686f;
  private static final int HEADER = 16;
  private static final int MAX_BYTES = 64 << 20;
  private static final int MAX_DESCRIPTORS = 1 << 20;

  /** Below SCM_MAX_FD (253) of net/scm.h. */
  private static final int CHUNK = 250;

  /** struct ucred of linux/socket.h: process, user, group, 32 bits each. */
  private static final int UCRED_SIZE = 12;

  private static final int UCRED_PID = 0;
  private static final int UCRED_UID = 4;
  private static final ValueLayout.OfInt BIG =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final FileDescriptor socket;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment message = arena.allocate(MessageHeader.SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment vector =
      arena.allocate(MessageHeader.VECTOR_SIZE, MessageHeader.ALIGNMENT);
  private final MemorySegment control =
      arena.allocate(Cmsg.space((long) CHUNK * Integer.BYTES), MessageHeader.ALIGNMENT);
  private final MemorySegment entry = arena.allocate(Polling.ENTRY_SIZE, Integer.BYTES);
  private final List<FileDescriptor> received = new ArrayList<>();

  /** Whether part of a message was sent, so that another one would be read as its rest. */
  private boolean broken;

  /** Takes a connected stream socket over, which does not wait by itself. */
  public HandOverChannel(FileDescriptor socket) {
    this.socket = socket;
    MessageHeader.putOneVector(message, 0, vector);
  }

  /** A message that has come. */
  public record Received(HandOverKind kind, HandOverReader reader) implements AutoCloseable {
    @Override
    public void close() {
      reader.close();
    }
  }

  /**
   * Who is at the other end, as the kernel noted when it connected or began to listen.
   *
   * @return its effective user's id
   */
  public int peerUser() {
    return credential(UCRED_UID);
  }

  /** The process at the other end. */
  public int peerProcess() {
    return credential(UCRED_PID);
  }

  private int credential(long offset) {
    MemorySegment credentials = arena.allocate(UCRED_SIZE, Integer.BYTES);
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, UCRED_SIZE);
    SystemCallException.check(
        Sockets.getsockopt(socket.value(), SOL_SOCKET, SO_PEERCRED, credentials, length),
        "getsockopt",
        "SO_PEERCRED");
    return credentials.get(ValueLayout.JAVA_INT, offset);
  }

  /**
   * Sends a message.
   *
   * @param millis how long the other one may take to read it
   * @return false if it has ended, or takes no more: it does not have the whole message
   * @throws HandOverException if it does not read
   */
  public boolean send(HandOverKind kind, HandOverWriter writer, long millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    byte[] bytes = writer.written();
    int[] descriptors = writer.descriptors();
    MemorySegment header = arena.allocate(HEADER);
    header.set(BIG, 0, MAGIC);
    header.set(BIG, 4, kind.number());
    header.set(BIG, 8, bytes.length);
    header.set(BIG, 12, descriptors.length);
    if (broken) {
      throw new HandOverException("a message before was sent in part only");
    }
    // a header alone is sent in one call: it comes whole or not at all
    broken = descriptors.length > 0 || bytes.length > 0;
    if (!send(header, null, deadline)) {
      return false;
    }
    for (int i = 0; i < descriptors.length; i += CHUNK) {
      int count = Math.min(CHUNK, descriptors.length - i);
      int[] chunk = new int[count];
      System.arraycopy(descriptors, i, chunk, 0, count);
      if (!send(arena.allocate(1), chunk, deadline)) {
        return false;
      }
    }
    if (bytes.length > 0
        && !send(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), null, deadline)) {
      return false;
    }
    broken = false;
    return true;
  }

  private boolean send(MemorySegment bytes, int[] descriptors, long deadline) {
    for (long done = 0; done < bytes.byteSize(); ) {
      MessageHeader.putVector(vector, 0, bytes.asSlice(done), bytes.byteSize() - done);
      long length =
          descriptors == null ? 0 : Cmsg.putRights(control, descriptors, descriptors.length);
      putControl(length);
      long count = Sockets.sendmsg(socket.value(), message, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count == -Errno.EPIPE || count == -Errno.ECONNRESET) {
        return false;
      }
      if (count == -Errno.EAGAIN) {
        await(POLLOUT, deadline, "it does not read");
      } else if (count != -Errno.EINTR) {
        done += SystemCallException.check(count, "sendmsg", socket.value());
      }
    }
    return true;
  }

  /**
   * Receives the next message.
   *
   * @param millis how long to wait for all of it
   * @return null if the other one has ended, or closed the connection, between two messages
   * @throws HandOverException if it does not come in time or not whole, or is none
   */
  public Received receive(long millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      MemorySegment header = arena.allocate(HEADER);
      if (!fill(header, deadline, true)) {
        return null;
      }
      HandOverKind kind = HandOverKind.of(header.get(BIG, 4));
      int bytes = header.get(BIG, 8);
      int descriptors = header.get(BIG, 12);
      if (header.get(BIG, 0) != MAGIC
          || kind == null
          || bytes < 0
          || bytes > MAX_BYTES
          || descriptors < 0
          || descriptors > MAX_DESCRIPTORS) {
        throw new HandOverException("the other process says something unknown");
      }
      for (int i = 0; i < descriptors; i += CHUNK) {
        fill(arena.allocate(1), deadline, false);
      }
      if (received.size() != descriptors) {
        throw new HandOverException(
            received.size()
                + " of "
                + descriptors
                + " descriptors have come: this process may have no more (RLIMIT_NOFILE)");
      }
      MemorySegment body = arena.allocate(Math.max(1, bytes));
      fill(body.asSlice(0, bytes), deadline, false);
      HandOverReader reader =
          new HandOverReader(
              body.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE), List.copyOf(received));
      received.clear();
      return new Received(kind, reader);
    } finally {
      closeReceived();
    }
  }

  /** False at an end, which may come only before the first byte of a message. */
  private boolean fill(MemorySegment into, long deadline, boolean isFirst) {
    for (long done = 0; done < into.byteSize(); ) {
      MessageHeader.putVector(vector, 0, into.asSlice(done), into.byteSize() - done);
      putControl(control.byteSize());
      long count = Sockets.recvmsg(socket.value(), message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
      if (count == 0 || count == -Errno.ECONNRESET) {
        if (done > 0 || !isFirst) {
          throw new HandOverException("the connection has ended within a message");
        }
        return false;
      }
      if (count == -Errno.EAGAIN) {
        await(POLLIN, deadline, "it says nothing");
      } else if (count != -Errno.EINTR) {
        done += SystemCallException.check(count, "recvmsg", socket.value());
        takeRights();
      }
    }
    return true;
  }

  private void takeRights() {
    long length = MessageHeader.controlLength(message, 0);
    long offset = Cmsg.firstHeader(control, length);
    while (offset != Cmsg.NONE) {
      if (Cmsg.isRights(control, offset)) {
        int count = Cmsg.rightsCount(control, offset);
        for (int i = 0; i < count; i++) {
          received.add(FileDescriptor.of(Cmsg.right(control, offset, i)));
        }
      }
      offset = Cmsg.nextHeader(control, offset, length);
    }
  }

  private void putControl(long length) {
    MessageHeader.putControl(message, 0, length == 0 ? MemorySegment.NULL : control, length);
    message.set(ValueLayout.JAVA_INT, MessageHeader.FLAGS_OFFSET, 0);
  }

  private void await(int events, long deadline, String otherwise) {
    entry.set(
        ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder()),
        Polling.ENTRY_DESCRIPTOR_OFFSET,
        socket.value());
    entry.set(
        ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder()),
        Polling.ENTRY_EVENTS_OFFSET,
        (short) events);
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (millis <= 0) {
      throw new HandOverException("the other process takes too long: " + otherwise);
    }
    Polling.poll(entry, 1, (int) Math.min(Integer.MAX_VALUE, millis));
  }

  /**
   * Takes no more messages: what the other one has sent is still received, what it sends from now
   * on fails there. The kernel does both under one lock (unix_shutdown and unix_stream_sendmsg of
   * net/unix/af_unix.c), so no message is in between.
   */
  public void takeNoMore() {
    Sockets.shutdown(socket.value(), SHUT_RD);
  }

  private void closeReceived() {
    for (FileDescriptor each : received) {
      FileIo.close(each.release());
    }
    received.clear();
  }

  @Override
  public void close() {
    socket.close();
  }
}
