package io.fastvif.vhostuser.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.vhostuser.FuzzCorpus;
import io.fastvif.vhostuser.memory.Backing;
import io.fastvif.vhostuser.memory.InflightArea;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Rings with random contents, that change at random while the device works on them. Whatever it
 * finds must lie in the guest's memory; it must end in bounded time, and with an error or none.
 *
 * <p>Runs for two seconds; {@code -Dfastvif.fuzz-seconds=3600} for an hour, {@code
 * -Dfastvif.seed=SEED} with the same random numbers.
 */
class RingFuzzTest {
  private static final long REGION = 1 << 16;
  private static final int[] SIZES = {1, 2, 8, 64, 256, 1024};

  private static final int STEPS = 400;
  private static final int HEADER = 12;

  private final long seed = Long.getLong("fastvif.seed", System.nanoTime());
  private final FuzzCorpus corpus = new FuzzCorpus(seed, 1 + STEPS);
  private Random random = new Random(0);
  private final BufferBurst burst = new BufferBurst(32);

  /** Frames of 48 bytes. */
  private final BufferBurst frames = new BufferBurst(40);

  private long delivered;
  private long peeks;
  private long buffers;
  private long broken;
  private long refused;

  @Test
  void nothingOutsideTheGuestsMemoryIsFound() throws InterruptedException {
    long seconds = Long.getLong("fastvif.fuzz-seconds", 2);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    int rounds = 0;
    try (TestGuest guest = new TestGuest(REGION);
        Arena arena = Arena.ofConfined()) {
      long frame = arena.allocate(HEADER + 48, 8).address();
      while (frames.count() < frames.capacity()) {
        frames.add(frames.count(), frame, 0, HEADER + 48);
      }
      while (System.nanoTime() < end || rounds < 50) {
        try {
          round(guest);
        } catch (RuntimeException | AssertionError e) {
          fail("seed " + seed + ", round " + rounds, e);
        }
        rounds++;
      }
    }
    System.out.printf(
        "ring fuzzer: seed %d, %,d rings, %,d bursts, %,d buffers, %,d rings found broken, %,d"
            + " refused, %,d frames delivered, %s%n",
        seed, rounds, peeks, buffers, broken, refused, delivered, corpus);
    assertTrue(delivered > 0, "the fuzzer delivers no frames");
    assertTrue(buffers > 0 && broken > 0, "the fuzzer reaches neither buffers nor errors");
    assertTrue(refused > 0, "the fuzzer starts no packed ring at a wrong place");
  }

  private void round(TestGuest guest) throws InterruptedException {
    guest.freeAll();
    long[] input = corpus.next();
    random = new Random(input[STEPS]);
    String state = "fresh";
    int size = SIZES[random.nextInt(SIZES.length)];
    long features =
        pick(VirtioFeatures.RING_PACKED)
            | pick(VirtioFeatures.EVENT_IDX)
            | pick(VirtioFeatures.INDIRECT_DESC)
            | pick(VirtioFeatures.IN_ORDER);
    boolean packed = VirtioFeatures.has(features, VirtioFeatures.RING_PACKED);
    TestRing ring = guest.ring(Math.min(size, 256), features, random.nextBoolean());
    InflightArea area = random.nextInt(3) == 0 ? area(ring.size(), packed) : null;
    // A second guest's CPU, which changes the ring at the same time.
    Thread other = random.nextInt(8) == 0 ? otherCpu(guest, ring) : null;
    DeviceQueue device = null;
    for (int step = 0; step < STEPS; step++) {
      random = new Random(input[step]);
      if (device == null) {
        int base = random.nextInt() & (packed ? 0x80ff80ff : 0xffff);
        try {
          device =
              DeviceQueue.start(
                  ring.setup(guest.view(), packed ? base % ring.size() : base),
                  area == null ? 0 : area.address(0, packed));
        } catch (IllegalArgumentException impossibleBase) {
          continue;
        } catch (BrokenRingException inUseBefore) {
          assertTrue(packed, "a split ring tells where it goes on");
          refused++;
          corpus.outcome(input, "packed: " + inUseBefore.getMessage());
          RawMemory.clear(guest.host(ring.descriptors()), 16L * ring.size()); // the guest resets
          continue;
        }
      }
      new RingScribbler(random, guest).scribble(ring, area);
      peek(guest, device);
      String now = state(device, packed);
      corpus.passed(input, state, now);
      state = now;
      if (device.failure() != null) {
        corpus.outcome(input, (packed ? "packed: " : "split: ") + device.failure());
      }
      if (random.nextInt(10) == 0 || device.failure() != null) {
        device.stop();
        device = null;
      }
    }
    if (other != null) {
      other.interrupt();
      other.join();
    }
    if (area != null) {
      area.mapping().release();
    }
    guest.closeViews();
  }

