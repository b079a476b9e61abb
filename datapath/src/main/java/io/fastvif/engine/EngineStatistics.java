package io.fastvif.engine;

import io.fastvif.plan.Action;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What an engine has done since it was started. Nothing of it changes any more; the histograms are
 * the caller's.
 *
 * @param queued how many operations wait in the queue
 * @param batches how many messages went to the kernel in each send: the count of values is that of
 *     sends
 * @param outcomes how the operations ended that were submitted; those that were only offered are
 *     their owners' to count
 * @param latencies nanoseconds from the submission of an operation to its end, by what it was for;
 *     of those that could be planned
 * @param resyncs how often the whole host was read again because events were lost; 0 without a
 *     monitor
 * @param retiredBridges how many bridges are still to be deleted, and are nobody's
 */
public record EngineStatistics(
    int queued,
    Histogram batches,
    Map<Outcome, Long> outcomes,
    Map<Action, Histogram> latencies,
    long resyncs,
    int retiredBridges) {

  /** Copies the maps. */
  public EngineStatistics {
    outcomes = Map.copyOf(outcomes);
    latencies = Map.copyOf(latencies);
  }
}
