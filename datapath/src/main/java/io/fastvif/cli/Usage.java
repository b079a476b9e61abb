package io.fastvif.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * The whole command line as picocli takes it: help, abbreviated forms, and what to say of mistakes.
 * Built from the commands' own descriptions, without annotations, which are read by reflection.
 */
final class Usage {
  private final List<Command> commands;

  Usage(List<Command> commands) {
    this.commands = commands;
  }

  int execute(String[] arguments, PrintWriter out, PrintWriter err) {
    CommandSpec spec = CommandSpec.create().name("fastvif");
    spec.usageMessage()
        .description(
            "Plugs virtual network interfaces into this host's data plane, from os-vif's JSON.")
        .footer("Exit status: 0 done, 1 something failed, 2 wrong input or usage.");
    spec.addOption(help());
    for (Command command : commands) {
      spec.addSubcommand(command.name(), spec(command, out, err));
    }
    return new CommandLine(spec).setOut(out).setErr(err).execute(arguments);
  }

  private static CommandSpec spec(Command command, PrintWriter out, PrintWriter err) {
    CommandSpec[] made = new CommandSpec[1];
    Callable<Integer> run =
        () -> {
          ParseResult parsed = made[0].commandLine().getParseResult();
          return Fastvif.run(command, arguments(command, parsed), out, err);
        };
    CommandSpec spec = CommandSpec.wrapWithoutInspection(run).name(command.name());
    made[0] = spec;
    spec.usageMessage().description(command.description());
    spec.addOption(help());
    for (Option option : command.options()) {
      spec.addOption(spec(option));
    }
    if (command.files() != null) {
      spec.addPositional(
          PositionalParamSpec.builder()
              .paramLabel("FILE")
              .arity("1..*")
              .type(List.class)
              .auxiliaryTypes(String.class)
              .description(command.files())
              .build());
    }
    return spec;
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help and exit.")
        .build();
  }

  private static OptionSpec spec(Option option) {
    OptionSpec.Builder builder =
        option.shortName() == null
            ? OptionSpec.builder(option.name())
            : OptionSpec.builder(option.shortName(), option.name());
    builder.description(option.description());
    if (option.parameter() != null) {
      builder.paramLabel(option.parameter()).type(List.class).auxiliaryTypes(String.class);
    }
    return builder.build();
  }

  private static Arguments arguments(Command command, ParseResult parsed) {
    Arguments arguments = new Arguments();
    for (Option option : command.options()) {
      if (option.parameter() == null) {
        if (parsed.matchedOptionValue(option.name(), false)) {
          arguments.add(option, "");
        }
      } else {
        List<String> values = parsed.matchedOptionValue(option.name(), List.of());
        values.forEach(value -> arguments.add(option, value));
      }
    }
    if (command.files() != null) {
      List<String> files = parsed.matchedPositionalValue(0, List.of());
      files.forEach(arguments::addFile);
    }
    return arguments;
  }
}
