package io.fastvif.cli;

import java.io.PrintWriter;

/** A command of another module: the launcher script starts it there, this one only lists it. */
final class LauncherCommand extends Command {
  LauncherCommand(String name, String description) {
    super(name, description, null);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    err.println(
        "fastvif: "
            + name()
            + " is not in this jar but in that of the module benchmarks, which the script fastvif"
            + " of the source tree starts");
    return Fastvif.WRONG_INPUT;
  }
}
