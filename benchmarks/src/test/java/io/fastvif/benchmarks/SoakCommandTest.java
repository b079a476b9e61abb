package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fastvif soak} as it is called. */
class SoakCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int soak(String... arguments) {
    return Commands.execute("soak", arguments, new PrintWriter(out), new PrintWriter(err));
  }

  @Test
  void aRunIsReportedAndLogged() throws IOException {
    Root.require();
    Path log = folder.resolve("soak.hlog");
    String[] arguments = {
      "--minutes",
      "0.03",
      "--vifs",
      "20",
      "--threads",
      "2",
      "--seed",
      "5",
      "--json",
      "--log",
      log.toString()
    };
    assertEquals(0, soak(arguments), err::toString);
    assertTrue(out.toString().startsWith("{\"seed\":5,\"vifs\":20,\"threads\":2,"), out::toString);
    assertTrue(out.toString().contains("\"violations\":[]"), out::toString);
    assertTrue(Files.readString(log).contains("Tag=plug,"));
  }

  @Test
  void wrongInputIsRefused() {
    assertEquals(2, soak("--vifs", "0"));
    assertTrue(err.toString().contains("--vifs: 1 to 4000"), err::toString);
    assertEquals(2, soak("--minutes", "0"));
    assertEquals(2, soak("--threads", "65"));
    assertEquals(2, soak("file"));
  }

  @Test
  void aLogThatCannotBeWrittenIsAnError() {
    Root.require();
    assertEquals(1, soak("--log", folder.resolve("missing/soak.hlog").toString()));
    assertTrue(err.toString().contains("missing/soak.hlog"), err::toString);
  }

  @Test
  void theAgentIsSoaked() {
    Root.require();
    String[] arguments = {
      "--agent", "6", "--vifs", "20", "--threads", "3", "--seed", "9", "--json"
    };
    assertEquals(0, soak(arguments), err::toString);
    assertTrue(out.toString().contains("\"violations\":[]"), out::toString);
    assertTrue(out.toString().contains("\"seed\":9,\"vifs\":20"), out::toString);
    assertTrue(
        out.toString().matches("(?s).*\"changes_by_hand_all_repaired\":[1-9].*"), out::toString);
    assertTrue(
        out.toString().matches("(?s).*\"connections_of_a_rude_client\":[1-9].*"), out::toString);
    assertEquals(2, soak("--agent", "0"));
    assertEquals(2, soak("--agent", "9", "--log", "file"));
  }
}
