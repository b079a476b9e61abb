package io.fastvif.benchmarks;

import io.fastvif.benchmarks.compare.BenchCommand;
import io.fastvif.benchmarks.soak.SoakCommand;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The commands of {@code fastvif} that are in this module, run as those of {@code datapath} are.
 */
final class Commands {
  private static final int FAILED = 1;
  private static final int WRONG_INPUT = 2;

  private static final Map<String, Supplier<Callable<Integer>>> ALL =
      Map.of("bench", BenchCommand::new, "soak", SoakCommand::new);

  private Commands() {}

  /** Whether there is a command of that name. */
  static boolean has(String name) {
    return ALL.containsKey(name);
  }

  /**
   * Runs a command.
   *
   * @return its exit status
   */
  static int execute(String name, String[] arguments, PrintWriter out, PrintWriter err) {
    CommandLine command = new CommandLine(ALL.get(name).get());
    if (command.getCommandSpec().findOption("--help") == null) {
      command.getCommandSpec().addOption(help());
    }
    return command
        .setCommandName("fastvif " + name)
        .setExpandAtFiles(false)
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler((mistake, all) -> explain(mistake))
        .setExecutionExceptionHandler(Commands::explain)
        .execute(arguments);
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help and exit.")
        .build();
  }

  private static int explain(ParameterException mistake) {
    CommandLine line = mistake.getCommandLine();
    line.getErr().println("fastvif: " + mistake.getMessage());
    line.usage(line.getErr());
    line.getErr().flush();
    return WRONG_INPUT;
  }

  private static int explain(Exception thrown, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    int status = FAILED;
    switch (thrown) {
      case InvalidInputException wrong -> {
        err.println("fastvif: " + wrong.getMessage());
        status = WRONG_INPUT;
      }
      // The one for want of a privilege says so itself.
      case SystemCallException refused -> err.println("fastvif: " + refused.getMessage());
      case IOException failed -> err.println("fastvif: " + failed.getMessage());
      default -> {
        err.println("fastvif: an error of fastvif's own; please report it");
        thrown.printStackTrace(err);
      }
    }
    err.flush();
    return status;
  }
}
