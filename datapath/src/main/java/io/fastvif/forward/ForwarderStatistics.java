package io.fastvif.forward;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Counters of a forwarder.
 *
 * @param flows both directions of each queue of each connected pair, in the order of connection
 * @param pollNanos for each loop, the duration of its rounds in nanoseconds; one round of 64 is
 *     measured
 * @param loops what each loop has done
 */
public record ForwarderStatistics(
    List<FlowStatistics> flows, List<Histogram> pollNanos, List<LoopStatistics> loops) {}
