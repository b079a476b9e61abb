package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Compiles a C program with gcc and runs it: the witness for what the headers say. */
final class Gcc {

  /** The umbrella header's directory, and the includes list's. */
  static final Path JEXTRACT = Path.of(System.getProperty("basedir", "."), "src/main/jextract");

  private Gcc() {}

  /** Compiles {@code source} with the umbrella header in reach, and returns the lines it prints. */
  static List<String> run(String source) throws IOException, InterruptedException {
    boolean present =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "gcc")));
    Peers.require(present, "needs gcc and the kernel's headers: apt-get install gcc libc6-dev");
    Path directory = Files.createTempDirectory("fastvif-gcc");
    Path program = directory.resolve("program");
    Path code = directory.resolve("program.c");
    Path output = directory.resolve("output");
    try {
      Files.writeString(code, source);
      execute(
          output,
          "gcc",
          "-w",
          "-I",
          JEXTRACT.toString(),
          "-o",
          program.toString(),
          code.toString());
      execute(output, program.toString());
      return Files.readAllLines(output);
    } finally {
      for (Path file : List.of(program, code, output, directory)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void execute(Path output, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> command[0] + " did not end");
    } finally {
      process.destroyForcibly();
    }
    assertEquals(
        0,
        process.exitValue(),
        () -> {
          try {
            return Files.readString(output, StandardCharsets.UTF_8);
          } catch (IOException e) {
            return e.toString();
          }
        });
  }
}
