package io.fastvif.vhostuser.virtqueue;

import io.fastvif.testing.Signal;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Numbered buffers on their way through a ring, whose two ends belong to two threads or processes.
 * Each end works with plain reads and writes between what the queues order, and fails where it sees
 * what an order forbids: bytes, a length or an id that are older or newer than the buffer's number,
 * or nobody who wakes it while there is work.
 *
 * <p>Neither end looks at the ring while it waits: it asks for a notification and sleeps until one
 * comes, so that each time the fences between asking and looking are tried.
 */
final class RingTraffic {
  static final long REGION = 1 << 16;
  private static final int BYTES = 64;
  private static final int WORDS = BYTES / Long.BYTES;
  private static final long NOTHING = -1;

  /** No end waits that long for the other, were it but woken. */
  private static final long LIMIT_NANOS = 60_000_000_000L;

  private static final int SPINS = 50;
  private static final long PAUSE_NANOS = 1_000;

  /**
   * What passes.
   *
   * @param features of the ring
   * @param size its entries
   * @param deviceWritable whether the device writes the buffers, or reads them
   * @param buffers how many
   * @param seed of how many at a time
   */
  record Plan(long features, int size, boolean deviceWritable, int buffers, long seed) {}

  private final Plan plan;
  private final TestRing ring;
  private final TestGuest guest;
  private final long base;
  private final Signal kick;
  private final Signal call;
  private final BooleanSupplier stopped;
  private final Random random;

  /**
   * Both ends make one of these, in memory that nobody has used.
   *
   * @param kick by which the device is woken
   * @param call by which the driver is woken
   * @param stopped whether the other end has failed already
   */
  RingTraffic(TestGuest guest, Plan plan, Signal kick, Signal call, BooleanSupplier stopped) {
    this.plan = plan;
    this.guest = guest;
    this.kick = kick;
    this.call = call;
    this.stopped = stopped;
    ring = guest.ring(plan.size(), plan.features(), plan.deviceWritable());
    base = guest.allocate((long) plan.size() * BYTES, BYTES);
    random = new Random(plan.seed());
  }

  /** The driver's end: gives all buffers, and takes them back. */
  void drive() {
    DriverQueue driver = ring.driver();
    int size = plan.size();
    int[] slot = new int[size];
    int[] number = new int[size];
    int[] free = new int[size];
    for (int i = 0; i < size; i++) {
      free[i] = i;
    }
    int freeCount = size;
    int given = 0;
    for (int back = 0; back < plan.buffers(); ) {
      for (int n = 1 + random.nextInt(size);
          n > 0 && freeCount > 0 && given < plan.buffers();
          n--) {
        int at = free[--freeCount];
        long address = base + (long) at * BYTES;
        fill(guest.host(address), plan.deviceWritable() ? NOTHING : given);
        int id =
            driver.add(
                address, plan.deviceWritable() ? BYTES : length(given), plan.deviceWritable());
        slot[id] = at;
        number[id] = given++;
      }
      if (driver.publish()) {
        kick.write();
      }
      int before = back;
      for (int id = driver.poll(); id != DriverQueue.NONE; id = driver.poll()) {
        require(number[id] == back, "buffer " + number[id] + " comes back in place of " + back);
        long host = guest.host(base + (long) slot[id] * BYTES);
        if (plan.deviceWritable()) {
          require(driver.usedLength() == length(back), "a length of another buffer");
          check(host, back);
        }
        fill(host, NOTHING); // the device has done with it
        free[freeCount++] = slot[id];
        back++;
      }
      if (back == before && (freeCount == 0 || given == plan.buffers())) {
        if (!driver.enableCalls()) {
          await(call, "the driver");
        }
        driver.disableCalls();
      }
    }
  }

  /**
   * The device's end.
   *
   * @param callDescriptor where it writes to call the driver
   */
  void serve(int callDescriptor) {
    DeviceQueue device = ring.device(ring.freshBase());
    device.callDescriptor(callDescriptor);
    BufferBurst burst = new BufferBurst(plan.size());
    for (int done = 0; done < plan.buffers(); ) {
      int n = device.peek(burst, 1 + random.nextInt(plan.size()));
      require(n >= 0, device.failure());
      if (n == 0) {
        if (!device.enableKicks()) {
          await(kick, "the device");
        }
        device.disableKicks();
        continue;
      }
      for (int i = 0; i < n; i++) {
        int number = done + i;
        int expected = plan.deviceWritable() ? BYTES : length(number);
        require(burst.total(i) == expected, "a descriptor's length is another buffer's");
        if (plan.deviceWritable()) {
          fill(burst.address(i), number);
          burst.written(i, length(number));
        } else {
          check(burst.address(i), number);
        }
      }
      device.complete(burst, n);
      done += n;
    }
  }

  /** Each buffer's length is its neighbours' neither before nor behind it. */
  private static int length(int number) {
    return BYTES - number % 7;
  }

  private static void fill(long host, long number) {
    for (int i = 0; i < WORDS; i++) {
      RawMemory.putLong(host + (long) i * Long.BYTES, number);
    }
  }

  private static void check(long host, long number) {
    for (int i = 0; i < WORDS; i++) {
      long seen = RawMemory.getLong(host + (long) i * Long.BYTES);
      require(seen == number, "bytes of buffer " + seen + " in place of " + number);
    }
  }

  private void await(Signal signal, String who) {
    long begin = System.nanoTime();
    for (int i = 0; signal.read() == 0; i++) {
      require(!stopped.getAsBoolean(), "the other end has failed");
      require(System.nanoTime() - begin < LIMIT_NANOS, who + " was not woken");
      if (i < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(PAUSE_NANOS); // there may be no other processor for the other end
      }
    }
  }

  private static void require(boolean holds, String wrong) {
    if (!holds) {
      throw new IllegalStateException(wrong);
    }
  }
}
