package io.fastvif.engine;

import io.fastvif.plan.Action;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What an engine has done since it was started, read while it goes on. The histograms are copies,
 * the caller's to change.
 *
 * @param namespace the network namespace that it works in: its name or path, or without one such as
 *     {@code net:[4026532208]}
 * @param queued how many operations wait in the queue
 * @param batches how many messages went to the kernel in each send: the count of values is that of
 *     sends
 * @param outcomes how the operations ended that were submitted; those that were only offered are
 *     their owners' to count
 * @param ends the same by what the operations were for; without those that could not be planned,
 *     and without outcomes that did not occur
 * @param latencies nanoseconds from the submission of an operation to its end, by what it was for;
 *     of those that could be planned
 * @param resyncs how often the whole host was read again because events were lost; 0 without a
 *     monitor
 * @param retiredBridges how many bridges are nobody's: still to be deleted, or kept for the next
 *     VIF
 * @param deletionLanes how many lanes the engine has to delete links on, each with a socket; one is
 *     made when all others wait for the kernel
 * @param busyLanes how many of them wait for the kernel
 * @param ovsConnected whether Open vSwitch's database is connected and its rows are known, that of
 *     Open_vSwitch among them; false also while nobody has asked for it
 */
public record EngineStatistics(
    String namespace,
    int queued,
    Histogram batches,
    Map<Outcome, Long> outcomes,
    Map<Action, Map<Outcome, Long>> ends,
    Map<Action, Histogram> latencies,
    long resyncs,
    int retiredBridges,
    int deletionLanes,
    int busyLanes,
    boolean ovsConnected) {

  /** Copies the maps. */
  public EngineStatistics {
    outcomes = Map.copyOf(outcomes);
    ends = Map.copyOf(ends);
    latencies = Map.copyOf(latencies);
  }
}
