package io.fastvif.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.soak.Violation.Rule;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each leak is found. */
class ResourceCheckerTest {
  private static final long REST_NANOS = 200_000_000;

  private final ResourceChecker checker = new ResourceChecker();

  /** What tests before this one have left to end ends first, or it would be missed later. */
  @BeforeEach
  void awaitRest() {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    Resources last;
    Resources now = Resources.read();
    do {
      last = now;
      LockSupport.parkNanos(REST_NANOS);
      now = Resources.read();
    } while (!isSame(last, now) && System.nanoTime() < deadline);
  }

  private static boolean isSame(Resources one, Resources other) {
    return one.descriptors().equals(other.descriptors()) && one.threads().equals(other.threads());
  }

  private List<Rule> found() {
    return checker.check(Resources.read()).stream().map(Violation::rule).toList();
  }

  @Test
  void anOpenDescriptorIsFound() {
    assertEquals(List.of(), found());
    int[] leaks = {
      Sockets.socket(linux_h.AF_NETLINK, linux_h.SOCK_RAW, linux_h.NETLINK_ROUTE),
      FileIo.open("/dev/net/tun", linux_h.O_RDWR, 0),
      FileIo.open("/proc/self/ns/net", linux_h.O_RDONLY, 0)
    };
    for (int leak : leaks) {
      assertTrue(leak >= 0);
      assertTrue(found().contains(Rule.DESCRIPTORS));
      FileDescriptor.of(leak).close();
    }
    assertEquals(List.of(), found());
  }

  @Test
  void aThreadThatStaysIsFound() throws InterruptedException {
    assertEquals(List.of(), found());
    CountDownLatch end = new CountDownLatch(1);
    Thread leak =
        new Thread(
            () -> {
              try {
                end.await();
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            },
            "fastvif-engine");
    leak.start();
    assertEquals(List.of(Rule.THREADS), found());
    end.countDown();
    leak.join();
    assertEquals(List.of(), found());
  }

  @Test
  void aThreadThatEndedTooSoonIsFound() {
    checker.check(new Resources(Map.of(), Map.of("fastvif-engine", 1), 0, 0, 0));
    assertEquals(1, checker.check(new Resources(Map.of(), Map.of(), 0, 0, 0)).size());
  }

  private static Resources lanes(int threads, int sockets) {
    return new Resources(
        Map.of("socket:", sockets), Map.of("fastvif-deletions-", threads), 0, 0, 0);
  }

  @Test
  void eachDeletionLaneHasASocketAndThereAreEightAtMost() {
    assertEquals(List.of(), checker.check(lanes(1, 5)));
    assertEquals(List.of(), checker.check(lanes(3, 7)));
    assertEquals(List.of(), checker.check(lanes(0, 4)));
    assertEquals(Rule.DESCRIPTORS, checker.check(lanes(1, 6)).getFirst().rule());
    assertEquals(Rule.THREADS, checker.check(lanes(9, 13)).getFirst().rule());
  }

  private static Resources departures(int threads, int sockets, int wakers) {
    return new Resources(
        Map.of("socket:", sockets, "anon_inode:", wakers),
        Map.of("fastvif-departures", threads),
        0,
        0,
        0);
  }

  @Test
  void theThreadOfDeparturesHasTwoSocketsAndAWaker() {
    assertEquals(List.of(), checker.check(departures(0, 5, 1)));
    assertEquals(List.of(), checker.check(departures(1, 7, 2)));
    assertEquals(Rule.DESCRIPTORS, checker.check(departures(1, 6, 2)).getFirst().rule());
    assertEquals(Rule.DESCRIPTORS, checker.check(departures(1, 7, 1)).getFirst().rule());
    assertEquals(Rule.THREADS, checker.check(departures(2, 9, 3)).getFirst().rule());
  }

  private static Resources slow(int threads) {
    return new Resources(Map.of("socket:", 1), Map.of("fastvif-slow-", threads), 0, 0, 0);
  }

  @Test
  void threadsForWhatWaitsComeAndGoAndAreEightAtMost() {
    assertEquals(List.of(), checker.check(slow(0)));
    assertEquals(List.of(), checker.check(slow(8)));
    assertEquals(List.of(), checker.check(slow(1)));
    assertEquals(Rule.THREADS, checker.check(slow(9)).getFirst().rule());
  }

  private List<Rule> trends(long heapPerReading, long nativePerReading) {
    SplittableRandom noise = new SplittableRandom(1);
    for (int i = 0; i < 60; i++) {
      long warmUp = Math.min(i, 15) * (4L << 20);
      long jvm = (100L << 20) + noise.nextLong(80 << 20);
      long resident = 300L << 20;
      checker.check(
          new Resources(
              Map.of(),
              Map.of(),
              (50L << 20) + warmUp + i * heapPerReading + noise.nextLong(1 << 20),
              resident + warmUp + i * nativePerReading + noise.nextLong(10 << 20),
              jvm));
    }
    return checker.checkTrends().stream().map(Violation::rule).toList();
  }

  @Test
  void noiseAndWarmUpAreNoLeak() {
    assertEquals(List.of(), trends(0, 0));
  }

  @Test
  void aHeapThatIsMadeSmallerIsNoNativeLeak() {
    for (int i = 0; i < 60; i++) {
      long jvm = (i < 40 ? 300L : 150L) << 20;
      checker.check(new Resources(Map.of(), Map.of(), 0, 400L << 20, jvm));
    }
    assertEquals(List.of(), checker.checkTrends());
  }

  @Test
  void aHeapThatGrowsIsFound() {
    assertEquals(List.of(Rule.HEAP), trends(1 << 20, 0));
  }

  @Test
  void nativeMemoryThatGrowsIsFound() {
    assertEquals(List.of(Rule.NATIVE_MEMORY), trends(0, 12 << 20));
  }

  /** What the reading counts is really what a leak adds to. */
  @Test
  void theReadingSeesHeapAndNativeMemory() {
    Resources before = Resources.read();
    int bytes = 64 << 20;
    byte[] heap = new byte[bytes];
    heap[bytes - 1] = 1;
    long heapLeak = Resources.read().heapBytes() - before.heapBytes();
    assertTrue(heapLeak > bytes / 2 && heap[bytes - 1] == 1, () -> heapLeak + " bytes");
    try (Arena arena = Arena.ofConfined()) {
      long nativeBefore = Resources.read().residentBytes();
      arena.allocate(4L * bytes).fill((byte) 1);
      long leak = Resources.read().residentBytes() - nativeBefore;
      assertTrue(leak > 2L * bytes, () -> leak + " bytes");
    }
  }
}
