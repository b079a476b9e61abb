package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Mutator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command says in one line what is wrong with a file; it never ends in a stack trace. */
class DamagedFilesTest {
  private static final int COUNT = 10_000;

  @TempDir Path folder;

  private static List<String> samples(boolean hostInfo) throws IOException, URISyntaxException {
    List<String> samples = new ArrayList<>();
    Path root = Path.of(DamagedFilesTest.class.getResource("/os-vif-json").toURI());
    try (Stream<Path> paths = Files.walk(root, 2)) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        if (path.toString().endsWith("host-info.json") == hostInfo) {
          samples.add(Files.readString(path));
        }
      }
    }
    assertTrue(samples.size() > 1, samples.toString());
    return samples;
  }

  @Test
  void everyFileIsConvertedOrItsFaultNamed() throws Exception {
    int[] statuses = run(samples(false), "convert", "--to", "VIFVHostUser=1.0");
    assertTrue(statuses[2] > COUNT / 2, "most are refused: " + statuses[2]);
    assertTrue(statuses[0] > 0, "harmless ones are not");
    assertEquals(0, statuses[1]);
  }

  @Test
  void everyHostInfoIsAnswered() throws Exception {
    int[] statuses = run(samples(true), "negotiate", "--host-info");
    assertTrue(statuses[0] > 0 && statuses[1] > 0 && statuses[2] > 0, "all outcomes are met");
  }

  private int[] run(List<String> documents, String... command) throws IOException {
    Mutator mutator = new Mutator(20261122);
    Path file = folder.resolve("mutant.json");
    int[] statuses = new int[3];
    String[] arguments = new String[command.length + 1];
    System.arraycopy(command, 0, arguments, 0, command.length);
    arguments[command.length] = file.toString();
    assertTimeout(
        Duration.ofMinutes(10),
        () -> {
          for (int i = 0; i < COUNT; i++) {
            Files.write(file, mutator.next(documents));
            StringWriter err = new StringWriter();
            PrintWriter out = new PrintWriter(new StringWriter());
            statuses[Fastvif.execute(arguments, out, new PrintWriter(err))]++;
            assertTrue(err.toString().lines().count() <= 1, err.toString());
            assertTrue(err.toString().length() < 5_000, err.toString());
          }
        });
    return statuses;
  }
}
