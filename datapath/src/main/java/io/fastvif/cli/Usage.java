package io.fastvif.cli;

import io.fastvif.FastvifVersion;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The whole command line as picocli takes it: help, other spellings, and what to say of mistakes.
 * Built from the commands' own descriptions, without annotations, which are read by reflection.
 */
final class Usage {
  private static final Map<String, String> GROUPS =
      Map.of("vhost-user", "Serve vhost-user ports, and look at those of others.");

  private final List<Command> commands;
  private final Runner runner;

  /** Runs a command with its arguments. */
  interface Runner {
    /** Returns the exit status. */
    int run(Command command, Arguments arguments);
  }

  Usage(List<Command> commands, Runner runner) {
    this.commands = commands;
    this.runner = runner;
  }

  int execute(String[] arguments, PrintWriter out, PrintWriter err) {
    return new CommandLine(spec())
        .setExpandAtFiles(false) // a file may be named so
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler((mistake, all) -> explain(mistake))
        .execute(arguments);
  }

  /** The whole as picocli's model, from which completion and manual pages are made too. */
  CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("fastvif").version(version());
    spec.usageMessage()
        .description(
            "Plugs virtual network interfaces into this host's data plane, from os-vif's JSON.")
        .footer("Exit status: 0 done, 1 something failed, 2 wrong input or usage.");
    spec.addOption(help());
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Show the versions of fastvif, Java and the kernel, and exit.")
            .build());
    spec.addOption(
        OptionSpec.builder(Fastvif.TRACE)
            .description(
                "Show on standard error what the command says to the kernel, to Open vSwitch's"
                    + " database, to lldpad and to vhost-user peers, each with its answer and"
                    + " time.")
            .build());
    for (Command command : commands) {
      int space = command.name().indexOf(' ');
      CommandSpec parent = space < 0 ? spec : group(spec, command.name().substring(0, space));
      parent.addSubcommand(command.name().substring(space + 1), spec(command));
    }
    return spec;
  }

  private static String[] version() {
    return new String[] {
      "fastvif " + FastvifVersion.text(),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vendor"),
      System.getProperty("os.name")
          + " "
          + System.getProperty("os.version")
          + ", "
          + System.getProperty("os.arch"),
    };
  }

  /** The group of commands of that name. */
  private static CommandSpec group(CommandSpec spec, String name) {
    CommandLine known = spec.subcommands().get(name);
    if (known != null) {
      return known.getCommandSpec();
    }
    CommandSpec group = CommandSpec.create().name(name);
    group.usageMessage().description(GROUPS.get(name));
    group.addOption(help());
    spec.addSubcommand(name, group);
    return group;
  }

  private static int explain(ParameterException mistake) {
    CommandLine at = mistake.getCommandLine();
    String problem = mistake.getMessage();
    if (at.getParent() == null && mistake instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().getFirst();
      if (!first.startsWith("-")) {
        problem = "Unknown command: '" + first + "'";
      }
    }
    at.getErr().println("fastvif: " + problem);
    at.usage(at.getErr());
    return Fastvif.WRONG_INPUT;
  }

  private CommandSpec spec(Command command) {
    CommandSpec[] made = new CommandSpec[1];
    Callable<Integer> run =
        () -> {
          ParseResult parsed = made[0].commandLine().getParseResult();
          return runner.run(command, arguments(command, parsed));
        };
    CommandSpec spec =
        CommandSpec.wrapWithoutInspection(run)
            .name(command.name().substring(command.name().indexOf(' ') + 1));
    made[0] = spec;
    spec.usageMessage().description(command.description());
    spec.usageMessage().footer(command.example().toArray(String[]::new));
    spec.addOption(help());
    for (Option option : command.options()) {
      spec.addOption(spec(option));
    }
    if (command.files() != null) {
      spec.addPositional(
          PositionalParamSpec.builder()
              .paramLabel(command.fileLabel())
              .arity(command.needsFiles() ? "1..*" : "0..*")
              .required(command.needsFiles())
              .type(List.class)
              .auxiliaryTypes(String.class)
              .completionCandidates(command.words())
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
      builder.paramLabel(option.parameter());
      builder.arity(option.values() == Option.Values.LIST ? "1..*" : "1");
      if (option.isRepeatable()) {
        builder.type(List.class).auxiliaryTypes(String.class);
      } else {
        builder.type(String.class);
      }
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
      } else if (!option.isRepeatable()) {
        String value = parsed.matchedOptionValue(option.name(), null);
        if (value != null) {
          arguments.add(option, value);
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
