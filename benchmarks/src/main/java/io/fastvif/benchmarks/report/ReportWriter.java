package io.fastvif.benchmarks.report;

/** Writes a report for programs, for documents and for readers. */
public final class ReportWriter {
  private ReportWriter() {}

  /**
   * For programs; {@link ReportReader} reads it.
   *
   * <pre>
   * {"machine": {"processor": "…", …},
   *  "results": [{"workload": "…", "system": "fastvif", "operation": "plug", "vifs": 1000,
   *    "micros_per_vif": 512.5, "runs": [512.5, …],
   *    "latency_micros": {"count": …, "p50": …, "p99": …, "p99.9": …, "max": …,
   *      "percentiles": [[0.0, 380.1], [50.0, 512.5], …]},
   *    "problem": null}, …],
   *  "notes": ["…", …]}
   * </pre>
   *
   * Times are in microseconds; what was not measured is null.
   *
   * @param report what to write
   * @return a JSON document (RFC 8259), indented
   */
  public static String json(Report report) {
    return JsonReport.of(report);
  }

  /**
   * For documents: tables alone.
   *
   * @param report what to write
   * @return Markdown with GitHub's tables
   */
  public static String markdown(Report report) {
    return new MarkdownReport(report).text();
  }

  /**
   * For readers: tables, bar charts and latency percentile plots.
   *
   * @param report what to write
   * @return one HTML page, which is well-formed XML too and needs no other file, host or script
   */
  public static String html(Report report) {
    return new HtmlReport(report).page();
  }
}
