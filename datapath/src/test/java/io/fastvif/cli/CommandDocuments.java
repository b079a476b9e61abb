package io.fastvif.cli;

import io.fastvif.FastvifVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * Writes what goes beside the command when it is installed: completion for bash, zsh and fish, and
 * manual pages as AsciiDoc. All of it comes from the model that the command parses with; the build
 * of the packages runs this class.
 */
final class CommandDocuments {
  static final String BASH = "fastvif";
  static final String ZSH = "_fastvif";
  static final String FISH = "fastvif.fish";

  /**
   * zsh takes bash's completion through its own bashcompinit, once it is asked for the first time.
   */
  private static final String ZSH_COMPLETION =
      """
      #compdef fastvif
      # Completion of fastvif for zsh, by way of that for bash, which lies beside this folder.
      autoload -U +X bashcompinit && bashcompinit
      setopt local_options aliases # it has one for bash's compopt
      source ${functions_source[_fastvif]:h:h:h}/bash-completion/completions/fastvif
      _bash_complete -o default -F _complete_fastvif
      """;

  /** Sorted, or each build would write them in another order. */
  private static final Map<String, String> EXIT_CODES =
      new TreeMap<>(
          Map.of(
              "0", "Done.",
              "1", "Something failed; a line says what.",
              "2", "Wrong input or usage, in which case nothing was changed."));

  private CommandDocuments() {}

  /** Writes {@code completion/} and {@code manual/} into a folder. */
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]));
  }

  static void write(Path folder) throws IOException {
    CommandSpec fastvif = model();
    Path completion = Files.createDirectories(folder.resolve("completion"));
    Files.writeString(
        completion.resolve(BASH), AutoComplete.bash(fastvif.name(), fastvif.commandLine()));
    Files.writeString(completion.resolve(ZSH), ZSH_COMPLETION);
    Files.writeString(completion.resolve(FISH), FishCompletion.of(fastvif));
    Path manual = Files.createDirectories(folder.resolve("manual"));
    int status =
        ManPageGenerator.generateManPage(
            manual.toFile(), null, new boolean[0], true, all(fastvif).toArray(CommandSpec[]::new));
    if (status != 0) {
      throw new UncheckedIOException(new IOException("no manual pages: status " + status));
    }
  }

  /** The command as it is installed: without what only the launcher of the source tree starts. */
  static CommandSpec model() {
    List<Command> installed =
        Fastvif.commands().stream()
            .filter(command -> !(command instanceof LauncherCommand))
            .toList();
    CommandSpec fastvif = new Usage(installed, (command, parsed) -> Fastvif.DONE).spec();
    CommandSpec model = new CommandLine(fastvif).getCommandSpec();
    for (CommandSpec command : all(model)) {
      command.version("fastvif " + FastvifVersion.text());
      command.usageMessage().exitCodeListHeading("Exit status%n").exitCodeList(EXIT_CODES);
    }
    return model;
  }

  /** A command with all below it. */
  static List<CommandSpec> all(CommandSpec command) {
    List<CommandSpec> all = new ArrayList<>(List.of(command));
    for (CommandLine below : command.subcommands().values()) {
      all.addAll(all(below.getCommandSpec()));
    }
    return all;
  }
}
