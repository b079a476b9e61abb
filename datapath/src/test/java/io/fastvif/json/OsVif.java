package io.fastvif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** os-vif as Debian has it, run by Debian's Python. */
final class OsVif {
  private static final String PYTHON = "/usr/bin/python3";

  /** fastvif's plugin of os-vif, for whom it loads its plugins. */
  private static final Path PLUGIN = Path.of("src/main/python");

  private static final int TIMEOUT_SECONDS = 120;

  private OsVif() {}

  /** Skips the test without os-vif, or fails it if every peer is required. */
  static void require() throws IOException, InterruptedException {
    boolean there =
        Files.isExecutable(Path.of(PYTHON))
            && new ProcessBuilder(PYTHON, "-c", "import os_vif")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor()
                == 0;
    if (!there) {
      String missing = "os-vif is not installed: apt-get install python3-os-vif";
      if (Boolean.getBoolean("fastvif.require-all-peers")) {
        fail(missing);
      }
      abort(missing);
    }
  }

  /**
   * Runs a program of the test resources.
   *
   * @param folder where its files may be put
   * @return its standard output
   */
  static String run(Path folder, String script, Path input, String... arguments)
      throws IOException, InterruptedException {
    Path program = folder.resolve("program.py");
    try (var in = OsVif.class.getResourceAsStream(script)) {
      Files.write(program, in.readAllBytes());
    }
    Path out = folder.resolve("out");
    Path errors = folder.resolve("errors");
    List<String> command = new ArrayList<>(List.of(PYTHON, "-W", "ignore", program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile());
    builder.environment().put("PYTHONPATH", PLUGIN.toAbsolutePath().toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      fail("os-vif did not answer in " + TIMEOUT_SECONDS + " s");
    }
    assertEquals(0, process.exitValue(), () -> text(errors));
    return text(out);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
