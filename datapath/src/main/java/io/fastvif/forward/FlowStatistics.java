package io.fastvif.forward;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What one direction of one queue has done since its pair was connected.
 *
 * @param flow from which port to which
 * @param queue the number of the queue pair
 * @param frames how many arrived
 * @param bytes of these, without virtio-net headers
 * @param bursts in how many bursts they came
 * @param drops how many did not arrive, by reason; reasons that did not occur are left out
 * @param burstSizes frames of each burst; the caller's own copy
 */
public record FlowStatistics(
    String flow,
    int queue,
    long frames,
    long bytes,
    long bursts,
    Map<DropReason, Long> drops,
    Histogram burstSizes) {

  /** All drops together. */
  public long dropped() {
    return drops.values().stream().mapToLong(Long::longValue).sum();
  }
}
