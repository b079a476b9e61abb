package io.fastvif.benchmarks;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.util.Arrays;

/** Runs the benchmarks, with JMH's command line; leaves those out that this user may not run. */
public final class Benchmarks {
  private Benchmarks() {}

  /**
   * Equivalent to JMH's own {@code Main}, but for benchmarks that need root.
   *
   * @param arguments JMH's; {@code -h} lists them
   * @throws IOException if JMH cannot read its list of benchmarks or write its results
   */
  public static void main(String[] arguments) throws IOException {
    org.openjdk.jmh.Main.main(isPrivileged() ? arguments : withoutRoot(arguments));
  }

  private static boolean isPrivileged() {
    try {
      Netns.createPrivate().close();
      return true;
    } catch (SystemCallException refused) {
      System.err.println("PlugBenchmark needs root and is left out: " + refused.getMessage());
      return false;
    }
  }

  /** The arguments and the exclusion of what needs root. */
  static String[] withoutRoot(String[] arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "-e";
    all[arguments.length + 1] = "\\.PlugBenchmark\\.";
    return all;
  }
}
