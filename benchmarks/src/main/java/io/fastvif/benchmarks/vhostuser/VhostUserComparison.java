package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** {@code fastvif bench --vhost-user}. */
public final class VhostUserComparison {
  private static final String ONE_CORE = "one-core";
  private static final String TWO_CORES = "two-cores";
  private static final String TWO_LOOPS = "two-loops";
  private static final String TAP = "tap";

  /** The names of the tables. */
  public static final Set<String> TABLES =
      new LinkedHashSet<>(List.of(ONE_CORE, TWO_CORES, TWO_LOOPS, TAP));

  private static final int PAIRS = 100;
  private static final int QUICK_PAIRS = 40;
  private static final int TAP_MILLIS = 1000;
  private static final int QUICK_TAP_MILLIS = 200;

  private final Programs programs;
  private final Path folder;
  private final PrintWriter out;
  private final PrintWriter err;
  private boolean failed;

  /** Measures a row of a table. */
  private interface Measurement {
    String measure(Row row) throws IOException, InterruptedException;
  }

  /**
   * Prepares the comparison.
   *
   * @param folder for sockets, programs and outputs
   * @param out takes the tables, as Markdown
   * @param err takes what goes wrong
   * @throws InvalidInputException if this cannot be measured here
   * @throws IOException if the folder cannot be written
   */
  public VhostUserComparison(Path folder, PrintWriter out, PrintWriter err) throws IOException {
    Programs.missing()
        .ifPresent(
            packages -> {
              throw InvalidInputException.ofValue(
                  "--vhost-user", "DPDK", "is not installed", "the Debian packages " + packages);
            });
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw InvalidInputException.ofValue(
          "--vhost-user", "1 processor", "is too few", "two processors");
    }
    programs = new Programs(folder);
    this.folder = folder;
    this.out = out;
    this.err = err;
  }

  /**
   * Measures both by turns, on one core and on two, then the calls of a tap, and prints the tables.
   *
   * @param rounds how often all is measured
   * @param quick whether with fewer samples, and without the long frames
   * @param wanted which of {@link #TABLES}
   */
  public void run(int rounds, boolean quick, Set<String> wanted) {
    out.printf("DPDK %s, JDK %s%n", Programs.dpdkVersion(), Runtime.version());
    int pairs = quick ? QUICK_PAIRS : PAIRS;
    run(rounds, Row.all(quick), pairs, true, wanted);
    if (wanted.contains(TAP)) {
      tap(quick ? QUICK_TAP_MILLIS : TAP_MILLIS);
    }
  }

  /** Measures the system calls of a tap. */
  void tap(int millis) {
    out.println();
    out.print(TapCalls.TITLE);
    try {
      TapCalls.measure(programs, millis).forEach(out::println);
    } catch (IOException | RuntimeException e) {
      failed = true;
      out.println("| a tap | failed |");
      err.println("a tap: " + e);
    }
    out.flush();
    err.flush();
  }

  /** Measures some rows. */
  void run(int rounds, List<Row> rows, int pairs, boolean warm) {
    run(rounds, rows, pairs, warm, TABLES);
  }

  private void run(int rounds, List<Row> rows, int pairs, boolean warm, Set<String> wanted) {
    OneCore oneCore = new OneCore(programs, folder, pairs, warm);
    TwoCores twoCores = new TwoCores(programs, folder, pairs, warm);
    TwoLoops twoLoops = new TwoLoops(programs, folder, pairs, warm);
    for (int round = 0; round < rounds; round++) {
      if (wanted.contains(ONE_CORE)) {
        table(OneCore.TITLE, rows, oneCore::measure);
      }
      if (wanted.contains(TWO_CORES)) {
        table(TwoCores.TITLE, rows, twoCores::measure);
      }
      if (wanted.contains(TWO_LOOPS)) {
        table(TwoLoops.TITLE, Row.forwarded(rows), twoLoops::measure);
      }
    }
  }

  private void table(String title, List<Row> rows, Measurement measurement) {
    out.println();
    out.print(title);
    for (Row row : rows) {
      try {
        out.println(measurement.measure(row));
      } catch (InterruptedException e) {
        throw new IllegalStateException(Child.interrupted(e));
      } catch (IOException | RuntimeException e) {
        failed = true;
        out.println("| " + row + " | failed |");
        err.println(row + ": " + e);
      }
      out.flush();
    }
    err.flush();
  }

  /**
   * Whether a measurement has failed.
   *
   * @return true if a row of the tables lacks its figures
   */
  public boolean hasFailed() {
    return failed;
  }
}
