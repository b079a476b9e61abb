package io.fastvif.benchmarks.soak;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.HdrHistogram.Recorder;

/**
 * Latencies from submission to answer, by class. Callers wait for their answers, so a slow engine
 * is asked less often and the figures are not corrected for that.
 */
final class Latencies implements Closeable {
  private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final double NANOS_PER_MICRO = 1e3;

  private final Map<LatencyClass, Recorder> recorders = new EnumMap<>(LatencyClass.class);
  private final Map<LatencyClass, Histogram> totals = new EnumMap<>(LatencyClass.class);
  private final Map<LatencyClass, Histogram> intervals = new EnumMap<>(LatencyClass.class);
  private final PrintStream file;
  private final HistogramLogWriter log;

  /**
   * @param path of the HdrHistogram log to write; null for none
   * @throws IOException if it cannot be written
   */
  Latencies(Path path) throws IOException {
    for (LatencyClass each : LatencyClass.values()) {
      recorders.put(each, new Recorder(MAX_NANOS, SIGNIFICANT_DIGITS));
      totals.put(each, new Histogram(MAX_NANOS, SIGNIFICANT_DIGITS));
    }
    file = path == null ? null : new PrintStream(path.toFile(), StandardCharsets.UTF_8);
    log = file == null ? null : new HistogramLogWriter(file);
    if (log != null) {
      long now = System.currentTimeMillis();
      log.outputComment(
          "[fastvif soak: nanoseconds from submission to answer, MaxValueDivisor 1e6]");
      log.outputLogFormatVersion();
      log.outputStartTime(now);
      log.setBaseTime(now);
      log.outputLegend();
    }
  }

  void record(LatencyClass latencyClass, long nanos) {
    recorders.get(latencyClass).recordValue(Math.min(nanos, MAX_NANOS));
  }

  /** Ends an interval: takes it into the totals and the log. Called by one thread. */
  void endInterval() {
    recorders.forEach(
        (latencyClass, recorder) -> {
          Histogram interval = recorder.getIntervalHistogram(intervals.get(latencyClass));
          intervals.put(latencyClass, interval);
          totals.get(latencyClass).add(interval);
          if (log != null && interval.getTotalCount() > 0) {
            interval.setTag(latencyClass.tag());
            log.outputIntervalHistogram(interval);
          }
        });
  }

  long count(LatencyClass latencyClass) {
    return totals.get(latencyClass).getTotalCount();
  }

  /** The latency in microseconds at a percentile; 100 gives the greatest. */
  double micros(LatencyClass latencyClass, double percentile) {
    return totals.get(latencyClass).getValueAtPercentile(percentile) / NANOS_PER_MICRO;
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
