package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.InvalidInputException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick parser takes plain command lines only, and takes them as picocli does. */
class ArgumentsTest {
  /** What picocli makes of a command line; null if it refuses it or shows help. */
  private static Arguments byPicocli(String... line) {
    List<Arguments> parsed = new ArrayList<>();
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Fastvif.usage(
            (command, arguments) -> {
              parsed.add(arguments);
              return Fastvif.DONE;
            })
        .execute(line, nowhere, nowhere);
    return parsed.isEmpty() ? null : parsed.getFirst();
  }

  private static Arguments plain(String... line) {
    return Arguments.ofPlain(Fastvif.command(line[0]), line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plug a.json",
        "plug - --json",
        "plug a b c",
        "plug @file",
        "plug --netns X a",
        "plug a --netns X",
        "plug -o a.b=c a",
        "plug -o a.b=c=d --option e.f= a -o a.b=z",
        "unplug a --netns ./x/y",
        "plan --unplug --json --netns n a",
        "list",
        "list --json --netns n",
        "convert a b",
        "demo",
        "demo --vifs 3 --json --threads 2",
      })
  void plainLinesAreTakenAsPicocliTakesThem(String line) {
    String[] arguments = line.split(" ", -1);
    assertNotNull(plain(arguments));
    assertEquals(byPicocli(arguments), plain(arguments));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plug --netns=X a|plug --netns X a",
        "plug --option=a.b=c a|plug --option a.b=c a",
        "plug -oa.b=c a|plug -o a.b=c a",
        "plug -o=a.b=c a|plug -o a.b=c a",
        "plug -- a|plug a",
        "plug --json -- a -|plug --json a -",
        "demo --vifs=3|demo --vifs 3",
      })
  void otherSpellingsAreLeftToPicocli(String pair) {
    String[] lines = pair.split("\\|", -1);
    assertNull(plain(lines[0].split(" ", -1)));
    assertEquals(plain(lines[1].split(" ", -1)), byPicocli(lines[0].split(" ", -1)));
  }

  @Test
  void aFileBehindTwoDashesMayStartWithADash() {
    assertEquals(List.of("--json"), byPicocli("plug", "--", "--json").files());
    assertNull(plain("plug", "--", "--json"));
  }

  @Test
  void noLineIsTakenInTwoWays() {
    String[] words = {
      "--netns",
      "--netns=n",
      "-o",
      "a.b=c",
      "-oa.b=c",
      "--option",
      "--json",
      "--",
      "-",
      "f",
      "@f",
      "--net",
      "-h",
      "--help",
      "-x",
      "",
      "--unplug",
      "--vifs",
      "3",
      "-o=",
      "\"q\""
    };
    String[] commands = {"plug", "unplug", "plan", "list", "convert", "demo"};
    Random random = new Random(7);
    int taken = 0;
    for (int i = 0; i < 5000; i++) {
      String[] line =
          Stream.concat(
                  Stream.of(commands[random.nextInt(commands.length)]),
                  random.ints(random.nextInt(5), 0, words.length).mapToObj(word -> words[word]))
              .toArray(String[]::new);
      Arguments plain = plain(line);
      if (plain != null) {
        taken++;
        assertEquals(byPicocli(line), plain, () -> String.join(" ", line));
      }
    }
    assertTrue(taken > 300, "plain lines: " + taken);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "1", "20001", "-5", "9999999999", ""})
  void aNumberOutOfItsRangeIsRefused(String value) {
    Option option = Option.value("--vifs", "N", "");
    Arguments arguments = new Arguments();
    arguments.add(option, value);
    InvalidInputException wrong =
        Assertions.assertThrows(
            InvalidInputException.class, () -> arguments.number(option, 500, 2, 20_000));
    assertEquals(
        "--vifs: \"" + value + "\" cannot be taken: expected a whole number from 2 to 20000",
        wrong.getMessage());
  }
}
