package io.fastvif.engine;

import io.fastvif.plan.Action;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * What an engine counts of its work. Written by the engine's thread alone, without a lock; any
 * thread reads it, and pays for that itself.
 */
final class EngineCounters {
  private static final long MAX_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long MAX_BATCH = 1 << 20;
  private static final int DIGITS = 2;

  private final Map<Outcome, AtomicLong> outcomes = new EnumMap<>(Outcome.class);
  private final Total batches = new Total(MAX_BATCH);
  private final Map<Action, Total> latencies = new EnumMap<>(Action.class);

  EngineCounters() {
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new AtomicLong());
    }
    for (Action action : Action.values()) {
      latencies.put(action, new Total(MAX_NANOS));
    }
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
    AtomicLong count = outcomes.get(outcome);
    count.setRelease(count.getPlain() + 1); // nobody else writes it
    if (action != null) {
      latencies.get(action).record(nanos);
    }
  }

  Histogram batches() {
    return batches.read();
  }

  Map<Outcome, Long> outcomes() {
    Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    outcomes.forEach((outcome, count) -> counts.put(outcome, count.get()));
    return counts;
  }

  Map<Action, Histogram> latencies() {
    Map<Action, Histogram> all = new EnumMap<>(Action.class);
    latencies.forEach((action, total) -> all.put(action, total.read()));
    return all;
  }

  /** A histogram of everything since the beginning. */
  private static final class Total {
    private final long max;
    private final SingleWriterRecorder recorder;
    private final Histogram sum;
    private Histogram interval;

    Total(long max) {
      this.max = max;
      recorder = new SingleWriterRecorder(max, DIGITS);
      sum = new Histogram(max, DIGITS);
    }

    void record(long value) {
      recorder.recordValue(Math.clamp(value, 0, max));
    }

    synchronized Histogram read() {
      interval = recorder.getIntervalHistogram(interval);
      sum.add(interval);
      return sum.copy();
    }
  }
}
