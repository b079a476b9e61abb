package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.fault.NthCallFails;
import io.fastvif.bindings.fault.SystemCallFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Plays a scenario again and again, each time with one system call of certain threads failing:
 * first the first, then the second, until one plays without a failure. After each the process has
 * the descriptors of before. Runs in a {@link FaultyProcess}.
 *
 * <p>Each call fails with one errno, by turns; with {@code -Dfastvif.fault-matrix=full}, which
 * takes seven times as long, with every one of them.
 */
public final class FaultMatrix {
  /** What the calls fail with. */
  public static final List<Integer> ERRNOS =
      List.of(
          Errno.EMFILE,
          Errno.ENFILE,
          Errno.ENOMEM,
          Errno.EINTR,
          Errno.ENOBUFS,
          Errno.EIO,
          Errno.EPERM);

  /** The system property that has every call fail with every errno: {@code full}. */
  public static final String PROPERTY = "fastvif.fault-matrix";

  private static final boolean FULL = System.getProperty(PROPERTY, "").equals("full");
  private static final int MAX_CALLS = 10_000;

  private FaultMatrix() {}

  /** What is played: it must look after the consequences itself, and give all back. */
  @FunctionalInterface
  public interface Scenario {
    /**
     * Plays it once.
     *
     * @param fault what fails; ask {@link NthCallFails#hasFailed} for whether it has
     */
    void play(NthCallFails fault) throws Exception;
  }

  /**
   * Plays the scenario with every failure.
   *
   * @param name for messages
   * @param threads whose calls fail
   * @return how many failures there were
   */
  public static int play(String name, Predicate<Thread> threads, Scenario scenario)
      throws IOException {
    // The first run of all opens what the JDK opens once.
    playOnce(name, new NthCallFails(Long.MAX_VALUE, Errno.EIO, threads), scenario);
    int failures = 0;
    boolean hasFailed = true;
    for (int n = 1; hasFailed; n++) {
      assertTrue(n < MAX_CALLS, name + ": the calls have no end");
      hasFailed = false;
      for (int errno : errnos(n)) {
        NthCallFails fault = new NthCallFails(n, errno, threads);
        long before = descriptors();
        playOnce(name, fault, scenario);
        if (descriptors() != before) {
          throw new AssertionError(
              name + ", call " + n + " with " + Errno.describe(errno) + " leaves open: " + open(),
              fault.place());
        }
        hasFailed |= fault.hasFailed();
        failures += fault.hasFailed() ? 1 : 0;
      }
    }
    return failures;
  }

  /** What the n-th call of a matrix fails with: one errno by turns, or every one. */
  public static List<Integer> errnos(int n) {
    return FULL ? ERRNOS : List.of(ERRNOS.get(n % ERRNOS.size()));
  }

  private static void playOnce(String name, NthCallFails fault, Scenario scenario) {
    SystemCallFaults.install(fault);
    try {
      scenario.play(fault);
    } catch (Throwable t) {
      AssertionError failed = new AssertionError(name + ": " + t, t);
      if (fault.place() != null) {
        failed.addSuppressed(fault.place());
      }
      throw failed;
    } finally {
      SystemCallFaults.remove();
    }
  }

  /** How many descriptors this process has open. */
  public static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  private static String open() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      for (Path fd : open.toList()) {
        if (Files.isSymbolicLink(fd)) {
          text.append(fd.getFileName()).append(" -> ").append(Files.readSymbolicLink(fd));
          text.append('\n');
        }
      }
    }
    return text.toString();
  }
}
