package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.vhostuser.session.RingSettings;
import io.fastvif.vhostuser.virtqueue.DriverQueue;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.vhostuser.virtqueue.TestGuest;
import io.fastvif.vhostuser.virtqueue.TestRing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A guest with a network device of one queue pair, that is driven by a test. */
final class TestVm implements AutoCloseable {
  static final int RING = 64;

  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final int TX_BUFFER = 70_000;
  private static final long MEMORY = 16 << 20;

  final TestGuest guest = new TestGuest(MEMORY);
  final TestRing receiveRing;
  final TestRing transmitRing;
  final FileDescriptor kick = eventfd();
  final FileDescriptor call = eventfd();
  private final VhostUserPort port;
  private final int pair;
  private final long features;
  private final int header;
  private final int bufferLength;
  private final long[] transmitBuffers = new long[RING];
  private final long[] receiveBuffers = new long[RING * 4];
  private final int[] lengths = new int[4];
  private final long[] addresses = new long[4];
  private final int segments;
  private int sent;

  /**
   * Makes a guest and starts its rings.
   *
   * @param bufferLength of each of its receive buffers
   * @param segments of how many pieces frames to send are made
   */
  TestVm(VhostUserPort port, long features, int bufferLength, int segments) {
    this(port, features, bufferLength, segments, 0);
  }

  /**
   * Makes a guest, or a part of one: one queue pair of several.
   *
   * @param pair the number of the queue pair
   */
  TestVm(VhostUserPort port, long features, int bufferLength, int segments, int pair) {
    this.port = port;
    this.pair = pair;
    this.features = features;
    this.bufferLength = bufferLength;
    this.segments = segments;
    header = VirtioNetHeader.length(features);
    receiveRing = guest.ring(RING, features, true);
    transmitRing = guest.ring(RING, features, false);
    for (int i = 0; i < RING; i++) {
      transmitBuffers[i] = guest.allocate(TX_BUFFER, 64);
      receiveBuffers[i] = guest.allocate(bufferLength, 64);
    }
    for (int i = 0; i < RING; i++) {
      int id = receiveRing.driver().add(receiveBuffers[i], bufferLength, true);
      assertTrue(id >= 0);
      swap(i, id);
    }
    receiveRing.driver().publish();
    start(new int[] {receiveRing.freshBase(), transmitRing.freshBase()});
  }

  private static FileDescriptor eventfd() {
    return FileDescriptor.check(Polling.eventfd(0, EFD_NONBLOCK), "eventfd");
  }

  /** Buffers are found by their id. */
  private void swap(int i, int id) {
    long other = receiveBuffers[id];
    receiveBuffers[id] = receiveBuffers[i];
    receiveBuffers[i] = other;
  }

  RingSettings settings(int index, TestRing ring, int base, boolean enabled) {
    return new RingSettings(
        2 * pair + index,
        features,
        RING,
        base,
        TestGuest.user(ring.descriptors()),
        TestGuest.user(ring.driverArea()),
        TestGuest.user(ring.deviceArea()),
        -1,
        enabled,
        kick.value(),
        call.value(),
        -1,
        guest.memory(),
        null,
        null);
  }

  /** Sends a frame with an empty header. */
  void send(byte[] frame) {
    send(0, 0, frame);
  }

  /** Sends a frame, and kicks if the device wants that. */
  void send(long headerStart, int csumOffset, byte[] frame) {
    assertTrue(offer(headerStart, csumOffset, frame), "the ring is full");
  }

