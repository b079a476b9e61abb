package io.fastvif.benchmarks.process;

import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Child processes. Whatever ends this program but SIGKILL, those that stay do not outlive it. */
public final class Child {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Child::endAll));
  }

  private Child() {}

  private static void endAll() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }

  /** Starts a process in a namespace: it inherits that of the thread that starts it. */
  public static Process start(Netns namespace, ProcessBuilder builder) {
    return namespace.call(() -> start(builder));
  }

  /** Starts a process where this one is. */
  public static Process start(ProcessBuilder builder) throws IOException {
    return builder.start();
  }

  /**
   * Waits for the end of a process, and ends it if it takes too long.
   *
   * @throws TimeLimitException if it did
   */
  public static void await(Process process, Duration limit) throws IOException {
    try {
      if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        process.destroyForcibly().waitFor();
        throw new TimeLimitException(limit);
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      throw interrupted(interrupted);
    }
  }

  /** Keeps the interruption, and is what to throw. */
  public static IOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted", cause);
  }

  /**
   * Runs a program that needs no namespace and is soon done.
   *
   * @return what it printed
   * @throws IOException if it cannot be run or fails
   */
  public static String run(ProcessBuilder builder) throws IOException {
    Path output = Files.createTempFile("fastvif-bench", ".out");
    try {
      Process process = start(builder.redirectErrorStream(true).redirectOutput(output.toFile()));
      await(process, PATIENCE);
      String text = Files.readString(output, StandardCharsets.UTF_8).strip();
      if (process.exitValue() != 0) {
        throw new IOException(builder.command().getFirst() + " failed: " + text);
      }
      return text;
    } finally {
      Files.delete(output);
    }
  }

  /** The version of a Debian package, or what a program says of itself if there is none. */
  public static String version(String debianPackage, String... otherwise) {
    try {
      return run(new ProcessBuilder("dpkg-query", "-W", "-f", "${Version}", debianPackage));
    } catch (IOException notDebians) {
      try {
        return run(new ProcessBuilder(otherwise)).lines().findFirst().orElse("unknown");
      } catch (IOException silent) {
        return "unknown";
      }
    }
  }

  /** Whether a program runs and ends well. */
  public static boolean works(String... command) {
    try {
      run(new ProcessBuilder(List.of(command)));
      return true;
    } catch (IOException absent) {
      return false;
    }
  }
}
