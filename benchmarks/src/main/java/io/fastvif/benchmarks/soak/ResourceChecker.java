package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.soak.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Looks for leaks in what the process held at one checkpoint after another. */
final class ResourceChecker {
  static final long HEAP_GROWTH_BYTES = 8L << 20;

  /**
   * glibc keeps what threads freed in an arena for each, up to eight for every processor, until all
   * are full: some 100 MB on two. With MALLOC_ARENA_MAX=1 there is one, and less noise.
   */
  static final long NATIVE_GROWTH_BYTES =
      ("1".equals(System.getenv("MALLOC_ARENA_MAX")) ? 48L : 160L) << 20;

  /** Threads of the engine, each with a socket, of which it starts as many as it comes to need. */
  private static final String LANES = "fastvif-deletions-";

  /**
   * The thread that hears which links are gone, from the first deletion on: two sockets, a waker.
   */
  private static final String DEPARTURES = "fastvif-departures";

  private static final int SOCKETS_OF_DEPARTURES = 2;

  /** Threads that come as they are needed and end when they are idle: how many there may be. */
  private static final Map<String, Integer> COMING_AND_GOING =
      Map.of(
          LANES,
          8,
          DEPARTURES,
          1,
          "fastvif-slow-",
          8,
          "fastvif-waits-",
          2,
          "fastvif-callback-",
          2 * Math.max(2, Runtime.getRuntime().availableProcessors()),
          "fastvif-netns",
          8);

  /** The JVM opens a file or starts a thread of its own when it likes. */
  private static final int JVM_SLACK = 6;

  private static final long SETTLED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = 20_000_000;

  private final Trend heap = new Trend();
  private final Trend resident = new Trend();
  private final Trend outsideHeap = new Trend();
  private Resources first;

  /**
   * The same of what is held now. A thread that has said that it is done may still have to end, and
   * to let go what it holds.
   */
  List<Violation> checkSettled() {
    long deadline = System.nanoTime() + SETTLED_WITHIN_NANOS;
    List<Violation> found = check(Resources.read());
    while (!found.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE_NANOS);
      found = check(Resources.read());
    }
    return found;
  }

  /** Takes a reading, made while nobody is at work; returns what is wrong with it. */
  List<Violation> check(Resources now) {
    List<Violation> found = new ArrayList<>();
    heap.add(now.heapBytes());
    resident.add(now.residentBytes());
    outsideHeap.add(now.residentBytes() - now.jvmBytes());
    if (first == null) {
      first = now;
      return found;
    }
    int moreLanes = count(now.threads(), LANES) - count(first.threads(), LANES);
    int moreDepartures = count(now.threads(), DEPARTURES) - count(first.threads(), DEPARTURES);
    for (String kind : Resources.DESCRIPTOR_KINDS) {
      int more =
          switch (kind) {
            case "socket:" -> moreLanes + moreDepartures * SOCKETS_OF_DEPARTURES;
            case "anon_inode:" -> moreDepartures;
            default -> 0;
          };
      int expected = count(first.descriptors(), kind) + more;
      same(found, Rule.DESCRIPTORS, kind, expected, count(now.descriptors(), kind));
    }
    COMING_AND_GOING.forEach((threads, most) -> atMost(found, threads, most, now));
    noMore(found, Rule.DESCRIPTORS, "other", first.descriptors(), now.descriptors());
    for (String name : threadNames(now)) {
      if (COMING_AND_GOING.containsKey(name)) {
        continue;
      }
      if (name.startsWith("fastvif") || name.startsWith("soak") || name.startsWith("netns")) {
        same(found, Rule.THREADS, name, count(first.threads(), name), count(now.threads(), name));
      } else {
        noMore(found, Rule.THREADS, name, first.threads(), now.threads());
      }
    }
    return found;
  }

  /** What is wrong with the whole run's memory. */
  List<Violation> checkTrends() {
    List<Violation> found = new ArrayList<>();
    growth(found, Rule.HEAP, "heap in use after a collection", heapGrowth(), HEAP_GROWTH_BYTES);
    growth(
        found,
        Rule.NATIVE_MEMORY,
        "resident memory outside the heap",
        nativeGrowth(),
        NATIVE_GROWTH_BYTES);
    return found;
  }

  long heapGrowth() {
    return heap.growth();
  }

  /**
   * The heap has pages that are not resident: as it grows, memory outside seems to shrink, and the
   * other way round. A leak makes both grow, that and the whole process.
   */
  long nativeGrowth() {
    return Math.min(resident.growth(), outsideHeap.growth());
  }

  private static void growth(
      List<Violation> found, Rule rule, String what, long growth, long allowed) {
    if (growth > allowed) {
      found.add(
          Violation.of(rule, what, "growth of at most " + allowed + " bytes", growth + " bytes"));
    }
  }

  private Iterable<String> threadNames(Resources now) {
    Map<String, Integer> names = new TreeMap<>(first.threads());
    names.putAll(now.threads());
    return names.keySet();
  }

  private static int count(Map<String, Integer> counts, String key) {
    return counts.getOrDefault(key, 0);
  }

  private static void same(
      List<Violation> found, Rule rule, String what, int expected, int counted) {
    if (expected != counted) {
      found.add(Violation.of(rule, what, expected, counted));
    }
  }

  private static void atMost(List<Violation> found, String threads, int most, Resources now) {
    int counted = count(now.threads(), threads);
    if (counted > most) {
      found.add(Violation.of(Rule.THREADS, threads, "at most " + most, counted));
    }
  }

  private static void noMore(
      List<Violation> found,
      Rule rule,
      String what,
      Map<String, Integer> before,
      Map<String, Integer> now) {
    int allowed = count(before, what) + JVM_SLACK;
    if (count(now, what) > allowed) {
      found.add(Violation.of(rule, what, "at most " + allowed, count(now, what)));
    }
  }
}
