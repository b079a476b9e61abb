package io.fastvif.benchmarks.soak;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.engine.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a soak found.
 *
 * @param options how it was run
 * @param nanos how long operations were submitted
 * @param ledger how many of which
 * @param latencies how long they took
 * @param violations what must not be; empty after a good run
 * @param counts what else was counted
 */
record SoakReport(
    SoakOptions options,
    long nanos,
    Ledger ledger,
    Latencies latencies,
    Violations violations,
    List<Count> counts) {
  private static final double[] PERCENTILES = {50, 99, 99.9, 100};
  private static final String[] PERCENTILE_NAMES = {"p50", "p99", "p99.9", "max"};

  /** Something that was counted. */
  record Count(String what, long number) {}

  boolean isGood() {
    return violations.isEmpty();
  }

  double operationsPerSecond() {
    return ledger.ended() / (nanos / 1e9);
  }

  /** What the run did, as text. */
  void print(PrintWriter out) {
    out.printf(
        "soak: %,d operations in %.0f s, %,.0f a second; %d VIFs, %d threads, seed %d;"
            + " Linux %s, Java %s%n%n",
        ledger.ended(),
        nanos / 1e9,
        operationsPerSecond(),
        options.vifs(),
        options.threads(),
        options.seed(),
        System.getProperty("os.version"),
        Runtime.version());
    for (Outcome outcome : Outcome.values()) {
      out.printf("%-34s %,12d%n", outcome.name().toLowerCase(Locale.ROOT), ledger.count(outcome));
    }
    for (Count count : counts) {
      out.printf("%-34s %,12d%n", count.what, count.number);
    }
    out.printf("%n%-34s %12s%n", "operations", "answered");
    for (OperationKind kind : OperationKind.values()) {
      out.printf("%-34s %,12d%n", kind, ledger.count(kind));
    }
    out.printf("%n%-54s %12s%n", "failures: operation, cause", "number");
    ledger.failures().forEach((cause, number) -> out.printf("%-54s %,12d%n", cause, number));
    out.printf("%n%-34s %12s", "latency in microseconds", "operations");
    for (String name : PERCENTILE_NAMES) {
      out.printf(" %10s", name);
    }
    out.println();
    for (LatencyClass each : LatencyClass.values()) {
      out.printf("%-34s %,12d", each.tag(), latencies.count(each));
      for (double percentile : PERCENTILES) {
        out.printf(" %10.0f", latencies.micros(each, percentile));
      }
      out.println();
    }
    out.printf("%nviolations: %d%n", violations.all().size());
  }

  /** What must not be, with what is needed to see it again. */
  void printViolations(PrintWriter err) {
    for (Violation violation : violations.all()) {
      err.println(violation.text());
    }
    if (!isGood()) {
      err.printf(
          "fastvif: soak failed: run it again with --seed %d --vifs %d --threads %d%n",
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
      out.writeStringField("kernel", System.getProperty("os.version"));
      out.writeStringField("java", Runtime.version().toString());
      out.writeNumberField("seconds", nanos / 1e9);
      out.writeNumberField("operations", ledger.ended());
      out.writeNumberField("operations_per_second", operationsPerSecond());
      out.writeObjectFieldStart("outcomes");
      for (Outcome outcome : Outcome.values()) {
        out.writeNumberField(key(outcome.name()), ledger.count(outcome));
      }
      out.writeEndObject();
      out.writeObjectFieldStart("answered");
      for (OperationKind kind : OperationKind.values()) {
        out.writeNumberField(key(kind.name()), ledger.count(kind));
      }
      out.writeEndObject();
      out.writeObjectFieldStart("failures");
      for (Map.Entry<String, Long> failure : ledger.failures().entrySet()) {
        out.writeNumberField(failure.getKey(), failure.getValue());
      }
      out.writeEndObject();
      out.writeObjectFieldStart("counts");
      for (Count count : counts) {
        out.writeNumberField(key(count.what), count.number);
      }
      out.writeEndObject();
      out.writeObjectFieldStart("latency_micros");
      for (LatencyClass each : LatencyClass.values()) {
        writeLatencies(out, each);
      }
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

  private void writeLatencies(JsonGenerator out, LatencyClass each) throws IOException {
    out.writeObjectFieldStart(each.tag());
    out.writeNumberField("count", latencies.count(each));
    for (int i = 0; i < PERCENTILES.length; i++) {
      out.writeNumberField(PERCENTILE_NAMES[i], latencies.micros(each, PERCENTILES[i]));
    }
    out.writeEndObject();
  }

  private static String key(String words) {
    return words.toLowerCase(Locale.ROOT).replace(' ', '_');
  }
}
