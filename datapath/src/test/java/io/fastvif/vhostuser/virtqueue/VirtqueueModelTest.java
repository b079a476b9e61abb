package io.fastvif.vhostuser.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both ends of a ring against a model of what a ring is: three lists, of buffers added, available
 * and used, each in order. Thousands of random steps with every layout and feature, with stops and
 * new starts at the base in between.
 */
class VirtqueueModelTest {
  private static final int STEPS = 30_000;
  private static final int SIZE = 16;

  /** A buffer as the model knows it. */
  private record Buffer(int id, List<Long> addresses, List<Integer> lengths) {
    long total() {
      return lengths.stream().mapToLong(Integer::longValue).sum();
    }
  }

  private record Used(int id, int written) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void ringsBehaveAsTheModelDoes(int combination) {
    long features =
        ((combination & 1) != 0 ? VirtioFeatures.RING_PACKED : 0)
            | ((combination & 2) != 0 ? VirtioFeatures.EVENT_IDX : 0)
            | ((combination & 4) != 0 ? VirtioFeatures.INDIRECT_DESC : 0)
            | ((combination & 8) != 0 ? VirtioFeatures.IN_ORDER : 0);
    long seed = Long.getLong("fastvif.seed", combination);
    try (TestGuest guest = new TestGuest(1 << 20)) {
      new Run(guest, features, new Random(seed)).go();
    }
  }

  private static final class Run {
    private final TestGuest guest;
    private final Random random;
    private final TestRing ring;
    private final DriverQueue driver;
    private final boolean writable;
    private final boolean lengthsTold;
    private final BufferBurst burst = new BufferBurst(8);
    private final List<Buffer> added = new ArrayList<>();
    private final Deque<Buffer> available = new ArrayDeque<>();
    private final Deque<Used> used = new ArrayDeque<>();
    private final long heap;
    private DeviceQueue device;
    private int seen;
    private long done;

    Run(TestGuest guest, long features, Random random) {
      this.guest = guest;
      this.random = random;
      writable = random.nextBoolean();
      boolean packed = VirtioFeatures.has(features, VirtioFeatures.RING_PACKED);
      lengthsTold = writable || !(packed && VirtioFeatures.has(features, VirtioFeatures.IN_ORDER));
      ring = guest.ring(SIZE, features, writable);
      driver = ring.driver();
      heap = guest.allocate(64 << 10, 4096);
      device = ring.device(ring.freshBase());
    }

    void go() {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(10)) {
          case 0, 1, 2 -> add();
          case 3 -> publish();
          case 4, 5 -> peek();
          case 6, 7 -> complete();
          case 8 -> poll();
          default -> {
            if (random.nextInt(20) == 0) {
              restart();
            }
          }
        }
        assertNull(device.failure());
      }
      assertTrue(done > STEPS / 20, "only " + done + " buffers went round");
    }

    private void add() {
      int segments = 1 + random.nextInt(4);
      long[] addresses = new long[segments];
      int[] lengths = new int[segments];
      for (int i = 0; i < segments; i++) {
        addresses[i] = heap + random.nextInt(60 << 10);
        lengths[i] = 1 + random.nextInt(2000);
      }
      int id = driver.add(addresses, lengths, segments, writable);
      if (id == DriverQueue.NONE) {
        assertTrue(added.size() + available.size() + used.size() > 0, "a full ring that is empty");
        return;
      }
      added.add(
          new Buffer(
              id,
              Arrays.stream(addresses).boxed().toList(),
              Arrays.stream(lengths).boxed().toList()));
    }

    private void publish() {
      driver.publish();
      available.addAll(added);
      added.clear();
    }

    private void peek() {
      int max = 1 + random.nextInt(8);
      seen = device.peek(burst, max);
      assertEquals(Math.min(max, available.size()), seen);
      int i = 0;
      for (Buffer expected : available) {
        if (i == seen) {
          break;
        }
        assertEquals(expected.id(), burst.id(i));
        assertEquals(expected.total(), burst.total(i));
        int segments = burst.endSegment(i) - burst.firstSegment(i);
        assertEquals(expected.addresses().size(), segments);
        for (int s = 0; s < segments; s++) {
          int segment = burst.firstSegment(i) + s;
          assertEquals(expected.addresses().get(s), burst.guestAddress(segment));
          assertEquals(guest.host(expected.addresses().get(s)), burst.address(segment));
          assertEquals(expected.lengths().get(s), burst.length(segment));
        }
        i++;
      }
    }

    private void complete() {
      int n = seen == 0 ? 0 : random.nextInt(seen + 1);
      for (int i = 0; i < n; i++) {
        int written = writable ? random.nextInt(1000) : 0;
        burst.written(i, written);
        used.add(new Used(available.poll().id(), written));
      }
      device.complete(burst, n);
      seen = 0;
      done += n;
    }

    private void poll() {
      for (int i = random.nextInt(2 * SIZE); i > 0; i--) {
        int id = driver.poll();
        Used expected = used.poll();
        assertEquals(expected == null ? DriverQueue.NONE : expected.id(), id);
        if (expected == null) {
          return;
        }
        if (lengthsTold) {
          assertEquals(expected.written(), driver.usedLength());
        }
      }
    }

    private void restart() {
      device = ring.device(device.stop());
      seen = 0;
    }
  }
}
