package io.fastvif.vhostuser.virtqueue;

import static io.fastvif.bindings.linux.linux_h.VIRTIO_NET_F_MRG_RXBUF;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a packed ring is said to go on, after all that can have happened in it. */
class PackedPositionTest {
  private static final int SIZE = 8;
  private static final long PACKED =
      VirtioFeatures.RING_PACKED | VirtioFeatures.VERSION_1 | 1L << VIRTIO_NET_F_MRG_RXBUF;

  private static void add(TestRing ring, long buffer, int segments) {
    long[] addresses = new long[segments];
    int[] lengths = new int[segments];
    for (int i = 0; i < segments; i++) {
      addresses[i] = buffer;
      lengths[i] = 64;
    }
    assertTrue(ring.driver().add(addresses, lengths, segments, ring.deviceWritable()) >= 0);
  }

  private static void use(TestRing ring, DeviceQueue device, BufferBurst burst) {
    assertEquals(1, device.peek(burst, 1));
    device.complete(burst, 1);
    assertTrue(ring.driver().poll() >= 0);
  }

  /** Also with buffers of several descriptors, of which only the first is marked as used. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void resumesAtTheCorrectPosition(int segments) {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      for (boolean writable : new boolean[] {false, true}) {
        long features = segments == 1 ? PACKED : PACKED & ~(1L << VIRTIO_NET_F_MRG_RXBUF);
        TestRing ring = guest.ring(SIZE, features, writable);
        long buffer = guest.allocate(64, 64);
        BufferBurst burst = new BufferBurst(SIZE);
        DeviceQueue device = ring.device(ring.freshBase());
        for (int i = 0; i < 6 * SIZE; i++) {
          int ahead = i % (SIZE / segments) + 1;
          for (int added = 0; added < ahead; added++) {
            add(ring, buffer, segments);
          }
          ring.driver().publish();
          device = ring.device(device.stop());
          for (int used = 0; used < ahead; used++) {
            use(ring, device, burst);
            device = ring.device(device.stop());
          }
        }
      }
    }
  }

  /** What QEMU says after a backend was lost: where the ring began. */
  @Test
  void staleBaseIsRefused() {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, PACKED, true);
      long buffer = guest.allocate(64, 64);
      BufferBurst burst = new BufferBurst(SIZE);
      DeviceQueue device = ring.device(ring.freshBase());
      int available = 0;
      for (int used = 1; used < 6 * SIZE; used++) {
        while (available < SIZE) {
          add(ring, buffer, 1);
          available++;
        }
        ring.driver().publish();
        use(ring, device, burst);
        available--;
        if (used % (2 * SIZE) != 0) {
          String said =
              assertThrows(BrokenRingException.class, () -> ring.device(ring.freshBase()))
                  .getMessage();
          assertTrue(said.contains("reset its device"), said);
        }
      }
    }
  }

  @Test
  void freshBaseOfAUsedTransmitRingIsRefused() {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, PACKED, false);
      long buffer = guest.allocate(64, 64);
      BufferBurst burst = new BufferBurst(SIZE);
      DeviceQueue device = ring.device(ring.freshBase());
      add(ring, buffer, 1);
      ring.driver().publish();
      use(ring, device, burst);
      assertThrows(BrokenRingException.class, () -> ring.device(ring.freshBase()));
    }
  }

  /** User Mode Linux says so of each ring. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void baseZeroOfAnUnusedRingIsItsStart(boolean writable) {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, PACKED, writable);
      long buffer = guest.allocate(64, 64);
      BufferBurst burst = new BufferBurst(SIZE);
      add(ring, buffer, 1);
      ring.driver().publish();
      DeviceQueue device = ring.device(0);
      use(ring, device, burst);
      assertThrows(BrokenRingException.class, () -> ring.device(0), "it is in use");
      // Where the wrap counter is 0, 0 is what it says.
      for (int used = 1; used < SIZE; used++) {
        add(ring, buffer, 1);
        ring.driver().publish();
        use(ring, device, burst);
      }
      add(ring, buffer, 1);
      ring.driver().publish();
      use(ring, ring.device(0), burst);
    }
  }
}