  /** What a burst was like, roughly. */
  private String state(DeviceQueue device, boolean packed) {
    int segments = burst.count() == 0 ? 0 : burst.endSegment(burst.count() - 1);
    return (packed ? "packed " : "split ")
        + (device.failure() != null ? device.failure() : grade(burst.count()) + grade(segments));
  }

  private static char grade(int n) {
    return "zabcdefghij".charAt(Integer.SIZE - Integer.numberOfLeadingZeros(Math.min(n, 1023)));
  }

  private void peek(TestGuest guest, DeviceQueue device) {
    if (device.deviceWritable() && random.nextBoolean()) {
      int most = random.nextInt(frames.count() + 1);
      int n = device.deliver(frames, most, HEADER, random.nextBoolean(), 14, HEADER, 1);
      assertTrue(n >= 0 && n <= most, "frames delivered");
      delivered += n;
    }
    int n = device.peek(burst, 1 + random.nextInt(40));
    peeks++;
    if (n == DeviceQueue.BROKEN) {
      assertNotNull(device.failure());
      broken++;
      return;
    }
    buffers += n;
    for (int i = 0; i < n; i++) {
      long total = 0;
      for (int s = burst.firstSegment(i); s < burst.endSegment(i); s++) {
        long guestAddress = burst.guestAddress(s);
        assertTrue(burst.length(s) > 0);
        assertTrue(guestAddress >= TestGuest.GUEST_BASE, "before the memory");
        assertTrue(guestAddress + burst.length(s) <= guest.guestEnd(), "behind the memory");
        assertEquals(guest.host(guestAddress), burst.address(s));
        assertEquals(
            guest.host(guestAddress + burst.length(s) - 1), burst.address(s) + burst.length(s) - 1);
        total += burst.length(s);
      }
      assertEquals(total, burst.total(i));
      burst.written(i, random.nextInt());
    }
    device.complete(burst, n == 0 ? 0 : random.nextInt(n + 1));
    if (random.nextBoolean()) {
      device.enableKicks();
    }
  }

  private long pick(long feature) {
    return random.nextBoolean() ? feature : 0;
  }

  private static InflightArea area(int size, boolean packed) {
    long bytes = InflightArea.partSize(size, packed);
    try (FileDescriptor file = FileDescriptor.of(InflightArea.createFile(bytes))) {
      return InflightArea.map(file.value(), 0, bytes, 1, size, packed, Backing.SEALED);
    }
  }

  private Thread otherCpu(TestGuest guest, TestRing ring) {
    Random own = new Random(random.nextLong());
    long descriptors = guest.host(ring.descriptors());
    long driver = guest.host(ring.driverArea());
    int size = ring.size();
    return Thread.ofPlatform()
        .start(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                long at = descriptors + 16L * own.nextInt(size);
                RawMemory.putLong(at + (own.nextBoolean() ? 8 : 0), own.nextLong());
                RawMemory.putShort(driver + 2, own.nextInt(size));
              }
            });
  }
}
