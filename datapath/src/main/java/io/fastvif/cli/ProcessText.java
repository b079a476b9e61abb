package io.fastvif.cli;

import io.fastvif.files.HostPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words and variables that the process was started with, as UTF-8. In a locale with another
 * encoding, such as C, Java has lost those characters that are not ASCII; procfs still has them.
 */
final class ProcessText {
  private ProcessText() {}

  /** The arguments of {@code main}, as they were given. */
  static String[] arguments(String[] given) {
    if (Arrays.stream(given).allMatch(ProcessText::isWhole)) {
      return given;
    }
    List<String> words = read("/proc/self/cmdline");
    int first = words.size() - given.length;
    if (first < 0) {
      return given;
    }
    String[] whole = words.subList(first, words.size()).toArray(String[]::new);
    for (int i = 0; i < whole.length; i++) {
      if (isWhole(given[i]) && !given[i].equals(whole[i])) {
        return given; // the JVM has got them from elsewhere, such as a file of arguments
      }
    }
    return whole;
  }

  /** The environment. */
  static Map<String, String> environment() {
    if (HostPath.isPlain("\u00fc")) {
      return System.getenv();
    }
    Map<String, String> variables = new HashMap<>(System.getenv());
    for (String variable : read("/proc/self/environ")) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        variables.replace(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return variables;
  }

  private static boolean isWhole(String text) {
    return HostPath.isPlain(text);
  }

  private static List<String> read(String file) {
    try {
      String text = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
      return List.of(text.split("\0", -1))
          .subList(0, (int) text.chars().filter(c -> c == 0).count());
    } catch (IOException noProcfs) {
      return List.of();
    }
  }
}
