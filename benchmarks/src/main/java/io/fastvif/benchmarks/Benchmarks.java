package io.fastvif.benchmarks;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Starts what is in this module: one of its {@code fastvif} commands if the first argument names
 * one, otherwise the JMH benchmarks, with JMH's command line, without those that this user may not
 * run.
 */
public final class Benchmarks {
  private Benchmarks() {}

  /**
   * Runs a command and exits with its status, or is equivalent to JMH's own {@code Main}.
   *
   * @param arguments a command's name and its arguments, or JMH's; {@code -h} lists them
   * @throws IOException if JMH cannot read its list of benchmarks or write its results
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length > 0 && Commands.has(arguments[0])) {
      String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
      int status = Commands.execute(arguments[0], rest, utf8(System.out), utf8(System.err));
      System.exit(status);
    }
    org.openjdk.jmh.Main.main(isPrivileged() ? arguments : withoutRoot(arguments));
  }

  private static PrintWriter utf8(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static boolean isPrivileged() {
    try {
      Netns.createPrivate().close();
      return true;
    } catch (SystemCallException refused) {
      System.err.println(
          "PlugBenchmark and SnapshotBenchmark need root and are left out: "
              + refused.getMessage());
      return false;
    }
  }

  /** The arguments and the exclusion of what needs root. */
  static String[] withoutRoot(String[] arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "-e";
    all[arguments.length + 1] = "\\.(Plug|Snapshot)Benchmark\\.";
    return all;
  }
}
