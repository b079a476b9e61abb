package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.bindings.fault.SystemCallFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A child JVM, in the network namespace of the thread that starts it, in which system calls can be
 * made to fail, or which has few descriptors.
 */
public final class FaultyProcess {
  private static final int TIMEOUT_SECONDS = 900;

  private FaultyProcess() {}

  /**
   * Runs a main class with {@link SystemCallFaults} enabled and assertions on.
   *
   * @return what it printed to both its outputs
   * @throws AssertionError if it did not end with status 0
   */
  public static String run(Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(List.of(), Map.of(), main, arguments);
  }

  /**
   * As {@link #run(Class, String...)}, with at most that many descriptors: {@code prlimit
   * --nofile=LIMIT:LIMIT}.
   */
  public static String runWithDescriptors(int limit, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(List.of("prlimit", "--nofile=" + limit + ":" + limit), Map.of(), main, arguments);
  }

  /** As {@link #run(Class, String...)}, with more in its environment. */
  public static String runWith(Map<String, String> environment, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(List.of(), environment, main, arguments);
  }

  private static String run(
      List<String> prefix, Map<String, String> environment, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-D" + SystemCallFaults.PROPERTY + "=true",
            "-D" + FaultMatrix.PROPERTY + "=" + System.getProperty(FaultMatrix.PROPERTY, ""),
            "-ea",
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-cp",
            System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("fastvif-faulty", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        fail(command + ": not done in " + TIMEOUT_SECONDS + " s: " + Files.readString(output));
      }
      String text = Files.readString(output);
      assertEquals(0, process.exitValue(), text);
      return text;
    } finally {
      Files.delete(output);
    }
  }
}
