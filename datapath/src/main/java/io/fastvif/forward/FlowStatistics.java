package io.fastvif.forward;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Counters of one direction of one queue, since its pair was connected.
 *
 * @param flow its ports, as {@code FROM -> TO}
 * @param queue the number of the queue pair
 * @param frames frames delivered
 * @param bytes their bytes, without virtio-net headers
 * @param bursts the bursts that they came in
 * @param drops frames dropped, by reason; without reasons that did not occur
 * @param burstSizes frames per burst; a copy
 * @param residence how long bursts stayed
 */
public record FlowStatistics(
    String flow,
    int queue,
    long frames,
    long bytes,
    long bursts,
    Map<DropReason, Long> drops,
    Histogram burstSizes,
    Residence residence) {

  /** Returns the sum of all drops. */
  public long dropped() {
    return drops.values().stream().mapToLong(Long::longValue).sum();
  }
}
