package io.fastvif.vhostuser.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Polling;
import io.fastvif.vhostuser.memory.InflightArea;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that go straight into a packed ring's buffers, without a burst between. */
class PackedDeliveryTest {
  private static final int SIZE = 8;
  private static final int HEADER = 12;
  private static final int LEAST = 14;
  private static final int ROOM = 128;
  private static final int WRITE = 2;

  private final Arena arena = Arena.ofConfined();
  private final TestGuest guest = new TestGuest(1 << 16);
  private final BufferBurst frames = new BufferBurst(SIZE);
  private final BufferBurst peeked = new BufferBurst(SIZE);
  private TestRing ring = guest.ring(SIZE, VirtioFeatures.RING_PACKED, true);
  private DeviceQueue device = ring.device(ring.freshBase());

  @AfterEach
  void close() {
    guest.close();
    arena.close();
  }

  private int deliver(int most) {
    return device.deliver(frames, most, HEADER, true, LEAST, HEADER, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, VirtioFeatures.EVENT_IDX, VirtioFeatures.IN_ORDER})
  void theGuestGetsWhatItGetsByPeekingAndCompleting(long features) {
    ring = guest.ring(SIZE, VirtioFeatures.RING_PACKED | features, true);
    TestRing twin = guest.ring(SIZE, VirtioFeatures.RING_PACKED | features, true);
    device = ring.device(ring.freshBase());
    DeviceQueue slow = twin.device(twin.freshBase());
    try (FileDescriptor event = FileDescriptor.check(Polling.eventfd(0, 0), "eventfd")) {
      device.callDescriptor(event.value());
      slow.callDescriptor(event.value());
      // Seven times five in a ring of eight: both wrap counters, and ends of the ring within.
      for (int round = 0; round < 7; round++) {
        long[] places = add(ring, 5);
        long[] twins = add(twin, 5);
        frames.clear();
        for (int i = 0; i < 4; i++) {
          frame(0, 20 + 17 * i + round);
        }
        assertEquals(4, deliver(4));
        assertEquals(4, slow.peek(peeked, 4));
        assertEquals(4, peeked.copyFrames(frames, 4, HEADER, true, LEAST, HEADER, 1));
        slow.complete(peeked, 4);
        for (int i = 0; i < 4; i++) {
          assertEquals(twin.driver().poll(), ring.driver().poll());
          assertEquals(frames.length(i), ring.driver().usedLength());
          assertEquals(twin.driver().usedLength(), ring.driver().usedLength());
          assertEquals(text(twins[i]), text(places[i]));
        }
        assertTrue(ring.driver().poll() < 0, "the fifth is available still");
        frames.clear();
        frame(0, 60);
        assertEquals(1, deliver(1));
        assertEquals(1, slow.peek(peeked, 1));
        assertEquals(1, peeked.copyFrames(frames, 1, HEADER, true, LEAST, HEADER, 1));
        slow.complete(peeked, 1);
        assertEquals(twin.driver().poll(), ring.driver().poll());
        assertEquals(slow.calls(), device.calls());
      }
      assertEquals(0, deliver(1), "there are no buffers");
      assertEquals(slow.stop(), device.stop());
    }
  }

  @Test
  void itEndsBeforeWhatNeedsMoreCare() {
    add(ring, 3);
    frame(0, 60);
    frame(1, 60);
    assertEquals(1, deliver(2), "a header that says something");
    frames.clear();
    frame(0, ROOM - HEADER + 1);
    assertEquals(0, deliver(1), "larger than a buffer");
    frames.clear();
    frame(0, LEAST - 1);
    assertEquals(0, deliver(1), "shorter than a frame");
    frames.clear();
    frame(0, ROOM - HEADER);
    frame(0, 60);
    frame(0, 60);
    assertEquals(2, deliver(3), "two buffers");
    assertEquals(0, ring.driver().poll());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, WRITE | 1, WRITE | 4})
  void itLeavesBuffersOfAnotherSortToThePeek(int flags) {
    long[] places = add(ring, 1);
    packedDescriptor(1, places[0], ROOM, flags | 0x80);
    frame(0, 60);
    frame(0, 60);
    assertEquals(1, deliver(2));
    assertEquals(0, deliver(2));
    assertEquals(DeviceQueue.BROKEN, device.peek(peeked, 1));
    assertEquals(0, deliver(1), "a broken ring");
  }

  @Test
  void nothingOutsideTheGuestsMemoryIsWritten() {
    for (long address :
        new long[] {guest.guestEnd() - ROOM + 1, TestGuest.GUEST_BASE - 1, 0, -1, 1L << 63}) {
      packedDescriptor(0, address, ROOM, WRITE | 0x80);
      frames.clear();
      frame(0, 20);
      assertEquals(0, deliver(1), Long.toHexString(address));
    }
    packedDescriptor(0, TestGuest.GUEST_BASE, -1, WRITE | 0x80);
    assertEquals(0, deliver(1), "four gigabytes");
    assertEquals(DeviceQueue.BROKEN, device.peek(peeked, 1));
  }

  @Test
  void trackedRingsAndSplitOnesHaveNoShortWay() {
    frame(0, 60);
    TestRing split = guest.ring(SIZE, 0, true);
    add(split, 1);
    device = split.device(split.freshBase());
    assertEquals(0, deliver(1));
    long part = arena.allocate(InflightArea.partSize(SIZE, true), 64).address();
    add(ring, 1);
    device = DeviceQueue.start(ring.setup(guest.view(), ring.freshBase()), part);
    assertEquals(0, deliver(1));
    assertEquals(1, device.peek(peeked, 1));
  }

  private void packedDescriptor(int index, long address, int length, int flags) {
    long at = guest.host(ring.descriptors()) + 16L * index;
    RawMemory.putLong(at, address);
    RawMemory.putInt(at + 8, length);
    RawMemory.putInt(at + 12, index | flags << 16);
  }

  private String text(long guestAddress) {
    byte[] bytes = new byte[ROOM];
    for (int i = 0; i < ROOM; i++) {
      bytes[i] = (byte) RawMemory.getByte(guest.host(guestAddress) + i);
    }
    return Arrays.toString(bytes);
  }

  /** Makes new buffers available. */
  private long[] add(TestRing to, int count) {
    long[] places = new long[count];
    for (int i = 0; i < count; i++) {
      places[i] = guest.allocate(ROOM, 64);
      to.driver().add(places[i], ROOM, true);
    }
    to.driver().publish();
    return places;
  }

  /** Adds a frame behind a header that begins with a number. */
  private void frame(int number, int length) {
    long at = arena.allocate(HEADER + length + 8L, 64).address();
    for (int i = 0; i < length; i++) {
      RawMemory.putByte(at + HEADER + i, i + 1);
    }
    RawMemory.putShort(at, number);
    frames.add(frames.count(), at, 0, HEADER + length);
  }
}
