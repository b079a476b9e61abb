package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether others used the machine while something was measured: how busy its processors were before
 * and after, when this process did nothing; how much of their time the hypervisor gave to others
 * (steal) meanwhile; and how long two threads took to wake each other. Of a machine that was not
 * quiet a report warns at each of its tables.
 */
final class MachineRest {
  /** What makes a machine that is not quiet, in percent of all processors' time. */
  private static final double MAX_BUSY_PERCENT = 10;

  private static final double MAX_STEAL_PERCENT = 2;

  /** The same for one of a hundred round trips. */
  private static final double MAX_P99_MICROS = 1000;

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int ROUND_TRIPS = 1000;
  private static final double NANOS_PER_MICRO = 1e3;

  /** Columns of the first line of {@code /proc/stat}, of which proc(5) says the order. */
  private static final int IDLE = 3;

  private static final int IO_WAIT = 4;
  private static final int STEAL = 7;
  private static final int COLUMNS = 8;

  /**
   * What was seen in a moment.
   *
   * @param busyPercent of the processors' time that was used while this process slept
   * @param p50 of the round trips of two threads, in microseconds
   */
  record Look(double busyPercent, double p50, double p99) {}

  private final Look before;
  private final long[] begun;

  private MachineRest(Look before, long[] begun) {
    this.before = before;
    this.begun = begun;
  }

  /** Looks at the machine, for a second, before something is measured. */
  static MachineRest begin() throws IOException {
    Look before = look();
    return new MachineRest(before, ticks());
  }

  /** The report with what was seen before and is seen now, for a second more. */
  Report addTo(Report report) throws IOException {
    double steal = percent(begun, ticks(), STEAL);
    Map<String, String> machine = new LinkedHashMap<>(report.machine());
    machine.putAll(facts(before, look(), steal));
    return new Report(machine, report.results(), report.notes());
  }

  /** Prints what was seen before and is seen now, for a second more. */
  void print(PrintWriter out) throws IOException {
    double steal = percent(begun, ticks(), STEAL);
    out.println();
    facts(before, look(), steal).forEach((name, fact) -> out.println(name + ": " + fact));
    out.flush();
  }

  /** For the top of a report. */
  static Map<String, String> facts(Look before, Look after, double stealPercent) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(
        "busy with others",
        Math.round(before.busyPercent)
            + " % before, "
            + Math.round(after.busyPercent)
            + " % after");
    facts.put("stolen by the hypervisor", String.format(Locale.ROOT, "%.1f %%", stealPercent));
    facts.put("two threads' round trip", micros(before) + " before, " + micros(after) + " after");
    List<String> reasons = new ArrayList<>();
    if (Math.max(before.busyPercent, after.busyPercent) > MAX_BUSY_PERCENT) {
      reasons.add("others used it");
    }
    if (stealPercent > MAX_STEAL_PERCENT) {
      reasons.add("the hypervisor took its time away");
    }
    if (Math.max(before.p99, after.p99) > MAX_P99_MICROS) {
      reasons.add("threads were woken late");
    }
    if (!reasons.isEmpty()) {
      facts.put(Report.NOT_QUIET, String.join(", ", reasons));
    }
    return facts;
  }

  private static String micros(Look look) {
    return "p50 %s and p99 %s us".formatted(Math.round(look.p50), Math.round(look.p99));
  }

  private static Look look() throws IOException {
    long[] first = ticks();
    long end = System.nanoTime() + LOOK_NANOS;
    for (long left = LOOK_NANOS; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    double busy = 100 - percent(first, ticks(), IDLE, IO_WAIT);
    double[] trips = roundTrips();
    return new Look(busy, trips[ROUND_TRIPS / 2], trips[ROUND_TRIPS * 99 / 100]);
  }

  /** How much of the time between two looks is in those columns; 0 if no time has passed. */
  static double percent(long[] first, long[] last, int... columns) {
    long all = Arrays.stream(last).sum() - Arrays.stream(first).sum();
    long wanted = 0;
    for (int column : columns) {
      wanted += last[column] - first[column];
    }
    return all <= 0 ? 0 : 100.0 * wanted / all;
  }

  private static long[] ticks() throws IOException {
    return ticks(Files.readString(Path.of("/proc/stat")));
  }

  /** Without the guests' columns, which are in others too. */
  static long[] ticks(String stat) {
    String[] words = stat.lines().findFirst().orElse("").split(" +", -1);
    long[] ticks = new long[COLUMNS];
    for (int i = 0; i < COLUMNS && i + 1 < words.length; i++) {
      ticks[i] = Long.parseLong(words[i + 1]);
    }
    return ticks;
  }

  /** Sorted, in microseconds. */
  private static double[] roundTrips() {
    SynchronousQueue<Integer> there = new SynchronousQueue<>();
    SynchronousQueue<Integer> back = new SynchronousQueue<>();
    double[] micros = new double[ROUND_TRIPS];
    try {
      Thread other =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < ROUND_TRIPS; i++) {
                        back.put(there.take());
                      }
                    } catch (InterruptedException ended) {
                      // so is this
                    }
                  });
      for (int i = 0; i < ROUND_TRIPS; i++) {
        long start = System.nanoTime();
        there.put(i);
        back.take();
        micros[i] = (System.nanoTime() - start) / NANOS_PER_MICRO;
      }
      other.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    Arrays.sort(micros);
    return micros;
  }
}
