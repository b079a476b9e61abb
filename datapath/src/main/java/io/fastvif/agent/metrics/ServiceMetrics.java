package io.fastvif.agent.metrics;

import io.fastvif.agent.http.HttpStatistics;
import java.time.Instant;

/** The families of metrics on the server and on the process. */
final class ServiceMetrics {
  private static final double MILLIS = 1e3;

  private ServiceMetrics() {}

  static void write(HttpStatistics http, RequestCounters requests, MetricsWriter out) {
    out.gauge("fastvif_http_connections_open", "Connections of clients.", http.connections());
    out.counter(
        "fastvif_http_connections",
        "Connections of clients since the agent started.",
        http.accepted());
    out.counter(
        "fastvif_http_refused",
        "Connections and requests that were refused because a bound was reached.",
        http.refused());
    out.counter("fastvif_http_denied", "Requests of callers who may not.", http.denied());
    out.counter(
        "fastvif_http_timed_out",
        "Connections that were closed because the caller was too slow.",
        http.timedOut());
    out.gauge(
        "fastvif_http_requests_under_way", "Requests that are not answered.", http.underWay());
    MetricsWriter.Counters counts =
        out.counters("fastvif_http_requests", "Requests whose answer is known.");
    requests
        .requests()
        .forEach(
            (kind, count) ->
                counts.add(
                    count.sum(),
                    "method",
                    kind.method(),
                    "route",
                    kind.route(),
                    "status",
                    Integer.toString(kind.status())));
    counts.end();
    MetricsWriter.Histograms durations =
        out.histograms(
            "fastvif_http_request_duration_seconds",
            "Time from a request's head to its answer, without the time that the caller reads it.",
            Buckets.SECONDS);
    requests
        .durations()
        .forEach(
            (route, duration) ->
                durations.add(duration.counts(), (double) duration.nanos(), "route", route));
    durations.end();
  }

  /** By the names that Prometheus' own client libraries use. */
  static void write(ProcessReading process, Instant started, MetricsWriter out) {
    out.counter(
        "process_cpu_seconds", "Processor time in user and kernel mode.", process.cpuSeconds());
    out.gauge("process_resident_memory_bytes", "Memory in RAM.", process.residentBytes());
    out.gauge("process_virtual_memory_bytes", "Address space.", process.virtualBytes());
    out.gauge("process_open_fds", "Open file descriptors.", process.descriptors());
    out.gauge(
        "process_max_fds",
        "How many file descriptors may be open; -1 for no limit.",
        process.maxDescriptors());
    out.gauge("process_threads", "Threads.", process.threads());
    out.gauge(
        "process_start_time_seconds",
        "When the agent started, since 1970.",
        started.toEpochMilli() / MILLIS);
    String area = "area";
    String heap = "heap";
    out.gauges("jvm_memory_used_bytes", "Memory in use, garbage included.")
        .add(process.heapUsed(), area, heap)
        .end();
    out.gauges("jvm_memory_committed_bytes", "Memory that the Java runtime holds.")
        .add(process.heapCommitted(), area, heap)
        .end();
    out.gauges("jvm_memory_max_bytes", "Memory that the Java runtime may grow to.")
        .add(process.heapMax(), area, heap)
        .end();
  }
}