  /** Sends frames with empty headers, all of which the device finds at once; they must fit. */
  void sendAll(List<byte[]> frames) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    for (byte[] frame : frames) {
      // What was sent before has arrived, but may not have been given back yet.
      while (!add(0, 0, frame)) {
        assertTrue(System.nanoTime() < end, "the ring is full");
        Thread.onSpinWait();
      }
    }
    if (transmitRing.driver().publish()) {
      kickDevice();
    }
  }

  /** Sends a frame if there is room in the ring. */
  boolean offer(long headerStart, int csumOffset, byte[] frame) {
    if (!add(headerStart, csumOffset, frame)) {
      return false;
    }
    if (transmitRing.driver().publish()) {
      kickDevice();
    }
    return true;
  }

  private boolean add(long headerStart, int csumOffset, byte[] frame) {
    DriverQueue driver = transmitRing.driver();
    while (driver.poll() >= 0) {
      // Room for the next.
    }
    long buffer = transmitBuffers[sent % RING];
    long at = guest.host(buffer);
    RawMemory.putLong(at, headerStart);
    RawMemory.putShort(at + 8, csumOffset);
    if (header == VirtioNetHeader.LONG) {
      RawMemory.putShort(at + 10, 0);
    }
    for (int i = 0; i < frame.length; i++) {
      RawMemory.putByte(at + header + i, frame[i]);
    }
    int total = header + frame.length;
    int pieces = Math.min(segments, Math.max(1, total / 8));
    int begin = 0;
    for (int i = 0; i < pieces; i++) {
      // The first piece is odd, so that it ends in the middle of something.
      int end = i + 1 == pieces ? total : (i + 1) * (total / pieces) | 1;
      addresses[i] = buffer + begin;
      lengths[i] = end - begin;
      begin = end;
    }
    if (driver.add(addresses, lengths, pieces, false) < 0) {
      return false;
    }
    sent++;
    return true;
  }

  void kickDevice() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(java.lang.foreign.ValueLayout.JAVA_LONG, 1L);
      FileIo.write(kick.value(), one, Long.BYTES);
    }
  }

  /** Takes a frame that arrived, with its header; null if there is none. */
  byte[] poll() {
    DriverQueue driver = receiveRing.driver();
    int id = driver.poll();
    if (id < 0) {
      return null;
    }
    int buffers = 1;
    if (header == VirtioNetHeader.LONG) {
      buffers = RawMemory.getShort(guest.host(receiveBuffers[id]) + VirtioNetHeader.NUM_BUFFERS);
    }
    List<Byte> bytes = new ArrayList<>();
    for (int i = 1; ; i++) {
      long at = guest.host(receiveBuffers[id]);
      for (int b = 0; b < driver.usedLength(); b++) {
        bytes.add((byte) RawMemory.getByte(at + b));
      }
      long buffer = receiveBuffers[id];
      int again = driver.add(buffer, bufferLength, true);
      receiveBuffers[again] = buffer;
      if (i == buffers) {
        break;
      }
      id = driver.poll();
      assertTrue(id >= 0, "a frame of " + buffers + " buffers, of which " + i + " came");
    }
    driver.publish();
    byte[] frame = new byte[bytes.size()];
    for (int i = 0; i < frame.length; i++) {
      frame[i] = bytes.get(i);
    }
    return frame;
  }

  /**
   * Takes a buffer with a frame, or a part of one: where it begins in the guest's memory, -1 if
   * there is none. Its bytes are {@code receiveRing.driver().usedLength()}.
   */
  long take() {
    int id = receiveRing.driver().poll();
    return id < 0 ? -1 : receiveBuffers[id];
  }

  /** Gives a buffer back that was taken. */
  void giveBack(long buffer) {
    receiveBuffers[receiveRing.driver().add(buffer, bufferLength, true)] = buffer;
    receiveRing.driver().publish();
  }

  /** Waits for a frame; without its header. */
  byte[] receive() {
    byte[] frame = receiveWithHeader();
    return java.util.Arrays.copyOfRange(frame, header, frame.length);
  }

  byte[] receiveWithHeader() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < end) {
      byte[] frame = poll();
      if (frame != null) {
        return frame;
      }
      Thread.onSpinWait();
    }
    return fail("no frame came");
  }

  /** How often the device has called since it was asked last. */
  long calls() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(8, 8);
      return FileIo.read(call.value(), count, 8) == 8 ? RawMemory.getLong(count.address()) : 0;
    }
  }

  /** Stops both rings; the receive ring's base and the transmit ring's. */
  int[] stop() throws InterruptedException {
    int[] bases = new int[2];
    CountDownLatch stopped = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      int ring = i;
      AtomicInteger times = new AtomicInteger();
      port.ring(2 * pair + i)
          .stop(
              base -> {
                bases[ring] = base;
                assertTrue(times.incrementAndGet() == 1);
                stopped.countDown();
              });
    }
    assertTrue(stopped.await(60, TimeUnit.SECONDS), "the rings do not stop");
    return bases;
  }

  /** Starts both rings, and waits for it: frames for a ring that is not started are dropped. */
  void start(int[] bases) {
    start(0, receiveRing, bases[0]);
    start(1, transmitRing, bases[1]);
  }

  private void start(int index, TestRing ring, int base) {
    CompletableFuture<Void> started = new CompletableFuture<>();
    RingSettings wanted = settings(index, ring, base, true);
    port.ring(2 * pair + index).start(wanted);
    port.ring(2 * pair + index).change(wanted, () -> started.complete(null));
    started.orTimeout(60, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    guest.close();
    kick.close();
    call.close();
  }
}
