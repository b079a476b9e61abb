package io.fastvif.benchmarks.report;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON that {@link ReportWriter#json} writes. Members it does not know are skipped, so
 * that a report of a newer version can be compared too.
 */
public final class ReportReader {
  private static final long MAX_BYTES = 64 << 20;

  private final JsonParser parser;

  private ReportReader(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * Reads a report.
   *
   * @param file JSON in UTF-8, at most 64 MiB
   * @return the report
   * @throws IOException if the file cannot be read or is not a report; the message names the file
   *     and the place in it
   */
  public static Report read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + ": is larger than a report: " + MAX_BYTES + " bytes at most");
    }
    try (JsonParser parser = JsonReport.FACTORY.createParser(Files.readString(file))) {
      return new ReportReader(parser).report();
    } catch (JsonProcessingException malformed) {
      throw new IOException(
          file
              + ": line "
              + (malformed.getLocation() == null ? "?" : malformed.getLocation().getLineNr())
              + ": "
              + malformed.getOriginalMessage(),
          malformed);
    }
  }

  /** Reads the value of a member. */
  private interface Member {
    /** Reads or skips; the parser stands on the value's first token. */
    void read(String name) throws IOException;
  }

  /** Reads an element of an array. */
  private interface Element {
    /** Reads; the parser stands on the value's first token. */
    void read() throws IOException;
  }

  private Report report() throws IOException {
    Map<String, String> machine = new LinkedHashMap<>();
    List<Result> results = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    boolean[] found = {false};
    parser.nextToken();
    object(
        name -> {
          switch (name) {
            case "machine" -> object(key -> machine.put(key, text("machine", key)));
            case "results" -> {
              found[0] = true;
              array(() -> results.add(result()));
            }
            case "notes" -> array(() -> notes.add(text("", "notes")));
            default -> parser.skipChildren();
          }
        });
    if (!found[0]) {
      throw wrong("the report has no \"results\"");
    }
    return new Report(machine, results, notes);
  }

  private Result result() throws IOException {
    String[] names = {"", null, null, null};
    int[] vifs = {-1};
    double[] micros = {Double.NaN};
    List<Double> runs = new ArrayList<>();
    Latency[] latency = {null};
    object(
        name -> {
          switch (name) {
            case "workload" -> names[0] = text("a result", name);
            case "system" -> names[1] = text("a result", name);
            case "operation" -> names[2] = text("a result", name);
            case "problem" -> names[3] = isNull() ? null : text("a result", name);
            case "vifs" -> vifs[0] = (int) whole(name, Integer.MAX_VALUE);
            case "micros_per_vif" -> micros[0] = number(name);
            case "runs" -> array(() -> runs.add(number(name)));
            case "latency_micros" -> latency[0] = isNull() ? null : latency();
            default -> parser.skipChildren();
          }
        });
    require(names[1] != null, "a result has no \"system\"");
    require(names[2] != null, "a result has no \"operation\"");
    require(vifs[0] >= 0, "a result has no \"vifs\"");
    return new Result(names[0], names[1], names[2], vifs[0], micros[0], runs, latency[0], names[3]);
  }

  private Latency latency() throws IOException {
    long[] count = {0};
    double[] of = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};
    List<Point> points = new ArrayList<>();
    object(
        name -> {
          switch (name) {
            case "count" -> count[0] = whole(name, Long.MAX_VALUE);
            case "p50" -> of[0] = number(name);
            case "p99" -> of[1] = number(name);
            case "p99.9" -> of[2] = number(name);
            case "max" -> of[3] = number(name);
            case "percentiles" -> array(() -> points.add(point()));
            default -> parser.skipChildren();
          }
        });
    return new Latency(count[0], of[0], of[1], of[2], of[3], points);
  }

  private Point point() throws IOException {
    List<Double> pair = new ArrayList<>();
    array(() -> pair.add(number("percentiles")));
    require(pair.size() == 2, "a point of \"percentiles\" is not a pair of numbers");
    return new Point(pair.get(0), pair.get(1));
  }

  private void object(Member member) throws IOException {
    require(parser.currentToken() == JsonToken.START_OBJECT, "expected an object");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      member.read(name);
    }
  }

  private void array(Element element) throws IOException {
    require(parser.currentToken() == JsonToken.START_ARRAY, "expected an array");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  private boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  private String text(String of, String name) throws IOException {
    require(
        parser.currentToken() == JsonToken.VALUE_STRING,
        "\"" + name + "\"" + (of.isEmpty() ? "" : " of " + of) + ": expected text");
    return parser.getText();
  }

  private long whole(String name, long most) throws IOException {
    require(
        parser.currentToken() == JsonToken.VALUE_NUMBER_INT
            && parser.getLongValue() >= 0
            && parser.getLongValue() <= most,
        "\"" + name + "\": expected a whole number up to " + most);
    return parser.getLongValue();
  }

  /** A number; null, which stands for what was not measured, is NaN. */
  private double number(String name) throws IOException {
    if (isNull()) {
      return Double.NaN;
    }
    require(parser.currentToken().isNumeric(), "\"" + name + "\": expected a number");
    return parser.getDoubleValue();
  }

  private void require(boolean met, String otherwise) throws IOException {
    if (!met) {
      throw wrong(otherwise);
    }
  }

  private IOException wrong(String problem) {
    return new JsonParseException(parser, problem);
  }
}
