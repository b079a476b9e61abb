package io.fastvif.benchmarks.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One plugin with one sort of network: its node, for all rounds. */
final class CniRun implements AutoCloseable {
  static final String VERSION = "VERSION";
  static final String ADD = "ADD";
  static final String DEL = "DEL";
  static final String ONE = ", one after the other";
  static final String CROWD = ", all at once";
  static final String BOOT = "ADD, all at once, from boot";

  private static final double NANOS_PER_MILLI = 1e6;

  private final CniHost host;
  private final Limits limits;
  private final RunTable table;
  private final Map<RunTable.Row, List<Double>> processor;
  private final Map<RunTable.Row, LatencyRecorder> latencies = new LinkedHashMap<>();
  private long spentNanos;
  private boolean failed;

  /**
   * @param host becomes this one's
   * @param processor gets the milliseconds of processor time of each run
   */
  CniRun(CniHost host, Limits limits, RunTable table, Map<RunTable.Row, List<Double>> processor) {
    this.host = host;
    this.limits = limits;
    this.table = table;
    this.processor = processor;
  }

  private interface Work {
    void run() throws IOException;
  }

  private RunTable.Row row(String operation, int pods) {
    return new RunTable.Row(host.workload().title(), host.system(), operation, pods);
  }

  private void attempt(String operation, int pods, Work work) {
    if (failed || spentNanos > limits.system().toNanos()) {
      return;
    }
    long start = System.nanoTime();
    try {
      work.run();
    } catch (IOException | RuntimeException problem) {
      failed = true;
      table.failed(row(operation, pods), problem);
    }
    spentNanos += System.nanoTime() - start;
  }

  private void took(String operation, int pods, CniHost.Taken taken) {
    processor
        .computeIfAbsent(row(operation, pods), key -> new ArrayList<>())
        .add(taken.processorNanos() / NANOS_PER_MILLI);
  }

  /** A new sum of time for another operation. */
  void begin() {
    spentNanos = 0;
  }

  /** Adds and deletes without measuring. */
  void warmUp(int pods, int times) {
    attempt(
        ADD,
        pods,
        () -> {
          for (int i = 0; i < times; i++) {
            host.execute(ADD, 0, pods, true);
            host.checkAdded(0, pods);
            host.execute(DEL, 0, pods, true);
            host.checkDeleted(0, pods);
          }
        });
    spentNanos = 0;
  }

  /** VERSION, ADD and DEL of each pod, one after the other. */
  void oneByOne(int pods) {
    attempt(
        ADD + ONE,
        1,
        () -> {
          single(VERSION, VERSION + ONE, pods);
          single(ADD, ADD + ONE, pods);
          host.checkAdded(0, pods);
          single(DEL, DEL + ONE, pods);
          host.checkDeleted(0, pods);
        });
  }

  private void single(String verb, String operation, int pods) throws IOException {
    CniHost.Taken taken = host.execute(verb, 0, pods, false);
    RunTable.Row row = row(operation, 1);
    latencies.computeIfAbsent(row, key -> new LatencyRecorder(0)).record(nanos(taken));
    // Of one, like the row.
    processor
        .computeIfAbsent(row, key -> new ArrayList<>())
        .add(taken.processorNanos() / NANOS_PER_MILLI / pods);
  }

  private static long[] nanos(CniHost.Taken taken) {
    return taken.each().stream().mapToLong(Long::longValue).toArray();
  }

  /** What single operations of all rounds took. */
  void finish() {
    if (!failed) {
      latencies.forEach((row, recorder) -> table.add(row, recorder.latency()));
    }
  }

  /** VERSION of all pods, which only executes the plugin; ADD of all, then DEL of all. */
  void crowd(int pods) {
    attempt(
        ADD + CROWD,
        pods,
        () -> {
          CniHost.Taken executed = host.execute(VERSION, 0, pods, true);
          table.add(row(VERSION + CROWD, pods), executed.nanos());
          took(VERSION + CROWD, pods, executed);
          crowd(pods, ADD + CROWD, 0);
        });
  }

  /** The same, where the agent starts in the time that is measured. */
  void fromBoot(int pods) {
    attempt(
        BOOT,
        pods,
        () -> {
          host.shutDown();
          crowd(pods, BOOT, host.boot());
        });
  }

  private void crowd(int pods, String add, long bootNanos) throws IOException {
    CniHost.Taken added = host.execute(ADD, 0, pods, true);
    table.add(row(add, pods), bootNanos + added.nanos());
    took(add, pods, added);
    host.checkAdded(0, pods);
    CniHost.Taken deleted = host.execute(DEL, 0, pods, true);
    if (bootNanos == 0) {
      table.add(row(DEL + CROWD, pods), deleted.nanos());
      took(DEL + CROWD, pods, deleted);
      record(ADD + ", p50 and p99 of all at once", added);
      record(DEL + ", p50 and p99 of all at once", deleted);
    }
    host.checkDeleted(0, pods);
  }

  private void record(String operation, CniHost.Taken taken) {
    latencies
        .computeIfAbsent(
            row(operation + ": " + taken.each().size() + " pods", 1), key -> new LatencyRecorder(0))
        .record(nanos(taken));
  }

  @Override
  public void close() {
    host.close();
  }
}
