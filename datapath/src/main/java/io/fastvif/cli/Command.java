package io.fastvif.cli;

import java.io.PrintWriter;
import java.util.List;

/** A command: its description, and its run. */
abstract class Command {
  static final Option NETNS =
      Option.value(
          "--netns",
          "NAME|PATH",
          "Work in this network namespace: a name as of `ip netns`, or a path.");

  private final String name;
  private final String description;
  private final String files;
  private final List<Option> options;

  /**
   * @param files what its files are; null if it takes none
   */
  Command(String name, String description, String files, Option... options) {
    this.name = name;
    this.description = description;
    this.files = files;
    this.options = List.of(options);
  }

  final String name() {
    return name;
  }

  final String description() {
    return description;
  }

  final String files() {
    return files;
  }

  /** What one of its files is called in the help. */
  String fileLabel() {
    return "FILE";
  }

  /** Lines that show what one of its files holds. */
  List<String> example() {
    return List.of();
  }

  /** The words that the first of its files may be; empty if they are files indeed. */
  List<String> words() {
    return List.of();
  }

  /** Whether it has nothing to do without files. */
  boolean needsFiles() {
    return files != null;
  }

  final List<Option> options() {
    return options;
  }

  /** The option of that name; null if the command has none. */
  final Option option(String argument) {
    for (Option option : options) {
      if (option.isNamed(argument)) {
        return option;
      }
    }
    return null;
  }

  /**
   * Does the command's work.
   *
   * @return the exit status
   */
  abstract int run(Arguments arguments, PrintWriter out, PrintWriter err) throws Exception;
}
