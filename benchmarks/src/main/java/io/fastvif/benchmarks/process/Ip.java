package io.fastvif.benchmarks.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** iproute2's {@code ip}, measured from the start of its processes to their end. */
public final class Ip {
  private Ip() {}

  /**
   * What to install.
   *
   * @return the Debian package, empty if {@code ip} is there
   */
  public static Optional<String> missing() {
    return Child.works("ip", "-Version") ? Optional.empty() : Optional.of("iproute2");
  }

  /**
   * Its version.
   *
   * @return Debian's, or what {@code ip} says of itself
   */
  public static String version() {
    return Child.version("iproute2", "ip", "-Version");
  }

  /**
   * Runs commands, a process for each, in the namespace of this thread.
   *
   * @param lines the commands without the word {@code ip}, their words separated by one space
   * @param folder for a file that is this run's own
   * @param limit how long all of them may take
   * @return nanoseconds
   * @throws IOException the words of the one that failed; the rest is not run
   * @throws TimeLimitException if they took too long
   */
  public static long runEach(List<String> lines, Path folder, Duration limit) throws IOException {
    Path output = folder.resolve("ip.errors");
    long start = System.nanoTime();
    for (String line : lines) {
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new TimeLimitException(limit);
      }
      List<String> command = new ArrayList<>(List.of(line.split(" ", -1)));
      command.addFirst("ip");
      Process process = Child.start(builder(command, output));
      Child.await(process, limit);
      check(process, output, "ip " + line);
    }
    return System.nanoTime() - start;
  }

  /**
   * What starts {@code ip -batch}.
   *
   * @param lines the commands without the word {@code ip}
   * @param folder for files that are this run's own
   * @return to be started, in whatever namespace, and its process to be handed to {@link
   *     #awaitBatch}
   * @throws IOException if the commands cannot be written
   */
  public static ProcessBuilder batch(List<String> lines, Path folder) throws IOException {
    Path batch = Files.write(folder.resolve("batch.ip"), lines);
    return builder(List.of("ip", "-batch", batch.toString()), folder.resolve("ip.errors"));
  }

  /**
   * Waits for the end of {@code ip -batch}.
   *
   * @param process a started {@link #batch}
   * @param folder the same as there
   * @param limit how long it may take
   * @param start {@link System#nanoTime()} before it was started
   * @return nanoseconds from there to its end
   * @throws IOException the words in which it failed
   * @throws TimeLimitException if it took too long
   */
  public static long awaitBatch(Process process, Path folder, Duration limit, long start)
      throws IOException {
    Child.await(process, limit);
    long nanos = System.nanoTime() - start;
    check(process, folder.resolve("ip.errors"), "ip -batch");
    return nanos;
  }

  private static ProcessBuilder builder(List<String> command, Path output) {
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
  }

  private static void check(Process ended, Path output, String command) throws IOException {
    if (ended.exitValue() != 0) {
      String text = Files.readString(output, StandardCharsets.UTF_8).strip();
      throw new IOException(command + " failed: " + text);
    }
  }
}
