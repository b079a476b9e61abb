package io.fastvif.agent;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Counts since the agent started. Costs no look at each VIF; the histograms are copies.
 *
 * @param vifs how many VIFs are in each state now; without states that none is in; the number of
 *     orphans may be some seconds old
 * @param backedOff how many VIFs wait for their next try after a failure
 * @param plugs plugs that callers asked for, done
 * @param unplugs unplugs that callers asked for, done
 * @param failures operations that callers asked for, failed
 * @param drifts times that the host was found to differ from what was declared
 * @param repairs times that it was brought back
 * @param repairFailures times that this failed
 * @param repairNanos nanoseconds from seeing a difference to its repair
 * @param storeSyncNanos nanoseconds that each write to disk took, until it was synced
 * @param storeSyncRecords how many declarations went to disk in each of these
 */
public record KeeperStatistics(
    Map<VifState, Long> vifs,
    long backedOff,
    long plugs,
    long unplugs,
    long failures,
    long drifts,
    long repairs,
    long repairFailures,
    Histogram repairNanos,
    Histogram storeSyncNanos,
    Histogram storeSyncRecords) {

  /** Copies the map. */
  public KeeperStatistics {
    vifs = Map.copyOf(vifs);
  }

  /** How many VIFs are in that state. */
  public long count(VifState state) {
    return vifs.getOrDefault(state, 0L);
  }

  /** How many VIFs are declared: all but orphans. */
  public long declared() {
    return vifs.values().stream().mapToLong(Long::longValue).sum() - count(VifState.ORPHAN);
  }
}
