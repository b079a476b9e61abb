package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.FastvifVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Help, and what is said of command lines that are wrong. */
class UsageTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plug",
        "unplug",
        "plan",
        "list",
        "vf",
        "convert",
        "demo",
        "representor",
        "eswitch"
      })
  void everyCommandHasHelp(String command) {
    for (String option : new String[] {"-h", "--help"}) {
      CommandRun help = CommandRun.of(command, option).expect(Fastvif.DONE);
      assertTrue(help.out().startsWith("Usage: fastvif " + command + " "), help.out());
      for (Option each : Fastvif.command(command).options()) {
        assertTrue(help.out().contains(each.name()), help.out());
      }
      assertEquals("", help.err());
    }
    assertTrue(CommandRun.of("--help").out().contains("\n  " + command + " "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help"})
  void groupsOfCommandsHaveHelp(String option) {
    CommandRun group = CommandRun.of("vhost-user", option).expect(Fastvif.DONE);
    assertTrue(group.out().startsWith("Usage: fastvif vhost-user "), group.out());
    assertTrue(group.out().contains("\n  serve "), group.out());
    CommandRun serve = CommandRun.of("vhost-user", "serve", option).expect(Fastvif.DONE);
    assertTrue(serve.out().startsWith("Usage: fastvif vhost-user serve "), serve.out());
    assertTrue(CommandRun.of(option).out().contains("\n  vhost-user "));
  }

  @Test
  void theHelpOfPlugShowsAVifThatCanBePlugged(@TempDir Path folder) throws IOException {
    String help = CommandRun.of("plug", "--help").out();
    Path vif = Files.writeString(folder.resolve("vif.json"), help.substring(help.indexOf("\n{")));
    CommandRun plan = CommandRun.of("plan", vif.toString()).expect(Fastvif.DONE);
    assertTrue(plan.out().contains("create tap tap7204e52d"), plan.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help"})
  void theWholeHasHelp(String option) {
    CommandRun help = CommandRun.of(option).expect(Fastvif.DONE);
    assertTrue(help.out().startsWith("Usage: fastvif "), help.out());
    assertTrue(
        help.out().contains("Exit status: 0 done, 1 something failed, 2 wrong input or usage."));
    assertEquals("", help.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-V", "--version"})
  void theVersionIsShown(String option) {
    CommandRun version = CommandRun.of(option).expect(Fastvif.DONE);
    assertEquals("fastvif " + FastvifVersion.text(), version.lines().getFirst());
    assertTrue(version.lines().get(1).startsWith("Java " + Runtime.version()), version.out());
    assertTrue(version.lines().get(2).startsWith("Linux "), version.out());
    assertEquals("", version.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                        | Missing required subcommand",
        "pulg                      | Unknown command: 'pulg'",
        "--json                    | Unknown option: '--json'",
        "plan --foo x              | Unknown option: '--foo'",
        "plug                      | Missing required parameter: 'FILE'",
        "unplug                    | Missing required parameter: 'FILE'",
        "plan --json               | Missing required parameter: 'FILE'",
        "convert                   | Missing required parameter: 'FILE'",
        "plug --netns              | Missing required parameter for option '--netns' (NAME|PATH)",
        "plug -o                   | Missing required parameter for option '--option'",
        "plug x --netns --json     | Expected parameter for option '--netns' but found '--json'",
        "list --netns a --netns b  | option '--netns' (NAME|PATH) should be specified only once",
        "list --json --json        | option '--json' should be specified only once",
        "list extra                | Unmatched argument at index 1: 'extra'",
        "vhost-user                | Missing required subcommand",
        "vhost-user serve          | Missing required parameter: 'FILE'",
        "vhost-user serve --idle   | Missing required parameter for option '--idle' (WAY)",
        "demo --vifs               | Missing required parameter for option '--vifs' (N)",
      })
  void mistakesAreNamedAboveTheUsage(String line, String message) {
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ", -1);
    CommandRun wrong = CommandRun.of(arguments).expect(Fastvif.WRONG_INPUT);
    assertTrue(wrong.err().startsWith("fastvif: " + message), wrong.err());
    assertTrue(wrong.err().contains("\nUsage: fastvif "), wrong.err());
    assertEquals("", wrong.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bench", "soak"})
  void commandsOfTheOtherModuleAreListedAndPointThere(String command) {
    assertTrue(CommandRun.of("--help").out().contains("\n  " + command + " "));
    for (String option : new String[] {"--help", "--vifs"}) {
      CommandRun refused = CommandRun.of(command, option, "7").expect(Fastvif.WRONG_INPUT);
      assertTrue(refused.err().startsWith("fastvif: " + command + " is not in this jar"), option);
      assertEquals("", refused.out());
    }
  }
}
