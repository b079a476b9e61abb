package io.fastvif.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written is read again, and what is no report is refused with its place. */
class ReportReaderTest {
  @TempDir Path directory;

  private Report read(String json) throws IOException {
    Path file = directory.resolve("report.json");
    Files.writeString(file, json);
    return ReportReader.read(file);
  }

  @Test
  void writtenReportIsReadAgain() throws IOException {
    Report report = SampleReport.make();
    Report again = read(ReportWriter.json(report));
    assertEquals(report, again);
    assertEquals(List.copyOf(report.machine().keySet()), List.copyOf(again.machine().keySet()));
  }

  @Test
  void textKeepsEveryCharacter() throws IOException {
    String text = "\"quoted\"\\ \n\t\u0001 ü 😀 </script>";
    Result result = new Result(text, text, text, 0, Double.NaN, List.of(), null, text);
    Report report = new Report(Map.of(text, text), List.of(result), List.of(text));
    assertEquals(report, read(ReportWriter.json(report)));
  }

  @Test
  void membersAreThoseOfTheFormat() {
    Latency latency = new Latency(3, 1.5, 2, 2.25, 9, List.of(new Point(50, 1.5)));
    Result measured =
        new Result("veth", "fastvif", "plug", 7, 2.5, List.of(2.5, 3.0), latency, null);
    String json =
        ReportWriter.json(new Report(Map.of("cpu", "x"), List.of(measured), List.of("n")));
    assertEquals(
        "{\"machine\":{\"cpu\":\"x\"},\"results\":[{\"workload\":\"veth\",\"system\":\"fastvif\","
            + "\"operation\":\"plug\",\"vifs\":7,\"micros_per_vif\":2.5,\"runs\":[2.5,3.0],"
            + "\"latency_micros\":{\"count\":3,\"p50\":1.5,\"p99\":2.0,\"p99.9\":2.25,\"max\":9.0,"
            + "\"percentiles\":[[50.0,1.5]]},\"problem\":null}],\"notes\":[\"n\"]}",
        json.replaceAll("\\s+", ""));
  }

  @Test
  void missingFigureIsNullAndNoNumber() throws IOException {
    Result missing = new Result("veth", "os-vif", "plug", 1, Double.NaN, List.of(), null, "none");
    String json = ReportWriter.json(new Report(Map.of(), List.of(missing), List.of()));
    assertTrue(json.contains("\"micros_per_vif\" : null"), json);
    assertTrue(json.contains("\"latency_micros\" : null"), json);
    assertFalse(json.contains("NaN"), json);
    Result read = read(json).results().getFirst();
    assertTrue(Double.isNaN(read.microsPerVif()));
    assertFalse(read.isMeasured());
  }

  @Test
  void leastResultAndUnknownMembers() throws IOException {
    Report report =
        read(
            "{\"version\": {\"a\": [1]}, \"results\": [{\"system\": \"ip\", \"operation\": \"plug\","
                + " \"vifs\": 5, \"new\": [[{}]], \"latency_micros\": {\"p75\": 1, \"p50\": 2}}]}");
    Result result = report.results().getFirst();
    assertEquals("", result.workload());
    assertEquals("ip", result.system());
    assertEquals(5, result.vifs());
    assertTrue(Double.isNaN(result.microsPerVif()));
    assertEquals(2, result.latency().p50());
    assertTrue(Double.isNaN(result.latency().max()));
    assertNull(result.problem());
    assertTrue(report.machine().isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '\0',
      value = {
        "{}; the report has no \"results\"",
        "[]; expected an object",
        "{\"results\": {}}; expected an array",
        "{\"results\": [{\"operation\": \"plug\", \"vifs\": 1}]}; a result has no \"system\"",
        "{\"results\": [{\"system\": \"ip\", \"vifs\": 1}]}; a result has no \"operation\"",
        "{\"results\": [{\"system\": \"ip\", \"operation\": \"plug\"}]}; a result has no \"vifs\"",
        "{\"results\": [{\"vifs\": -1}]}; \"vifs\": expected a whole number",
        "{\"results\": [{\"vifs\": 1.5}]}; \"vifs\": expected a whole number",
        "{\"results\": [{\"vifs\": 4294967297}]}; \"vifs\": expected a whole number",
        "{\"results\": [{\"system\": 1}]}; \"system\" of a result: expected text",
        "{\"results\": [{\"runs\": [\"1\"]}]}; \"runs\": expected a number",
        "{\"results\": [{\"latency_micros\": {\"percentiles\": [[1]]}}]}; not a pair of numbers",
        "{\"results\": [; line 1",
        "; line 1",
      })
  void whatIsNoReport(String json, String problem) {
    IOException thrown = assertThrows(IOException.class, () -> read(json == null ? "" : json));
    assertTrue(thrown.getMessage().contains("report.json"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains(problem), thrown.getMessage());
  }

  @Test
  void problemNamesItsLine() {
    IOException thrown =
        assertThrows(IOException.class, () -> read("{\n\"results\": [\n{\"vifs\": true}]}"));
    assertTrue(thrown.getMessage().contains("line 3"), thrown.getMessage());
  }
}
