package io.fastvif.benchmarks.compare;

import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads what the command line selects. */
final class Selection {
  static final int MAX_VIFS = 20_000;
  private static final String LIST_SEPARATOR = ",";

  private Selection() {}

  /** Numbers of VIFs, ascending. */
  static List<Integer> sizes(String option, String value) {
    Set<Integer> sizes = new TreeSet<>();
    for (String word : value.split(LIST_SEPARATOR, -1)) {
      int size = number(word);
      if (size < 1 || size > MAX_VIFS) {
        String expected = "whole numbers from 1 to " + MAX_VIFS + ", separated by commas";
        throw InvalidInputException.ofValue(option, value, "cannot be taken", expected);
      }
      sizes.add(size);
    }
    return List.copyOf(sizes);
  }

  /** A number from 1 to another. */
  static int number(String option, String value, int greatest) {
    int number = number(value);
    if (number < 1 || number > greatest) {
      throw InvalidInputException.ofValue(
          option, value, "cannot be taken", "a whole number from 1 to " + greatest);
    }
    return number;
  }

  private static int number(String word) {
    try {
      return Integer.parseInt(word.strip());
    } catch (NumberFormatException notANumber) {
      return -1;
    }
  }

  /** Names, each one of those known. */
  static Set<String> systems(String option, String value, Set<String> known) {
    Set<String> names = new TreeSet<>();
    for (String word : value.split(LIST_SEPARATOR, -1)) {
      if (!known.contains(word.strip())) {
        String expected = String.join(LIST_SEPARATOR + " ", known) + ", separated by commas";
        throw InvalidInputException.ofValue(option, value, "cannot be taken", expected);
      }
      names.add(word.strip());
    }
    return names;
  }
}
