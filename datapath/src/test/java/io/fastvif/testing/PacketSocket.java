package io.fastvif.testing;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.sockaddr_ll;
import io.fastvif.bindings.linux.timeval;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Frames to and from a link, byte for byte, in the thread's network namespace. */
public final class PacketSocket implements AutoCloseable {
  /** Of the frames that tests send, to be told from what the host sends by itself. */
  public static final int TYPE = 0x88b5;

  private static final int TYPE_OFFSET = 12;
  private static final int HEADER = 14;
  private static final int MAX = 70_000;
  private static final int PATIENCE_SECONDS = 60;
  private static final int BUFFER = 64 << 20;

  private final Arena arena = Arena.ofShared();
  private final FileDescriptor socket;
  private final MemorySegment buffer = arena.allocate(MAX);

  /** Opens one on a link. */
  public PacketSocket(String link) {
    socket =
        FileDescriptor.check(
            Sockets.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket", "AF_PACKET");
    int fd = socket.value();
    option(SOL_SOCKET, SO_RCVBUFFORCE, BUFFER);
    option(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
    MemorySegment patience = timeval.allocate(arena);
    timeval.tv_sec(patience, PATIENCE_SECONDS);
    SystemCallException.check(
        Sockets.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, patience, (int) patience.byteSize()),
        "setsockopt");
    MemorySegment address = sockaddr_ll.allocate(arena);
    sockaddr_ll.sll_family(address, (short) AF_PACKET);
    sockaddr_ll.sll_protocol(address, Short.reverseBytes((short) ETH_P_ALL));
    sockaddr_ll.sll_ifindex(
        address, SystemCallException.check(Sockets.interfaceIndex(link), "if_nametoindex", link));
    SystemCallException.check(Sockets.bind(fd, address, (int) address.byteSize()), "bind", link);
  }

  private void option(int level, int name, int value) {
    SystemCallException.check(Sockets.setsockopt(socket.value(), level, name, value), "setsockopt");
  }

  /** A frame of so many bytes, 14 at least, whose content follows from a number. */
  public static byte[] frame(int length, int number) {
    byte[] frame = new byte[length];
    frame[0] = 2;
    frame[5] = 1;
    frame[6] = 2;
    frame[11] = 2;
    frame[TYPE_OFFSET] = (byte) (TYPE >> 8);
    frame[TYPE_OFFSET + 1] = (byte) TYPE;
    for (int i = HEADER; i < length; i++) {
      frame[i] = (byte) (number + 31 * i);
    }
    return frame;
  }

  /** Whether a frame is one of a test's. */
  public static boolean isOurs(byte[] frame) {
    return frame.length >= HEADER
        && frame[TYPE_OFFSET] == (byte) (TYPE >> 8)
        && frame[TYPE_OFFSET + 1] == (byte) TYPE;
  }

  /** Sends a frame. */
  public void send(byte[] frame) {
    MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
    SystemCallException.check(Sockets.send(socket.value(), buffer, frame.length, 0), "send");
  }

  /** Waits for the next frame of a test's; fails after a minute. */
  public byte[] receive() {
    for (; ; ) {
      byte[] frame = take(0);
      if (frame == null) {
        throw new AssertionError("no frame came");
      }
      if (isOurs(frame)) {
        return frame;
      }
    }
  }

  /** The next frame of a test's that has come already; null for none. */
  public byte[] poll() {
    byte[] frame = take(MSG_DONTWAIT);
    while (frame != null && !isOurs(frame)) {
      frame = take(MSG_DONTWAIT);
    }
    return frame;
  }

  /** Waits for the next frame with the MAC addresses of another; fails after a minute. */
  public byte[] receiveLike(byte[] other) {
    for (; ; ) {
      byte[] frame = take(0);
      if (frame == null) {
        throw new AssertionError("no frame came");
      }
      if (Arrays.equals(frame, 0, TYPE_OFFSET, other, 0, TYPE_OFFSET)) {
        return frame;
      }
    }
  }

  private byte[] take(int flags) {
    long length = Sockets.recv(socket.value(), buffer, MAX, flags);
    return length < 0
        ? null
        : Arrays.copyOf(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), (int) length);
  }

  @Override
  public void close() {
    socket.close();
    arena.close();
  }
}
