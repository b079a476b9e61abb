package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that a test compares with. It runs in the namespace of the thread that runs it. */
public final class Peer {
  private static final long TIMEOUT_SECONDS = 300;

  static {
    Children.endWithThis();
  }

  private final Path program;

  private Peer(Path program) {
    this.program = program;
  }

  /**
   * Finds a program on the PATH.
   *
   * @param name its name
   * @param debianPackage what to install if it is missing
   * @return the tool
   */
  public static Peer require(String name, String debianPackage) {
    for (String directory :
        (System.getenv("PATH") + ":/sbin:/usr/sbin").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(directory, name);
      if (Files.isExecutable(candidate)) {
        return new Peer(candidate);
      }
    }
    missing(name + " is missing: apt-get install " + debianPackage);
    throw new AssertionError();
  }

  /**
   * Finds the distribution's Python with one of its modules.
   *
   * @param module its name
   * @param debianPackage what to install if it is missing
   * @return the interpreter
   */
  public static Peer requirePythonModule(String module, String debianPackage) {
    Path python = Path.of("/usr/bin/python3");
    try {
      Process probe =
          new ProcessBuilder(python.toString(), "-c", "import " + module)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (probe.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && probe.exitValue() == 0) {
        return new Peer(python);
      }
      probe.destroyForcibly();
    } catch (IOException absent) {
      // said below
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    missing(module + " is missing: apt-get install " + debianPackage);
    throw new AssertionError();
  }

  /** Where the program is. */
  public Path path() {
    return program;
  }

  /** Skips the test, or fails it if every peer is required. */
  public static void missing(String reason) {
    if (Boolean.getBoolean("fastvif.require-all-peers")) {
      fail(reason);
    }
    abort(reason);
  }

  /**
   * Runs the program, which must succeed within two minutes.
   *
   * @param arguments split at spaces
   * @return its standard output
   */
  public String run(String arguments) throws IOException, InterruptedException {
    return run(List.of(arguments.split(" ", -1)));
  }

  /**
   * Runs the program, which must succeed within two minutes.
   *
   * @param arguments as they are
   * @return its standard output
   */
  public String run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(arguments);
    command.addFirst(program.toString());
    String shown = String.join(" ", command);
    Path output = Files.createTempFile("fastvif-peer", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        fail(shown + ": not done in " + TIMEOUT_SECONDS + " s");
      }
      String text = Files.readString(output, StandardCharsets.UTF_8);
      assertEquals(0, process.exitValue(), shown + ": " + text);
      return text;
    } finally {
      Files.delete(output);
    }
  }
}
