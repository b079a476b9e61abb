package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Every command and option is in what is installed beside the command: the shells are asked. */
class CommandDocumentsTest {
  private static final List<CommandSpec> COMMANDS = CommandDocuments.all(CommandDocuments.model());

  @TempDir static Path folder;

  @BeforeAll
  static void write() throws IOException {
    CommandDocuments.write(folder);
  }

  @Test
  void allCommandsButThoseOfTheSourceTreeAreInThem() {
    Set<String> names =
        COMMANDS.stream()
            .map(CommandSpec::qualifiedName)
            .filter(name -> !name.equals("fastvif vhost-user"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> expected = new TreeSet<>(Set.of("fastvif"));
    for (Command command : Fastvif.commands()) {
      expected.add("fastvif " + command.name());
    }
    expected.removeAll(Set.of("fastvif bench", "fastvif soak"));
    assertEquals(expected, names);
  }

  @Test
  void everyCommandHasAPageWithAllItsOptions() throws IOException {
    for (CommandSpec command : COMMANDS) {
      String page =
          Files.readString(folder.resolve("manual/" + command.qualifiedName("-") + ".adoc"));
      assertTrue(page.contains("= " + command.qualifiedName("-") + "(1)\n"), page);
      assertTrue(page.contains("\n*2*::\n"), page);
      for (OptionSpec option : command.options()) {
        assertTrue(page.contains("\n*" + option.shortestName() + "*"), page);
        assertTrue(page.contains("*" + option.longestName() + "*"), page);
      }
      for (PositionalParamSpec positional : command.positionalParameters()) {
        assertTrue(page.contains("_" + positional.paramLabel() + "_..."), page);
      }
      for (String below : command.subcommands().keySet()) {
        assertTrue(page.contains("[*" + below + "*]::\n"), page);
      }
    }
  }

  @Test
  void pagesAreTheSameEachTime(@TempDir Path again) throws IOException {
    CommandDocuments.write(again);
    for (CommandSpec command : COMMANDS) {
      Path page = Path.of("manual", command.qualifiedName("-") + ".adoc");
      assertEquals(-1, Files.mismatch(folder.resolve(page), again.resolve(page)), page::toString);
    }
    for (String name : List.of(CommandDocuments.BASH, CommandDocuments.FISH)) {
      Path file = Path.of("completion", name);
      assertEquals(-1, Files.mismatch(folder.resolve(file), again.resolve(file)), name);
    }
  }

  @Test
  void bashCompletesThem() throws Exception {
    StringBuilder script = new StringBuilder("compopt() { :; }\n. " + completion("fastvif") + "\n");
    for (CommandSpec command : COMMANDS) {
      for (String word : List.of("", "-")) {
        String line = command.qualifiedName() + " " + word;
        script.append(
            "COMP_LINE='%s' COMP_WORDS=(%s '%s')\n".formatted(line, command.qualifiedName(), word));
        script.append("COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()\n");
        script.append("_complete_fastvif; echo \"${COMPREPLY[*]}\" | tr '\\n' ' '; echo\n");
      }
    }
    assertComplete(run("bash", "--norc", "-c", script.toString()));
  }

  @Test
  void fishCompletesThem() throws Exception {
    Path fish = Peer.require("fish", "fish").path();
    StringBuilder script = new StringBuilder("source " + completion(CommandDocuments.FISH) + "\n");
    for (CommandSpec command : COMMANDS) {
      for (String word : List.of("", "-")) {
        String line = command.qualifiedName() + " " + word;
        // In an empty folder: it also proposes files where no words are known.
        script.append(
            "string join -- ' ' (complete -C '" + line + "' | string replace -r '\\t.*' '')\n");
        script.append("or echo\n");
      }
    }
    assertComplete(run(fish.toString(), "--no-config", "-c", script.toString()));
  }

  @Test
  void zshCompletesByWayOfBash() throws Exception {
    Path zsh = Peer.require("zsh", "zsh").path();
    Path functions = Files.createDirectories(folder.resolve("share/zsh/vendor-completions"));
    Path bash = Files.createDirectories(folder.resolve("share/bash-completion/completions"));
    Files.copy(folder.resolve("completion/_fastvif"), functions.resolve("_fastvif"));
    Files.copy(folder.resolve("completion/fastvif"), bash.resolve("fastvif"));
    String script =
        """
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "fpath=(%s \\$fpath); autoload -U compinit; compinit -u -D; PS1='THE''RE> '"
        zpty -r z line '*THERE>*' # by now it reads keys, not lines
        zpty -w -n z 'fastvif vf list --cou'$'\\t'
        zpty -w -n z $'\\C-u'"print EN''D"$'\\n'
        zpty -r z line '*END*'
        print -r -- "$line"
        zpty -d z
        """
            .formatted(functions);
    String answer = String.join("\n", run(zsh.toString(), "-f", "-c", script));
    answer = answer.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", ""); // the terminal's escapes
    assertTrue(answer.contains("fastvif vf list --count"), answer);
  }

  private static void assertComplete(List<String> lines) {
    int line = 0;
    for (CommandSpec command : COMMANDS) {
      Set<String> words = new TreeSet<>(command.subcommands().keySet());
      for (PositionalParamSpec positional : command.positionalParameters()) {
        positional.completionCandidates().forEach(words::add);
      }
      assertEquals(words, words(lines.get(line++)), command::qualifiedName);
      Set<String> options = new TreeSet<>();
      command.options().forEach(option -> options.addAll(List.of(option.names())));
      assertEquals(options, words(lines.get(line++)), command::qualifiedName);
    }
    assertEquals(line, lines.size());
  }

  private static Set<String> words(String line) {
    return new TreeSet<>(line.isBlank() ? List.of() : List.of(line.strip().split(" +")));
  }

  private static Path completion(String name) {
    return folder.resolve("completion").resolve(name);
  }

  private static List<String> run(String... command) throws IOException, InterruptedException {
    Path empty = Files.createTempDirectory(folder, "empty");
    Path out = Files.createTempFile(folder, "out", "");
    ProcessBuilder builder = new ProcessBuilder(command).directory(empty.toFile());
    builder.environment().put("HOME", empty.toString());
    builder.environment().put("TERM", "dumb");
    Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
    try {
      assertTrue(process.waitFor(240, TimeUnit.SECONDS), "it hangs: " + command[0]);
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(out);
    assertEquals(0, process.exitValue(), text);
    return text.lines().toList();
  }
}
