package io.fastvif.agent.keeper;

import io.fastvif.agent.KeeperStatistics;
import io.fastvif.agent.VifState;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/** What the keeper has done, counted. For any thread. */
final class KeeperCounters {
  private static final int DIGITS = 2;

  final LongAdder plugs = new LongAdder();
  final LongAdder unplugs = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder drifts = new LongAdder();
  final LongAdder repairs = new LongAdder();
  final LongAdder repairFailures = new LongAdder();
  final LongAdder backedOff = new LongAdder();

  /** Of every state, from the beginning. */
  private final Map<VifState, LongAdder> states = new EnumMap<>(VifState.class);

  private final Histogram repairNanos = new SynchronizedHistogram(DIGITS);
  private final Histogram syncNanos = new SynchronizedHistogram(DIGITS);
  private final Histogram syncRecords = new SynchronizedHistogram(DIGITS);

  KeeperCounters() {
    for (VifState state : VifState.values()) {
      states.put(state, new LongAdder());
    }
  }

  /** A VIF has gone from a state to another; null stands for not being declared. */
  void moved(VifState before, VifState now) {
    if (before == now) {
      return;
    }
    if (before != null) {
      states.get(before).decrement();
    }
    if (now != null) {
      states.get(now).increment();
    }
  }

  /** A VIF was brought back. */
  void repaired(long nanos) {
    repairs.increment();
    repairNanos.recordValue(Math.max(0, nanos));
  }

  /** So many changes went to the disk together. */
  void synced(long nanos, int changes) {
    syncNanos.recordValue(Math.max(0, nanos));
    syncRecords.recordValue(changes);
  }

  KeeperStatistics statistics(long orphans) {
    Map<VifState, Long> vifs = new EnumMap<>(VifState.class);
    states.forEach(
        (state, adder) -> {
          long count = state == VifState.ORPHAN ? orphans : adder.sum();
          if (count > 0) {
            vifs.put(state, count);
          }
        });
    return new KeeperStatistics(
        vifs,
        backedOff.sum(),
        plugs.sum(),
        unplugs.sum(),
        failures.sum(),
        drifts.sum(),
        repairs.sum(),
        repairFailures.sum(),
        repairNanos.copy(),
        syncNanos.copy(),
        syncRecords.copy());
  }
}
