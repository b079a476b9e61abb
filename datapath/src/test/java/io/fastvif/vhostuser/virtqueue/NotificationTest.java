package io.fastvif.vhostuser.virtqueue;

import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  void driverKicksOnlyWhereTheDeviceAsked(int combination) {
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
  void deviceCallsOnlyWhereTheDriverAsked(int combination) {
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
        assertEquals(2L * i + 2, device.calls());
        assertTrue(ring.driver().enableCalls(), "something is used");
        assertTrue(ring.driver().poll() >= 0);
        assertTrue(ring.driver().poll() >= 0);
        ring.driver().disableCalls();
        add(ring, buffer, 1);
        assertEquals(1, device.peek(burst, SIZE));
        device.complete(burst, 1);
        boolean stale = combination == 2;
        assertEquals(2L * i + 2, device.calls(), stale ? "event index is behind" : "flag is set");
        assertTrue(ring.driver().poll() >= 0);
        assertFalse(ring.driver().enableCalls());
        add(ring, buffer, 1);
        assertEquals(1, device.peek(burst, SIZE));
        device.complete(burst, 1);
        assertEquals(2L * i + 3, device.calls());
        assertTrue(ring.driver().poll() >= 0);
      }
    }
  }

  private static long read(FileDescriptor eventfd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
      return FileIo.read(eventfd.value(), count, Long.BYTES) == Long.BYTES
          ? count.get(ValueLayout.JAVA_LONG, 0)
          : 0;
    }
  }

  /**
   * A hypervisor that masks an interrupt gives another eventfd, and the guest's own again when it
   * unmasks it. A call in between goes to the one, and has to be heard by the other: the driver
   * asks for no second one.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void newCallDescriptorIsSignalledOnce(int combination) {
    try (TestGuest guest = new TestGuest(1 << 16);
        FileDescriptor masked = FileDescriptor.check(Polling.eventfd(0, EFD_NONBLOCK), "eventfd");
        FileDescriptor own = FileDescriptor.check(Polling.eventfd(0, EFD_NONBLOCK), "eventfd")) {
      TestRing ring = guest.ring(SIZE, features(combination), true);
      long buffer = guest.allocate(64, 64);
      BufferBurst burst = new BufferBurst(SIZE);
      DeviceQueue device = ring.device(ring.freshBase());
      for (int i = 0; i < 3 * SIZE; i++) {
        device.callDescriptor(masked.value());
        assertFalse(ring.driver().enableCalls(), "nothing is used");
        add(ring, buffer, 2);
        for (int frame = 0; frame < 2; frame++) {
          assertTrue(device.peek(burst, 1) > 0);
          device.complete(burst, 1);
        }
        assertTrue(read(masked) > 0, "nobody listens to it");
        device.callDescriptor(own.value());
        assertEquals(1, read(own), "what was delivered before");
        device.callDescriptor(own.value());
        assertEquals(0, read(own), "the same as before");
        assertTrue(ring.driver().poll() >= 0);
        assertTrue(ring.driver().poll() >= 0);
        // Nobody to call for a while, as with a driver that polls.
        device.callDescriptor(DeviceQueue.NO_DESCRIPTOR);
        ring.driver().enableCalls();
        add(ring, buffer, 1);
        assertEquals(1, device.peek(burst, 1));
        device.complete(burst, 1);
        device.callDescriptor(own.value());
        assertEquals(1, read(own), "what was delivered while there was none");
        assertTrue(ring.driver().poll() >= 0);
        // Another backend goes on: the former may not have come to call.
        device = ring.device(device.stop());
        device.callDescriptor(own.value());
        assertEquals(1, read(own), "what another backend delivered");
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
