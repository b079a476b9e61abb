package io.fastvif.benchmarks.agent;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/**
 * Measures the agent's keeper beside the library alone, on a host of its own, in one run, and
 * prints what it took. Needs root.
 *
 * <pre>
 * java -cp fastvif-benchmarks.jar io.fastvif.benchmarks.agent.AgentReport 1000 10000
 * </pre>
 */
public final class AgentReport {
  private static final int TOGETHER = 1_000;
  private static final int DECLARED = 10_000;
  private static final int ROUNDS = 7;
  private static final int LONE = 300;
  private static final int DRIFTS = 200;

  private AgentReport() {}

  /**
   * Prints a line for each thing measured.
   *
   * @param arguments how many VIFs are plugged together, and how many are declared at a restart; by
   *     default 1000 and 10000
   */
  public static void main(String[] arguments) throws IOException {
    List<Integer> counts = List.of(arguments).stream().map(Integer::parseInt).toList();
    int together = counts.isEmpty() ? TOGETHER : counts.getFirst();
    int declared = counts.size() < 2 ? DECLARED : counts.get(1);
    print(System.out, together, declared, ROUNDS, LONE, DRIFTS);
  }

  static void print(PrintStream out, int together, int declared, int rounds, int lone, int drifts)
      throws IOException {
    for (KeptKind kind : KeptKind.values()) {
      Times alone;
      Times kept;
      try (KeptHost host = KeptHost.open()) {
        Plugging plugging = new Plugging(host, kind);
        plugging.one(lone); // loads the classes
        Plugging.Pair ones = plugging.one(lone);
        out.printf("one %s: library %s, keeper %s%n", kind, ones.library(), ones.keeper());
        Plugging.Pair many = plugging.together(together, rounds);
        alone = many.library();
        kept = many.keeper();
      }
      out.printf(
          "%,d %s together, a VIF: library %s, keeper %s: %.2f times%n",
          together, kind, alone, kept, kept.median() / alone.median());
    }
    restart(out, declared, drifts);
  }

  private static void restart(PrintStream out, int declared, int drifts) throws IOException {
    try (KeptHost host = KeptHost.open()) {
      Restarts restarts = new Restarts(host, declared);
      restarts.declare();
      out.printf("%,d declared, start with all of them plugged: %s%n", declared, restarts.start());
      Times repaired = restarts.drift(drifts);
      out.printf("%,d declared, drift repaired: %s, of %,d%n", declared, repaired, drifts);
      restarts.reboot();
      out.printf("%,d declared, the library plugs them: %s%n", declared, restarts.library());
      restarts.reboot();
      out.printf("%,d declared, start with none of them plugged: %s%n", declared, restarts.start());
    }
  }
}
