package io.fastvif.vhostuser.virtqueue;

import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Polling;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When each side of a ring tells the other, with flags and with event indices. */
class NotificationTest {
  private static final int SIZE = 8;

  private static long features(int combination) {
    return ((combination & 1) != 0 ? VirtioFeatures.RING_PACKED : 0)
        | ((combination & 2) != 0 ? VirtioFeatures.EVENT_IDX : 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void theDeviceIsKickedOnlyWhereItAskedForIt(int combination) {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, features(combination), false);
      long buffer = guest.allocate(64, 64);
      DeviceQueue device = ring.device(ring.freshBase());
      BufferBurst burst = new BufferBurst(SIZE);
      // Three rounds of the ring, so that indices and wrap counters go round.
      for (int i = 0; i < 3 * SIZE; i++) {
        assertEquals(0, device.peek(burst, SIZE));
        assertFalse(device.enableKicks(), "nothing is available");
        ring.driver().add(buffer, 64, false);
        assertTrue(ring.driver().publish(), "the device asked for a kick");
        assertTrue(device.enableKicks(), "something is available that was not seen");
        assertEquals(1, device.peek(burst, SIZE));
        device.disableKicks();
        ring.driver().add(buffer, 64, false);
        assertFalse(ring.driver().publish(), "the device asked for none");
        // Buffers that are seen and wait for frames are no reason to stay awake.
        assertEquals(2, device.peek(burst, SIZE));
        assertFalse(device.enableKicks());
        ring.driver().add(buffer, 64, false);
        assertTrue(ring.driver().publish(), "a kick for the third");
        device.disableKicks();
        assertEquals(3, device.peek(burst, SIZE));
        device.complete(burst, 3);
        for (int used = 0; used < 3; used++) {
          assertTrue(ring.driver().poll() >= 0);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void theDriverIsCalledOnlyWhereItAskedForIt(int combination) {
    try (TestGuest guest = new TestGuest(1 << 16);
        FileDescriptor call = FileDescriptor.check(Polling.eventfd(0, EFD_NONBLOCK), "eventfd")) {
      TestRing ring = guest.ring(SIZE, features(combination), true);
      long buffer = guest.allocate(64, 64);
      DeviceQueue device = ring.device(ring.freshBase());
      device.callDescriptor(call.value());
      BufferBurst burst = new BufferBurst(SIZE);
      for (int i = 0; i < 3 * SIZE; i++) {
        assertFalse(ring.driver().enableCalls(), "nothing is used");
        add(ring, buffer, 2);
        assertEquals(2, device.peek(burst, SIZE));
        device.complete(burst, 2);
        assertEquals(2L * i + 1, device.calls());
        assertTrue(ring.driver().enableCalls(), "something is used");
        assertTrue(ring.driver().poll() >= 0);
        assertTrue(ring.driver().poll() >= 0);
        ring.driver().disableCalls();
        add(ring, buffer, 1);
        assertEquals(1, device.peek(burst, SIZE));
        device.complete(burst, 1);
        boolean stale = combination == 2;
        assertEquals(2L * i + 1, device.calls(), stale ? "event index is behind" : "flag is set");
        assertTrue(ring.driver().poll() >= 0);
        assertFalse(ring.driver().enableCalls());
        add(ring, buffer, 1);
        assertEquals(1, device.peek(burst, SIZE));
        device.complete(burst, 1);
        assertEquals(2L * i + 2, device.calls());
        assertTrue(ring.driver().poll() >= 0);
      }
    }
  }

  private static void add(TestRing ring, long buffer, int count) {
    for (int i = 0; i < count; i++) {
      assertTrue(ring.driver().add(buffer, 64, true) >= 0);
    }
    ring.driver().publish();
  }
}
