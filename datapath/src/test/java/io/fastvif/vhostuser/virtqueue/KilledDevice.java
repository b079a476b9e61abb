package io.fastvif.vhostuser.virtqueue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.vhostuser.memory.Backing;
import io.fastvif.vhostuser.memory.DirtyLog;
import io.fastvif.vhostuser.memory.InflightArea;
import io.fastvif.vhostuser.memory.MemoryFile;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.Callable;

/**
 * Rings whose devices die before each of their writes in turn. {@link KilledDeviceTest} loads it
 * with {@link CountedMemory} for {@link RawMemory}.
 *
 * <p>Whatever the write: the driver gets each buffer back once and in its turn, no device sees a
 * buffer again that the driver has got back, nothing waits for ever, and the log of a migration has
 * the page of each buffer that was written.
 */
public final class KilledDevice implements Callable<String> {
  private static final int SEEDS = Integer.getInteger("fastvif.kill-seeds", 1);
  private static final int NEVER = Integer.MAX_VALUE;
  private static final int STEPS = 24;
  private static final int STEPS_AFTERWARDS = 16;
  private static final int STOP_EVERY = 3;
  private static final int MAX_SEGMENTS = 3;
  private static final int MAX_LENGTH = 1000;
  private static final int PAGE = 4096;
  private static final int PAGES = 8;
  private static final long MEMORY = (PAGES + 4) * PAGE;
  private static final long LOG_BYTES = (TestGuest.GUEST_BASE + 2 * MEMORY) / PAGE / Byte.SIZE + 1;
  private static final int SPLIT_SIZE = 4;

  /** The number of a packed ring's entries need not be a power of two. */
  private static final int PACKED_SIZE = 5;

  /** What the driver does between a death and the next device. */
  private enum Meanwhile {
    NOTHING,
    TAKES,
    TAKES_AND_GIVES
  }

  /** A kind of ring; whether the in-flight area is used. */
  private record Kind(long features, boolean deviceWritable, boolean isTracked) {
    boolean isPacked() {
      return VirtioFeatures.has(features, VirtioFeatures.RING_PACKED);
    }

    int size() {
      return isPacked() ? PACKED_SIZE : SPLIT_SIZE;
    }
  }

  /** Makes it; {@link KilledDeviceTest} has no other way. */
  public KilledDevice() {}

  @Override
  public String call() {
    long packed = VirtioFeatures.RING_PACKED;
    long split = deaths(0, true) + deaths(VirtioFeatures.EVENT_IDX, true) + deaths(0, false);
    long ofPacked =
        deaths(packed, true)
            + deaths(packed | VirtioFeatures.EVENT_IDX, true)
            + deaths(packed | VirtioFeatures.IN_ORDER, true);
    return split + " deaths of split rings' devices, " + ofPacked + " of packed ones'";
  }

  private static long deaths(long features, boolean isTracked) {
    return deaths(new Kind(features, false, isTracked))
        + deaths(new Kind(features, true, isTracked));
  }

  private static long deaths(Kind kind) {
    long bytes = InflightArea.partSize(kind.size(), kind.isPacked());
    try (TestGuest guest = new TestGuest(MEMORY);
        MemoryFile pages = MemoryFile.sealed("log", LOG_BYTES);
        FileDescriptor file = FileDescriptor.of(InflightArea.createFile(bytes))) {
      DirtyLog log = DirtyLog.map(pages.fd(), 0, LOG_BYTES, Backing.SEALED);
      InflightArea area =
          InflightArea.map(file.value(), 0, bytes, 1, kind.size(), kind.isPacked(), Backing.SEALED);
      long deaths = 0;
      for (int seed = 0; seed < SEEDS; seed++) {
        for (Meanwhile meanwhile : Meanwhile.values()) {
          deaths += everyDeath(guest, area, log, kind, meanwhile, seed);
        }
      }
      area.mapping().release();
      log.mapping().release();
      return deaths;
    }
  }

  /** At each write of a device's life, and in some at each write of its successor's start too. */
  private static long everyDeath(
      TestGuest guest, InflightArea area, DirtyLog log, Kind kind, Meanwhile meanwhile, int seed) {
    long deaths = 0;
    boolean isDead = true;
    for (int write = 0; isDead; write++) {
      isDead = new Life(guest, area, log, kind, meanwhile, seed).deaths(write, NEVER) > 0;
      deaths += isDead ? 1 : 0;
      boolean isDeadAgain =
          isDead && meanwhile == Meanwhile.TAKES_AND_GIVES && !kind.deviceWritable();
      for (int again = 0; isDeadAgain; again++) {
        isDeadAgain = new Life(guest, area, log, kind, meanwhile, seed).deaths(write, again) > 1;
        deaths += isDeadAgain ? 2 : 1;
      }
    }
    return deaths;
  }

  /** One play, from an unused ring on. */
  private static final class Life {
    private final TestGuest guest;
    private final DirtyLog log;
    private final Kind kind;
    private final Meanwhile meanwhile;
    private final int seed;
    private final Random random;
    private final TestRing ring;
    private final long part;
    private final long heap;
    private final BufferBurst burst;
    private final long[] addresses = new long[MAX_SEGMENTS];
    private final int[] lengths = new int[MAX_SEGMENTS];
    private final ArrayDeque<Integer> given = new ArrayDeque<>();
    private DeviceQueue device;
    private boolean isAwake;
    private int added;
    private int used;
    private int returned;

