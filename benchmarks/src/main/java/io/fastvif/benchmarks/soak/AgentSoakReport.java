package io.fastvif.benchmarks.soak;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.benchmarks.process.ProcessCost;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What the agent's soak found.
 *
 * @param options how it was run
 * @param nanos how long requests were made
 * @param requests microseconds of those that were answered by the agent that they were sent to, one
 *     VIF or a batch each
 * @param repairs of changes by hand
 * @param violations what must not be; empty after a good run
 * @param first what the first agent held at the first look
 * @param last and at the last, before it was ended
 * @param counts what else was counted
 */
record AgentSoakReport(
    SoakOptions options,
    long nanos,
    Histogram requests,
    RepairTimes repairs,
    Violations violations,
    ProcessCost first,
    ProcessCost last,
    List<SoakReport.Count> counts) {
  private static final double[] PERCENTILES = {50, 99, 99.9, 100};
  private static final String[] PERCENTILE_NAMES = {"p50", "p99", "p99.9", "max"};
  private static final double NANOS_PER_SECOND = 1e9;

  boolean isGood() {
    return violations.isEmpty();
  }

  /** What the run did, as text. */
  void print(PrintWriter out) {
    out.printf(
        "soak of the agent: %,d requests in %.0f s; %d VIFs, %d clients, seed %d; Linux %s, Java"
            + " %s%n%n",
        requests.getTotalCount(),
        nanos / NANOS_PER_SECOND,
        options.vifs(),
        options.threads(),
        options.seed(),
        System.getProperty("os.version"),
        Runtime.version());
    for (SoakReport.Count count : counts) {
      out.printf("%-34s %,12d%n", count.what(), count.number());
    }
    out.printf("%-34s %s%n", "the agent at first", first);
    out.printf("%-34s %s%n", "and before it was ended", last);
    out.printf("%n%-34s %12s", "latency in microseconds", "number");
    for (String name : PERCENTILE_NAMES) {
      out.printf(" %10s", name);
    }
    out.println();
    print(out, "request", requests);
    print(out, "repair", repairs.first());
    print(out, "repair again", repairs.again());
    print(out, "repair, over a restart", repairs.overRestart());
    out.printf("%nviolations: %d%n", violations.all().size());
  }

  private static void print(PrintWriter out, String what, Histogram micros) {
    out.printf("%-34s %,12d", what, micros.getTotalCount());
    for (double percentile : PERCENTILES) {
      out.printf(" %10d", micros.getValueAtPercentile(percentile));
    }
    out.println();
  }

  /** What must not be. */
  void printViolations(PrintWriter err) {
    violations.all().forEach(violation -> err.println(violation.text()));
    if (!isGood()) {
      err.printf(
          "fastvif: soak failed: run it again with --agent --seed %d --vifs %d --threads %d%n",
          options.seed(), options.vifs(), options.threads());
    }
  }

  /** The same as JSON, on one line. */
  String json() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeNumberField("seed", options.seed());
      out.writeNumberField("vifs", options.vifs());
      out.writeNumberField("threads", options.threads());
      out.writeNumberField("seconds", nanos / NANOS_PER_SECOND);
      out.writeObjectFieldStart("counts");
      for (SoakReport.Count count : counts) {
        out.writeNumberField(
            count.what().toLowerCase(Locale.ROOT).replaceAll("[ ,]+", "_"), count.number());
      }
      out.writeEndObject();
      out.writeObjectFieldStart("latency_micros");
      write(out, "request", requests);
      write(out, "repair", repairs.first());
      write(out, "repair_again", repairs.again());
      write(out, "repair_over_restart", repairs.overRestart());
      out.writeEndObject();
      out.writeArrayFieldStart("violations");
      for (Violation violation : violations.all()) {
        out.writeString(violation.text());
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, String what, Histogram micros) throws IOException {
    out.writeObjectFieldStart(what);
    out.writeNumberField("count", micros.getTotalCount());
    for (int i = 0; i < PERCENTILES.length; i++) {
      out.writeNumberField(PERCENTILE_NAMES[i], micros.getValueAtPercentile(PERCENTILES[i]));
    }
    out.writeEndObject();
  }
}
