package io.fastvif.benchmarks.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Root;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentReportTest {
  @Test
  void everyLineHasItsFigures() throws IOException {
    Root.require();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8)) {
      AgentReport.print(out, 5, 20, 2, 2, 4);
    }
    List<String> lines = text.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(8, lines.size(), lines::toString);
    assertTrue(lines.get(1).matches("5 tap together, a VIF: .* keeper .*: .* times"), lines.get(1));
    for (String line : lines) {
      assertTrue(line.matches(".*[0-9.]+ (us|ms).*"), line);
    }
  }
}
