package io.fastvif.benchmarks.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** The JSON form; for its members see {@link ReportWriter#json}. */
final class JsonReport {
  static final JsonFactory FACTORY = new JsonFactory();

  private JsonReport() {}

  static String of(Report report) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      out.setPrettyPrinter(new DefaultPrettyPrinter());
      write(out, report);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string does not fail to be written
    }
    return text.append('\n').toString();
  }

  private static void write(JsonGenerator out, Report report) throws IOException {
    out.writeStartObject();
    out.writeObjectFieldStart("machine");
    for (Map.Entry<String, String> fact : report.machine().entrySet()) {
      out.writeStringField(fact.getKey(), fact.getValue());
    }
    out.writeEndObject();
    out.writeArrayFieldStart("results");
    for (Result result : report.results()) {
      write(out, result);
    }
    out.writeEndArray();
    out.writeArrayFieldStart("notes");
    for (String note : report.notes()) {
      out.writeString(note);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, Result result) throws IOException {
    out.writeStartObject();
    out.writeStringField("workload", result.workload());
    out.writeStringField("system", result.system());
    out.writeStringField("operation", result.operation());
    out.writeNumberField("vifs", result.vifs());
    number(out, "micros_per_vif", result.microsPerVif());
    out.writeArrayFieldStart("runs");
    for (double run : result.runs()) {
      number(out, run);
    }
    out.writeEndArray();
    if (result.latency() == null) {
      out.writeNullField("latency_micros");
    } else {
      out.writeObjectFieldStart("latency_micros");
      write(out, result.latency());
      out.writeEndObject();
    }
    out.writeStringField("problem", result.problem());
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, Latency latency) throws IOException {
    out.writeNumberField("count", latency.count());
    number(out, "p50", latency.p50());
    number(out, "p99", latency.p99());
    number(out, "p99.9", latency.p999());
    number(out, "max", latency.max());
    out.writeArrayFieldStart("percentiles");
    for (Point point : latency.percentiles()) {
      out.writeStartArray();
      number(out, point.percentile());
      number(out, point.micros());
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  private static void number(JsonGenerator out, String field, double value) throws IOException {
    out.writeFieldName(field);
    number(out, value);
  }

  /** JSON has no NaN. */
  private static void number(JsonGenerator out, double value) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumber(value);
    } else {
      out.writeNull();
    }
  }
}
