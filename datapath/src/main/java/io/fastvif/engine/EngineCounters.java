package io.fastvif.engine;

import io.fastvif.plan.Action;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * What an engine counts of its work. Written by the engine's thread alone, without a lock, but for
 * what callers answer themselves; any thread reads it, and pays for that itself.
 */
final class EngineCounters {
  private static final long MAX_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long MAX_BATCH = 1 << 20;

  private final Map<Outcome, AtomicLong> outcomes = new EnumMap<>(Outcome.class);
  private final ValueCounts batches = new ValueCounts(MAX_BATCH);
  private final Map<Action, Map<Outcome, AtomicLong>> ends = new EnumMap<>(Action.class);
  private final Map<Action, ValueCounts> latencies = new EnumMap<>(Action.class);

  /** What callers found to be as it should be: under the lock. */
  private final Map<Action, ValueCounts> unchanged = new EnumMap<>(Action.class);

  private final AtomicLong unchangedCount = new AtomicLong();

  EngineCounters() {
    fill(outcomes);
    for (Action action : Action.values()) {
      ends.put(action, fill(new EnumMap<>(Outcome.class)));
      latencies.put(action, new ValueCounts(MAX_NANOS));
    }
  }

  private static Map<Outcome, AtomicLong> fill(Map<Outcome, AtomicLong> counts) {
    for (Outcome outcome : Outcome.values()) {
      counts.put(outcome, new AtomicLong());
    }
    return counts;
  }

  /** Nobody else writes it. */
  private static void increment(AtomicLong count) {
    count.setRelease(count.getPlain() + 1);
  }

  /** Messages went to the kernel in one send. */
  void sent(int messages) {
    batches.record(messages);
  }

  /**
   * An operation has ended.
   *
   * @param action null if it was not planned
   * @param nanos since it was submitted
   */
  void ended(Outcome outcome, Action action, long nanos) {
    increment(outcomes.get(outcome));
    if (action != null) {
      increment(ends.get(action).get(outcome));
      latencies.get(action).record(nanos);
    }
  }

  /**
   * An operation changes nothing, as its caller has found. From any thread.
   *
   * @param nanos that it took
   */
  synchronized void unchanged(Action action, long nanos) {
    unchanged.computeIfAbsent(action, key -> new ValueCounts(MAX_NANOS)).record(nanos);
    unchangedCount.incrementAndGet();
  }

  private synchronized Map<Action, Histogram> unchanged() {
    Map<Action, Histogram> all = new EnumMap<>(Action.class);
    unchanged.forEach((action, counts) -> all.put(action, counts.read()));
    return all;
  }

  Histogram batches() {
    return batches.read();
  }

  Map<Outcome, Long> outcomes() {
    Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    outcomes.forEach((outcome, count) -> counts.put(outcome, count.get()));
    counts.merge(Outcome.UNCHANGED, unchangedCount.get(), Long::sum);
    return counts;
  }

  /** Without what did not occur. */
  Map<Action, Map<Outcome, Long>> ends() {
    Map<Action, Map<Outcome, Long>> all = new EnumMap<>(Action.class);
    Map<Action, Histogram> beside = unchanged();
    ends.forEach(
        (action, counts) -> {
          Map<Outcome, Long> occurred = new EnumMap<>(Outcome.class);
          counts.forEach((outcome, count) -> occurred.put(outcome, count.get()));
          if (beside.containsKey(action)) {
            occurred.merge(Outcome.UNCHANGED, beside.get(action).getTotalCount(), Long::sum);
          }
          occurred.values().removeIf(count -> count == 0);
          all.put(action, Map.copyOf(occurred));
        });
    return all;
  }

  Map<Action, Histogram> latencies() {
    Map<Action, Histogram> all = new EnumMap<>(Action.class);
    latencies.forEach((action, total) -> all.put(action, total.read()));
    unchanged().forEach((action, counts) -> all.get(action).add(counts));
    return all;
  }
}
