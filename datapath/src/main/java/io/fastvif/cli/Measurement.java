package io.fastvif.cli;

import org.HdrHistogram.Histogram;

/**
 * How long an operation took on a number of VIFs.
 *
 * @param vifs how many
 * @param nanos all of them together, from the first submission to the last completion
 * @param latency each from its submission to its completion, in nanoseconds; null if it was not
 *     measured one by one
 */
record Measurement(int vifs, long nanos, Histogram latency) {
  double microsPerVif() {
    return nanos / 1e3 / vifs;
  }

  double latencyMicros(double percentile) {
    return latency.getValueAtPercentile(percentile) / 1e3;
  }
}
