package io.fastvif.forward;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What a forwarder has done.
 *
 * @param flows of each pair that is connected, in the order of connection, both directions of each
 *     queue
 * @param pollNanos of each loop, how long rounds took, in nanoseconds; one round of 64 is measured
 */
public record ForwarderStatistics(List<FlowStatistics> flows, List<Histogram> pollNanos) {}
