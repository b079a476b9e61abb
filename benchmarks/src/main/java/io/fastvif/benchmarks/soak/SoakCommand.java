package io.fastvif.benchmarks.soak;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fastvif soak}: random work under everything that can go wrong, checked all the time. */
@Command(
    name = "soak",
    description =
        "Plug and unplug VIFs at random in a private network namespace, with failures, a second"
            + " actor, lost events, cancelled callers and engine restarts, and check every"
            + " invariant. Needs root. Exits with 1 if one is violated.")
public final class SoakCommand implements Callable<Integer> {
  private static final String AGENT = "--agent";
  private static final int MAX_SECONDS = 24 * 3600;
  private static final int GOOD = 0;
  private static final int VIOLATED = 1;
  private static final double MILLIS_PER_MINUTE = 60_000;
  private static final int MAX_VIFS = 4000;
  private static final int MAX_THREADS = 64;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "How long to submit operations (${DEFAULT-VALUE}).")
  private double minutes = 2;

  @Option(
      names = AGENT,
      arity = "0..1",
      fallbackValue = "120",
      paramLabel = "SECONDS",
      description =
          "Soak the agent instead, as a process, for so long (${FALLBACK-VALUE}): clients over its"
              + " socket, changes by hand and restarts. Without --minutes and --log.")
  private Integer agentSeconds;

  @Option(
      names = "--vifs",
      paramLabel = "N",
      description = "How many VIFs there are (1 to 4000; ${DEFAULT-VALUE}).")
  private int vifs = 600;

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "How many threads submit operations (1 to 64; ${DEFAULT-VALUE}).")
  private int threads = 4;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of the random streams (drawn and printed unless given).")
  private Long seed;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Write the latencies to FILE as an HdrHistogram log.")
  private Path log;

  @Option(names = "--json", description = "Print the figures as JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** Made by picocli. */
  public SoakCommand() {}

  /**
   * Runs the soak.
   *
   * @return 0 after a good run, 1 if an invariant was violated or it could not be run
   * @throws InterruptedException if this thread is interrupted
   */
  @Override
  public Integer call() throws InterruptedException {
    CommandLine line = spec.commandLine();
    require(minutes > 0 && minutes <= 24 * 60, "--minutes: above 0, at most 1440");
    require(vifs >= 1 && vifs <= MAX_VIFS, "--vifs: 1 to 4000");
    require(threads >= 1 && threads <= MAX_THREADS, "--threads: 1 to 64");
    long drawn = seed == null ? ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE) : seed;
    Duration duration = Duration.ofMillis((long) (minutes * MILLIS_PER_MINUTE));
    if (agentSeconds != null) {
      require(agentSeconds >= 1 && agentSeconds <= MAX_SECONDS, AGENT + ": 1 to 86400 seconds");
      require(log == null, AGENT + ": cannot be combined with --log");
      duration = Duration.ofSeconds(agentSeconds);
    }
    SoakOptions options =
        new SoakOptions(duration, vifs, threads, drawn, SoakOptions.ANSWER_WITHIN, log);
    PrintWriter out = line.getOut();
    PrintWriter err = line.getErr();
    try {
      if (agentSeconds != null) {
        return soakAgent(options, out, err);
      }
      SoakReport report = new Soak(options, SoakEngine::start, new SoakProgress(err)).run();
      if (json) {
        out.println(report.json());
      } else {
        report.print(out);
      }
      out.flush();
      report.printViolations(err);
      err.flush();
      return report.isGood() ? GOOD : VIOLATED;
    } catch (SystemCallException refused) {
      String hint = refused.errno() == Errno.EPERM ? "; this needs root" : "";
      err.println("fastvif: " + refused.getMessage() + hint);
    } catch (IOException failed) {
      err.println("fastvif: " + failed.getMessage());
    }
    err.flush();
    return VIOLATED;
  }

  private int soakAgent(SoakOptions options, PrintWriter out, PrintWriter err)
      throws IOException, InterruptedException {
    AgentSoakReport report = new AgentSoak(options, new SoakProgress(err)).run();
    if (json) {
      out.println(report.json());
    } else {
      report.print(out);
    }
    out.flush();
    report.printViolations(err);
    err.flush();
    return report.isGood() ? GOOD : VIOLATED;
  }

  private void require(boolean good, String expected) {
    if (!good) {
      throw new ParameterException(spec.commandLine(), expected);
    }
  }
}
