package io.fastvif.cli;

import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Completion for fish, which picocli does not write, from picocli's model. */
final class FishCompletion {
  private static final String FUNCTIONS =
      """
      # Completion of fastvif for fish.

      # Prints the words before the cursor that are no options.
      function __fastvif_words
          for word in (commandline -opc)[2..]
              string match -q -- '-*' $word; or echo $word
          end
      end

      # Whether these are all words that there are.
      function __fastvif_words_are
          set -l words (__fastvif_words)
          test "$argv" = "$words"
      end

      # Whether the words begin with these.
      function __fastvif_words_begin
          set -l words (__fastvif_words)
          set -l wanted (count $argv)
          test (count $words) -ge $wanted
          and test "$argv" = "$words[1..$wanted]"
      end

      """;

  /** Not the dots in {@code `ip ... vf N mac`}. */
  private static final Pattern SENTENCE_END = Pattern.compile("(?<!\\.)\\. ");

  private FishCompletion() {}

  static String of(CommandSpec fastvif) {
    StringBuilder text = new StringBuilder(FUNCTIONS);
    for (CommandSpec command : CommandDocuments.all(fastvif)) {
      describe(command, text);
    }
    return text.toString();
  }

  private static void describe(CommandSpec command, StringBuilder text) {
    String words = words(command);
    String here = ("__fastvif_words_are " + words).strip();
    command
        .subcommands()
        .forEach(
            (name, below) -> {
              String what = first(below.getCommandSpec().usageMessage().description());
              line(text, here, "-f -a " + quoted(name) + " -d " + quoted(what));
            });
    for (PositionalParamSpec positional : command.positionalParameters()) {
      if (positional.completionCandidates() != null) {
        for (String word : positional.completionCandidates()) {
          line(text, here, "-f -a " + quoted(word));
        }
      }
    }
    // The options of the whole stand before a command only.
    StringBuilder at = new StringBuilder(here);
    if (!words.isEmpty()) {
      at = new StringBuilder("__fastvif_words_begin ").append(words);
      for (String below : command.subcommands().keySet()) {
        at.append("; and not __fastvif_words_begin ").append(words).append(' ').append(below);
      }
    }
    for (OptionSpec option : command.options()) {
      line(text, at.toString(), option(option));
    }
  }

  private static String option(OptionSpec option) {
    StringBuilder names = new StringBuilder();
    for (String name : option.names()) {
      names.append(name.startsWith("--") ? "-l " : "-s ");
      names.append(name.substring(name.startsWith("--") ? 2 : 1)).append(' ');
    }
    String value = option.arity().min() == 0 ? "" : "-r ";
    return names + value + "-d " + quoted(first(option.description()));
  }

  private static void line(StringBuilder text, String condition, String rest) {
    text.append("complete -c fastvif -n ").append(quoted(condition)).append(' ');
    text.append(rest).append('\n');
  }

  /** The command's words without the first, which is fastvif. */
  private static String words(CommandSpec command) {
    String all = command.qualifiedName();
    int space = all.indexOf(' ');
    return space < 0 ? "" : all.substring(space + 1);
  }

  /** The first sentence, without its stop: there is one line for it. */
  private static String first(String[] description) {
    String sentence = SENTENCE_END.split(String.join(" ", description), 2)[0];
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
