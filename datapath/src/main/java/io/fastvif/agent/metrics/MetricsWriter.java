package io.fastvif.agent.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Gathers the families of one reading. Counters are named without their {@code _total}, which is
 * added when they are written.
 */
final class MetricsWriter {
  private final List<MetricSnapshot> families = new ArrayList<>();

  /** A family with one value. */
  void counter(String name, String help, long value) {
    counters(name, help).add(value).end();
  }

  /** A family with one value, which is no whole number. */
  void counter(String name, String help, double value) {
    counters(name, help).add(value).end();
  }

  /** A family with one value. */
  void gauge(String name, String help, long value) {
    gauges(name, help).add(value).end();
  }

  /** A family with one value, which is no whole number. */
  void gauge(String name, String help, double value) {
    gauges(name, help).add(value).end();
  }

  void info(String name, String help, String... labels) {
    families.add(
        new InfoSnapshot(
            new MetricMetadata(name, help),
            List.of(new InfoSnapshot.InfoDataPointSnapshot(Labels.of(labels)))));
  }

  Counters counters(String name, String help) {
    return new Counters(new MetricMetadata(name, help));
  }

  Gauges gauges(String name, String help) {
    return new Gauges(new MetricMetadata(name, help));
  }

  Histograms histograms(String name, String help, Buckets buckets) {
    return new Histograms(new MetricMetadata(name, help), buckets);
  }

  MetricSnapshots all() {
    return new MetricSnapshots(families);
  }

  /** A family of counters. */
  final class Counters {
    private final MetricMetadata metadata;
    private final List<CounterSnapshot.CounterDataPointSnapshot> points = new ArrayList<>();

    Counters(MetricMetadata metadata) {
      this.metadata = metadata;
    }

    /**
     * @param labels names and values in turn
     */
    Counters add(long value, String... labels) {
      return add((double) value, labels);
    }

    /**
     * @param labels names and values in turn
     */
    Counters add(double value, String... labels) {
      points.add(new CounterSnapshot.CounterDataPointSnapshot(value, Labels.of(labels), null, 0));
      return this;
    }

    void end() {
      families.add(new CounterSnapshot(metadata, points));
    }
  }

  /** A family of gauges. */
  final class Gauges {
    private final MetricMetadata metadata;
    private final List<GaugeSnapshot.GaugeDataPointSnapshot> points = new ArrayList<>();

    Gauges(MetricMetadata metadata) {
      this.metadata = metadata;
    }

    /**
     * @param labels names and values in turn
     */
    Gauges add(long value, String... labels) {
      return add((double) value, labels);
    }

    /**
     * @param labels names and values in turn
     */
    Gauges add(double value, String... labels) {
      points.add(new GaugeSnapshot.GaugeDataPointSnapshot(value, Labels.of(labels), null));
      return this;
    }

    void end() {
      families.add(new GaugeSnapshot(metadata, points));
    }
  }

  /** A family of histograms. */
  final class Histograms {
    private final MetricMetadata metadata;
    private final Buckets buckets;
    private final double[] bounds;
    private final List<HistogramSnapshot.HistogramDataPointSnapshot> points = new ArrayList<>();

    Histograms(MetricMetadata metadata, Buckets buckets) {
      this.metadata = metadata;
      this.buckets = buckets;
      bounds = buckets.shownBounds();
    }

    /**
     * @param labels names and values in turn
     */
    Histograms add(Histogram values, String... labels) {
      return add(buckets.counts(values), Buckets.sum(values), labels);
    }

    /**
     * @param counts of each bucket
     * @param sum of all values, in the unit that they are counted in, not in the one that is shown
     * @param labels names and values in turn
     */
    Histograms add(long[] counts, double sum, String... labels) {
      points.add(
          new HistogramSnapshot.HistogramDataPointSnapshot(
              ClassicHistogramBuckets.of(bounds, counts),
              buckets.shown(sum),
              Labels.of(labels),
              null,
              0));
      return this;
    }

    void end() {
      families.add(new HistogramSnapshot(metadata, points));
    }
  }
}