    Life(
        TestGuest guest,
        InflightArea area,
        DirtyLog log,
        Kind kind,
        Meanwhile meanwhile,
        int seed) {
      this.guest = guest;
      this.log = log;
      this.kind = kind;
      this.meanwhile = meanwhile;
      this.seed = seed;
      random = new Random(seed);
      guest.closeViews();
      guest.freeAll();
      ring = guest.ring(kind.size(), kind.features(), kind.deviceWritable());
      heap = guest.allocate((long) PAGES * PAGE, PAGE);
      burst = new BufferBurst(kind.size());
      RawMemory.clear(area.address(0, kind.isPacked()), area.mapping().size());
      part = kind.isTracked() ? area.address(0, kind.isPacked()) : 0;
    }

    /** How often devices died: at a write, and at one of the next device's start. */
    int deaths(int write, int again) {
      try {
        int deaths = play(write, again);
        CountedMemory.killAfter(NEVER);
        for (int i = 0; i < 4 * kind.size() && !given.isEmpty(); i++) {
          require(survives(() -> work(kind.size())), "killed");
          take();
        }
        require(given.isEmpty(), given.size() + " buffers never come back");
        return deaths;
      } catch (IllegalStateException | BrokenRingException e) {
        String message =
            String.format(
                "%s, meanwhile the driver %s, seed %d, death at write %d, then %d of the next"
                    + " start; %d given, %d used, %d back: %s",
                kind, meanwhile, seed, write, again, added, used, returned, e.getMessage());
        throw new AssertionError(message, e);
      }
    }

    private int play(int write, int again) {
      CountedMemory.killAfter(write);
      boolean isAlive = survives(this::start);
      for (int i = 0; i < STEPS && isAlive; i++) {
        isAlive = step();
      }
      if (isAlive) {
        return 0;
      }
      meanwhile();
      CountedMemory.killAfter(again);
      int deaths = 1;
      while (!survives(this::start)) {
        deaths++;
        meanwhile();
        CountedMemory.killAfter(NEVER);
      }
      CountedMemory.killAfter(NEVER);
      take();
      used = returned;
      for (int i = 0; i < STEPS_AFTERWARDS; i++) {
        require(step(), "killed");
      }
      return deaths;
    }

    private void meanwhile() {
      if (meanwhile != Meanwhile.NOTHING) {
        take();
      }
      if (meanwhile == Meanwhile.TAKES_AND_GIVES) {
        give(kind.size());
      }
    }

    private static boolean survives(Runnable work) {
      return CountedMemory.survives(work);
    }

    private void start() {
      device = DeviceQueue.start(ring.setup(guest.view(), ring.freshBase()), part);
      device.log(log, -1);
      isAwake = true;
    }

    /** The frontend stops the ring, and starts it again with the same area. */
    private void restart() {
      device.stop();
      start();
    }

    private boolean step() {
      if (random.nextInt(STOP_EVERY) == 0 && !survives(this::restart)) {
        return false;
      }
      give(random.nextInt(kind.size() + 1));
      int most = random.nextInt(kind.size() + 1);
      if (!survives(() -> work(most))) {
        return false;
      }
      if (random.nextBoolean()) {
        take();
      }
      return true;
    }

    private void give(int most) {
      for (int i = 0; i < most; i++) {
        int segments = 1 + random.nextInt(MAX_SEGMENTS);
        for (int s = 0; s < segments; s++) {
          addresses[s] = address(added);
          lengths[s] = length(added);
        }
        int id = ring.driver().add(addresses, lengths, segments, kind.deviceWritable());
        if (id < 0) {
          break;
        }
        given.add(id);
        added++;
      }
      isAwake |= ring.driver().publish();
    }

    /** What a loop does in a round: some buffers, or sleep. */
    private void work(int most) {
      if (!isAwake) {
        return;
      }
      int n = device.peek(burst, kind.size());
      require(n >= 0, device.failure());
      for (int i = 0; i < n; i++) {
        int expected = length(used + i);
        int length = burst.length(burst.firstSegment(i));
        require(length == expected, "a buffer of " + length + " bytes instead of " + expected);
        burst.written(i, expected);
      }
      if (n == 0) {
        isAwake = device.enableKicks();
        return;
      }
      int done = Math.min(most, n);
      device.complete(burst, done);
      used += done;
    }

    private void take() {
      DriverQueue driver = ring.driver();
      for (int id = driver.poll(); id >= 0; id = driver.poll()) {
        require(!given.isEmpty() && given.remove() == id, "buffer " + id + " is back");
        require(
            !kind.deviceWritable() || driver.usedLength() == length(returned),
            driver.usedLength() + " bytes written instead of " + length(returned));
        require(!kind.deviceWritable() || isLogged(address(returned)), "a page is not in the log");
        returned++;
      }
    }

    /** Each buffer of a full ring has a page of its own. */
    private long address(int number) {
      return heap + (long) (number % PAGES) * PAGE;
    }

    /** Reads the log of a page, and clears it. */
    private boolean isLogged(long guestAddress) {
      long page = guestAddress / PAGE;
      long at = log.mapping().address() + page / Byte.SIZE;
      int bits = RawMemory.getByte(at);
      int bit = 1 << page % Byte.SIZE;
      RawMemory.putByte(at, bits & ~bit);
      return (bits & bit) != 0;
    }

    private static int length(int number) {
      return 1 + number % MAX_LENGTH;
    }

    private static void require(boolean isRight, String otherwise) {
      if (!isRight) {
        throw new IllegalStateException(otherwise);
      }
    }
  }
}
