package io.fastvif.xdp;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.linux.xdp_options;
import io.fastvif.bindings.linux.xdp_statistics;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A queue of a link. One thread at a time uses it; nothing allocates.
 *
 * <p>Received frames are looked at with {@link #receive}, {@link #address} and {@link #length}, and
 * given back with {@link #giveBack}. One to send is written to where {@link #claim} says, and sent
 * with {@link #send} and, for many at once, {@link #flush}.
 */
public final class XdpSocket {
  /** Calls of one flush at most: of a copied burst each sends 32 frames. */
  private static final int MAX_CALLS = 8;

  private static final long PLACE_MASK = -Umem.FRAME;

  private final FileDescriptor socket;
  private final XskRings rings;
  private final long memory;
  private final boolean copies;
  private final boolean busyPolls;

  /** Places to send from that are free. */
  private final long[] free;

  private int freeCount;
  private boolean unflushed;

  /** Makes one whose rings are as another process uses them, or as they were made. */
  XdpSocket(FileDescriptor socket, XskRings rings, Umem umem, int ringSize, boolean busyPolls) {
    this.socket = socket;
    this.rings = rings;
    this.busyPolls = busyPolls;
    memory = umem.address();
    free = new long[ringSize];
    copies = !isZeroCopy();
  }

  /** Gives the kernel the queue's places to receive into. */
  void begin(int queue) {
    long begin = 2L * queue * free.length * Umem.FRAME;
    for (int i = 0; i < free.length; i++) {
      rings.fill.put(begin + (long) i * Umem.FRAME);
      free[freeCount++] = begin + (long) (free.length + i) * Umem.FRAME;
    }
    rings.fill.submit();
  }

  /** Writes what the rings do not say: which places to send from are free. Nobody uses it now. */
  void savePosition(HandOverWriter writer) {
    writer.number(freeCount);
    for (int i = 0; i < freeCount; i++) {
      writer.number(free[i]);
    }
  }

  /** Goes on where another process has stopped. */
  void restorePosition(HandOverReader reader) {
    freeCount = reader.count(free.length);
    for (int i = 0; i < freeCount; i++) {
      free[i] = reader.longNumber();
    }
    rings.goOn();
    unflushed = true; // the other one may have had the kernel send, or not
  }

  /** Becomes readable when frames come. */
  public int descriptor() {
    return socket.value();
  }

  /** Whether the driver puts frames where they are read, without a copy by the kernel. */
  public boolean isZeroCopy() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = xdp_options.allocate(arena);
      read(arena, XDP_OPTIONS, "XDP_OPTIONS", options);
      return (xdp_options.flags(options) & XDP_OPTIONS_ZEROCOPY) != 0;
    }
  }

  /** What the kernel counted. */
  public XdpStatistics statistics() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment counted = xdp_statistics.allocate(arena);
      read(arena, XDP_STATISTICS, "XDP_STATISTICS", counted);
      return new XdpStatistics(
          xdp_statistics.rx_dropped(counted),
          xdp_statistics.rx_ring_full(counted),
          xdp_statistics.rx_fill_ring_empty_descs(counted),
          xdp_statistics.rx_invalid_descs(counted),
          xdp_statistics.tx_invalid_descs(counted));
    }
  }

  private void read(Arena arena, int option, String name, MemorySegment into) {
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) into.byteSize());
    SystemCallException.check(
        Sockets.getsockopt(socket.value(), SOL_XDP, option, into, length), "getsockopt", name);
  }

  /**
   * Takes the error that the kernel has for the socket.
   *
   * @return a positive error number: ENETDOWN once after the link was deleted; 0 for none
   */
  public int takeError() {
    return Math.abs(Sockets.getsockopt(socket.value(), SOL_SOCKET, SO_ERROR));
  }

  /**
   * Looks at received frames; they stay until they are given back.
   *
   * @param max how many are wanted
   * @return how many there are
   */
  public int receive(int max) {
    int n = rings.receive.available(max);
    if (n == 0 && (busyPolls || rings.fill.needsWakeUp())) {
      Sockets.recv(socket.value(), MemorySegment.NULL, 0, MSG_DONTWAIT);
      n = rings.receive.available(max);
    }
    return n;
  }

  /**
   * Where a received frame is, in this process's memory. The 256 bytes before it are free.
   *
   * @param frame from 0, below what {@link #receive} returned
   */
  public long address(int frame) {
    return memory + RawMemory.getLong(rings.receive.descriptor(frame));
  }

  /** Bytes of a received frame. */
  public int length(int frame) {
    return RawMemory.getInt(rings.receive.descriptor(frame) + XskRings.LENGTH);
  }

  /** Gives the first frames back: the kernel may receive into them again. */
  public void giveBack(int n) {
    if (n == 0) {
      return;
    }
    for (int i = 0; i < n; i++) {
      // There is as much room as there are frames.
      rings.fill.put(RawMemory.getLong(rings.receive.descriptor(i)) & PLACE_MASK);
    }
    rings.fill.submit();
    rings.receive.release(n);
  }

  /** Bytes of the longest frame that can be sent. */
  public static int maxSent() {
    return Umem.FRAME;
  }

  /**
   * Returns where the next frame to send may be written, with {@link #maxSent} bytes. It is the
   * same until {@link #send}.
   *
   * @return an address, or 0 if all frames are under way
   */
  public long claim() {
    if (freeCount == 0) {
      reclaim();
    }
    return freeCount == 0 ? 0 : memory + free[freeCount - 1];
  }

  private void reclaim() {
    int sent = rings.completion.available(free.length);
    for (int i = 0; i < sent; i++) {
      free[freeCount++] = rings.completion.place(i) & PLACE_MASK;
    }
    if (sent > 0) {
      rings.completion.release(sent);
    }
  }

  /** Sends what was written where {@link #claim} said, with the next {@link #flush}. */
  public void send(int length) {
    // There is as much room as there are frames.
    rings.transmit.put(free[--freeCount], length);
    unflushed = true;
  }

  /** Whether frames wait for another {@link #flush}. */
  public boolean isUnflushed() {
    return unflushed;
  }

  /**
   * Has the kernel send what was handed over. What it does not take now is tried again with the
   * next call.
   *
   * @return 0, or the positive error number that keeps it from sending: ENETDOWN if the link is
   *     down, ENXIO if it was deleted
   */
  public int flush() {
    rings.transmit.submit();
    unflushed = false;
    if (!copies) {
      // The kernel's flag is read after the frames are seen by it.
      VarHandle.fullFence();
      if (!busyPolls && !rings.transmit.needsWakeUp()) {
        return 0;
      }
    }
    int error = 0;
    for (int i = 0; i < MAX_CALLS; i++) {
      long result = Sockets.send(socket.value(), MemorySegment.NULL, 0, MSG_DONTWAIT);
      error = (int) Math.max(0, -result);
      // EBUSY is a frame that was dropped, by a link without a carrier for example.
      if (error != Errno.EAGAIN && error != Errno.EINTR && error != Errno.EBUSY) {
        break;
      }
    }
    unflushed = error != 0;
    boolean passes =
        error == Errno.EAGAIN
            || error == Errno.EINTR
            || error == Errno.EBUSY
            || error == Errno.ENOBUFS;
    return passes ? 0 : error;
  }

  /** Lets it go; the rings are unmapped by their arena. */
  void close() {
    socket.close();
  }
}
