package io.fastvif.benchmarks.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One system with one sort of VIF: its host and its Nova, for all rounds. Each use is of other
 * VIFs, because os-vif's plugin for bridges remembers the rules of those that it has plugged.
 */
final class NovaRun implements AutoCloseable {
  static final String PLUG = "plug, one after the other";
  static final String PLUG_CROWD = "plug, 16 green threads";
  static final String PLUG_AGAIN = "plug again, nova-compute started anew";
  static final String UNPLUG = "unplug, one after the other";
  static final String UNPLUG_CROWD = "unplug, 16 green threads";
  static final String LONE_PLUG = "a lone plug";

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String PLUG_WORD = "plug";
  private static final String UNPLUG_WORD = "unplug";
  private static final String CROWD = "crowd_";

  private final NovaHost host;
  private final NovaWorkload workload;
  private final Limits limits;
  private final RunTable table;
  private final Map<RunTable.Row, List<Double>> processor;
  private final List<BenchVif> all;
  private final Conversation nova;
  private int next;
  private long spentNanos;
  private boolean failed;

  /**
   * Starts Nova.
   *
   * @param total how many VIFs all uses need together
   * @param processor gets the milliseconds of processor time of each run
   */
  NovaRun(
      NovaHost host,
      NovaWorkload workload,
      int total,
      Limits limits,
      RunTable table,
      Map<RunTable.Row, List<Double>> processor)
      throws IOException {
    this.host = host;
    this.workload = workload;
    this.limits = limits;
    this.table = table;
    this.processor = processor;
    all = workload.vifs(total);
    nova = host.nova(workload, all);
  }

  /** Whether it has not failed, and has time for another round. */
  boolean mayRun() {
    return !failed && spentNanos < limits.system().toNanos();
  }

  /** The VIFs of a use: from the number that is next. */
  private final class Use {
    final int from = next;
    final int to;
    final List<BenchVif> vifs;

    Use(int count) {
      to = from + count;
      next = to;
      vifs = all.subList(from, to);
      workload.prepare(host.host(), vifs);
    }

    RunTable.Row row(String operation) {
      return new RunTable.Row(workload.title(), host.name(), operation, vifs.size());
    }

    void checkPlugged() throws IOException {
      host.host().awaitApplied();
      workload.checkPlugged(host.host(), vifs);
    }

    void checkUnplugged() throws IOException {
      host.host().awaitApplied();
      workload.awaitUnplugged(host.host(), vifs, limits);
      host.host().clear();
    }

    void measure(Conversation process, String operation, String word) throws IOException {
      double before = host.processorMillis(process);
      table.add(row(operation), process.operate(word, from, to));
      processor
          .computeIfAbsent(row(operation), key -> new ArrayList<>())
          .add(host.processorMillis(process) - before);
    }

    void unplug(String operation, String word) throws IOException {
      if (workload.isUnplugged()) {
        measure(nova, operation, word);
      } else {
        nova.operate(word, from, to);
      }
      checkUnplugged();
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private void attempt(String operation, int vifs, Work work) {
    if (failed) {
      return;
    }
    long start = System.nanoTime();
    try {
      work.run();
    } catch (IOException | RuntimeException problem) {
      failed = true;
      table.failed(new RunTable.Row(workload.title(), host.name(), operation, vifs), problem);
    }
    spentNanos += System.nanoTime() - start;
  }

  /** Plugs and unplugs without measuring: JVM and Python load and compile what a host's have. */
  void warmUp(int vifs, int times) {
    attempt(
        PLUG,
        vifs,
        () -> {
          for (int i = 0; i < times; i++) {
            Use use = new Use(vifs);
            nova.operate(CROWD + PLUG_WORD, use.from, use.to);
            nova.plug(use.from, use.to);
            nova.operate(CROWD + UNPLUG_WORD, use.from, use.to);
            use.checkUnplugged();
          }
        });
    spentNanos = 0;
  }

  /** Plugs one VIF from time to time, and then unplugs them. */
  void lonePlugs(int count) {
    attempt(
        LONE_PLUG,
        1,
        () -> {
          Use use = new Use(count);
          LatencyRecorder recorder = new LatencyRecorder(INTERVAL_NANOS);
          recorder.record(nova.latencies(use.from, use.to, INTERVAL_NANOS));
          use.checkPlugged();
          table.add(
              new RunTable.Row(workload.title(), host.name(), LONE_PLUG, 1), recorder.latency());
          nova.operate(CROWD + UNPLUG_WORD, use.from, use.to);
          use.checkUnplugged();
        });
    spentNanos = 0;
  }

  /** Measures each operation once with so many VIFs; a single one not as a crowd, nor again. */
  void round(int count) {
    attempt(
        PLUG,
        count,
        () -> {
          Use use = new Use(count);
          use.measure(nova, PLUG, PLUG_WORD);
          use.checkPlugged();
          if (count > 1) {
            plugAgain(use);
          }
          use.unplug(UNPLUG, UNPLUG_WORD);
          if (count > 1) {
            Use crowd = new Use(count);
            crowd.measure(nova, PLUG_CROWD, CROWD + PLUG_WORD);
            crowd.checkPlugged();
            crowd.unplug(UNPLUG_CROWD, CROWD + UNPLUG_WORD);
          }
        });
  }

  private void plugAgain(Use use) throws IOException {
    try (Conversation anew = host.nova(workload, all)) {
      anew.plug(0, 0); // answered when all is loaded
      use.measure(anew, PLUG_AGAIN, PLUG_WORD);
    }
    use.checkPlugged();
  }

  /** A new sum for another size. */
  void begin() {
    spentNanos = 0;
  }

  @Override
  public void close() {
    try {
      nova.close();
    } finally {
      host.close();
    }
  }
}
