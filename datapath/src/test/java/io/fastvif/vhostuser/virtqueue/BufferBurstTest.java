package io.fastvif.vhostuser.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BufferBurstTest {
  private static final int SIZE = 8;
  private static final int HEADER = 12;
  private static final int LEAST = 14;
  private static final int FRAME = 60;
  private static final int ROOM = 128;

  private final Arena arena = Arena.ofConfined();
  private final BufferBurst from = new BufferBurst(SIZE);
  private final BufferBurst to = new BufferBurst(SIZE);

  @AfterEach
  void close() {
    arena.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void buffersOfOneSegmentAreCountedAnewAfterChains(boolean packed) {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, packed ? VirtioFeatures.RING_PACKED : 0, false);
      DeviceQueue device = ring.device(ring.freshBase());
      long buffer = guest.allocate(64, 64);
      // Twice round, so that the second bursts go across the ring's end.
      for (int i = 0; i < SIZE; i++) {
        ring.driver().add(buffer, 10, false);
        ring.driver().add(new long[] {buffer, buffer + 20}, new int[] {20, 3}, 2, false);
        ring.driver().add(buffer, 11, false);
        ring.driver().publish();
        assertEquals(3, device.peek(from, SIZE));
        assertEquals(23, from.total(1));
        assertEquals(2, from.endSegment(1) - from.firstSegment(1));
        assertEquals(11, from.length(from.firstSegment(2)));
        assertEquals(44, from.total(0, 3));
        complete(ring, device, 3);
        for (int n = 1; n <= 3; n++) {
          ring.driver().add(buffer, 11 * n, false);
        }
        ring.driver().publish();
        assertEquals(3, device.peek(from, SIZE));
        for (int n = 0; n < 3; n++) {
          assertEquals(n, from.firstSegment(n));
          assertEquals(n + 1, from.endSegment(n));
          assertEquals(11L * (n + 1), from.total(n));
          assertEquals(1, from.entries(n));
        }
        assertEquals(55, from.total(1, 3));
        complete(ring, device, 3);
      }
    }
  }

  private void complete(TestRing ring, DeviceQueue device, int n) {
    device.complete(from, n);
    for (int i = 0; i < n; i++) {
      assertEquals(true, ring.driver().poll() >= 0);
    }
    assertEquals(true, ring.driver().poll() < 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lengthsOfAnEarlierBurstAreNotToldAgain(boolean packed) {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, packed ? VirtioFeatures.RING_PACKED : 0, true);
      DeviceQueue device = ring.device(ring.freshBase());
      long buffer = guest.allocate(64, 64);
      for (int length : new int[] {40, 0}) {
        ring.driver().add(buffer, 64, true);
        ring.driver().publish();
        assertEquals(1, device.peek(from, SIZE));
        assertEquals(0, from.written(0));
        if (length > 0) {
          from.written(0, length);
        }
        device.complete(from, 1);
        ring.driver().poll();
        assertEquals(length, ring.driver().usedLength());
      }
    }
  }

  @Test
  void framesAreCopiedBehindANewHeader() {
    long source = frame(0, FRAME);
    long target = place();
    assertEquals(1, to.copyFrames(from, 1, HEADER, true, LEAST, HEADER, 1));
    assertEquals(HEADER + FRAME, to.written(0));
    assertEquals(0, RawMemory.getLong(target));
    assertEquals(1 << 16, RawMemory.getInt(target + 8));
    for (int i = 0; i < FRAME; i++) {
      assertEquals(RawMemory.getByte(source + HEADER + i), RawMemory.getByte(target + HEADER + i));
    }
    assertEquals(0, RawMemory.getByte(target + HEADER + FRAME));
  }

  @Test
  void shorterHeaderEndsWhereTheFrameBegins() {
    long source = frame(0, FRAME);
    long target = place();
    assertEquals(1, to.copyFrames(from, 1, HEADER, true, LEAST, 10, 1));
    assertEquals(0, RawMemory.getShort(target + 8));
    assertEquals(RawMemory.getLong(source + HEADER), RawMemory.getLong(target + 10));
  }

  @Test
  void copyingStopsAtAFrameThatNeedsMoreCare() {
    frame(0, FRAME);
    frame(1, FRAME);
    place();
    place();
    assertEquals(1, to.copyFrames(from, 2, HEADER, true, LEAST, HEADER, 1), "it has a header");
    assertEquals(2, to.copyFrames(from, 2, HEADER, false, LEAST, HEADER, 1), "which is left out");
    from.clear();
    frame(0, LEAST - 1);
    assertEquals(0, to.copyFrames(from, 1, HEADER, true, LEAST, HEADER, 1), "too short");
    from.clear();
    frame(0, ROOM - HEADER + 1);
    assertEquals(0, to.copyFrames(from, 1, HEADER, true, LEAST, HEADER, 1), "too long");
    from.clear();
    frame(0, ROOM - HEADER);
    assertEquals(1, to.copyFrames(from, 1, HEADER, true, LEAST, HEADER, 1));
    from.begin(1);
    from.end(1, 1);
    assertEquals(0, to.copyFrames(from, 1, HEADER, true, LEAST, HEADER, 1), "a chain");
  }

  /** Adds a frame behind a header that begins with a number. */
  private long frame(int number, int length) {
    long at = arena.allocate(HEADER + length + 8L, 64).address();
    for (int i = 0; i < length; i++) {
      RawMemory.putByte(at + HEADER + i, i + 1);
    }
    RawMemory.putShort(at, number);
    from.add(from.count(), at, 0, HEADER + length);
    return at;
  }

  /** Adds a buffer for a frame. */
  private long place() {
    long at = arena.allocate(ROOM, 64).address();
    to.add(to.count(), at, 0, ROOM);
    return at;
  }
}
