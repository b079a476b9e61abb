package io.fastvif.agent.metrics;

import io.fastvif.agent.http.RequestObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Counts the requests of a server by what they were and how long their answers took. Any thread may
 * count and read; nothing waits.
 */
public final class RequestCounters implements RequestObserver {
  private static final long MAX_MICROS = TimeUnit.MINUTES.toMicros(2);

  /** More kinds of requests than this are counted together: nobody can make them grow. */
  private static final int MAX_KINDS = 500;

  private static final String OTHER = "other";

  private final Map<Kind, LongAdder> requests = new ConcurrentSkipListMap<>();
  private final Map<String, Durations> durations = new ConcurrentSkipListMap<>();
  private final Histogram micros = new AtomicHistogram(MAX_MICROS, 2);

  /** Nothing was counted yet. */
  public RequestCounters() {}

  /** What requests have in common that are counted together. */
  record Kind(String method, String route, int status) implements Comparable<Kind> {
    @Override
    public int compareTo(Kind other) {
      int order = route.compareTo(other.route);
      if (order == 0) {
        order = method.compareTo(other.method);
      }
      return order == 0 ? Integer.compare(status, other.status) : order;
    }
  }

  /** Counts of durations by bucket. */
  static final class Durations {
    private final AtomicLongArray counts = new AtomicLongArray(Buckets.SECONDS.size());
    private final LongAdder nanos = new LongAdder();

    private void add(long duration) {
      counts.incrementAndGet(Buckets.SECONDS.of(duration));
      nanos.add(duration);
    }

    long[] counts() {
      long[] copy = new long[counts.length()];
      for (int i = 0; i < copy.length; i++) {
        copy[i] = counts.get(i);
      }
      return copy;
    }

    long nanos() {
      return nanos.sum();
    }
  }

  @Override
  public void answered(String method, String route, int status, long nanos) {
    Kind kind = new Kind(method, route, status);
    LongAdder count = requests.get(kind);
    if (count == null) {
      boolean isFull = requests.size() >= MAX_KINDS;
      count =
          requests.computeIfAbsent(
              isFull ? new Kind(OTHER, OTHER, 0) : kind, added -> new LongAdder());
    }
    count.increment();
    long duration = Math.max(0, nanos);
    String place = durations.containsKey(route) || durations.size() < MAX_KINDS ? route : OTHER;
    durations.computeIfAbsent(place, added -> new Durations()).add(duration);
    micros.recordValue(Math.min(TimeUnit.NANOSECONDS.toMicros(duration), MAX_MICROS));
  }

  Map<Kind, LongAdder> requests() {
    return requests;
  }

  /** By route. */
  Map<String, Durations> durations() {
    return durations;
  }

  /** Microseconds of all requests; a copy. */
  Histogram micros() {
    return micros.copy();
  }
}
