package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.VifGeneric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/** The README's agent compiles, does what the README says, and survives being killed. */
class ReadmeTest {
  private static final Path README = Path.of("../README.md");
  private static final int KILLS = 3;
  private static final int MAX_LINES = 25;

  @TempDir Path folder;

  private static String agent() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf("```java\n") + "```java\n".length();
    return readme.substring(begin, readme.indexOf("```", begin));
  }

  private static String classPath() {
    return System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path");
  }

  private void compile(Path file) throws Exception {
    Path said = folder.resolve("javac");
    Process javac =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-proc:none",
                "-cp",
                classPath(),
                "-d",
                folder.toString(),
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertEquals(0, javac.waitFor(), () -> text(said));
    } finally {
      javac.destroyForcibly().waitFor();
    }
  }

  private Process start(int run) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            folder + ":" + classPath(),
            "Agent",
            folder.resolve("vifs.json").toString())
        .redirectErrorStream(true)
        .redirectOutput(output(run).toFile())
        .start();
  }

  private Path output(int run) {
    return folder.resolve("run" + run);
  }

  private static String tap(int number) {
    return VersionedObjectWriter.write(
        VifGeneric.builder().id("tap-vif-" + number).plugin("tap").vifName("tap" + number).build());
  }

  private void desire(List<String> vifs) throws IOException {
    Path made = Files.writeString(folder.resolve("new.json"), "[" + String.join(",", vifs) + "]");
    Files.move(made, folder.resolve("vifs.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<String> ids() {
    return HostView.of(VifHostOptions.byDefault()).plugged().stream().map(PluggedVif::id).toList();
  }

  private void await(String line, int run) throws Exception {
    Await.until(
        line + " of " + output(run),
        () -> Files.readAllLines(output(run)).stream().anyMatch(line::equals));
  }

  @KernelTest
  void theAgentSurvivesKills() throws Exception {
    String source = agent();
    assertTrue(source.lines().count() <= MAX_LINES, source);
    Path file = Files.writeString(folder.resolve("Agent.java"), source);
    compile(file);
    List<String> taps = IntStream.range(0, 40).mapToObj(ReadmeTest::tap).toList();
    int run = 0;
    for (; run < KILLS; run++) {
      // Killed at once when it has begun to plug, or to unplug, many.
      desire(run % 2 == 0 ? taps : List.of(tap(0), tap(50)));
      Set<String> before = Set.copyOf(ids());
      Process agent = start(run);
      try {
        Await.until("a beginning", () -> !Set.copyOf(ids()).equals(before) || !agent.isAlive());
      } finally {
        agent.destroyForcibly().waitFor();
      }
    }
    desire(List.of(tap(1), tap(2), tap(50)));
    Process agent = start(run);
    try {
      List<String> desired = List.of("tap-vif-1", "tap-vif-2", "tap-vif-50");
      Await.until("the desired set", () -> ids().stream().sorted().toList().equals(desired));
      desire(List.of(tap(7)));
      await("tap-vif-7 PLUGGED", run);
      Await.until("the others' end", () -> ids().equals(List.of("tap-vif-7")));
      Files.delete(folder.resolve("vifs.json"));
      assertEquals(0, agent.waitFor(), () -> text(output(KILLS)));
    } finally {
      agent.destroyForcibly().waitFor();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readAllLines(file).stream().collect(Collectors.joining("\n"));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }
}
