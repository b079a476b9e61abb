package io.fastvif.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** A command whose first argument says which of its subcommands is meant, as in {@code vf list}. */
abstract class ActionCommand extends Command {
  private final List<Subcommand> subcommands;

  /** One of the things that the command does, by its name. */
  record Subcommand(String name, Body body) {
    /**
     * One that changes the host. It ends in order at SIGTERM and SIGINT: what was begun is
     * finished, the rest is not begun, and what became of it is said.
     */
    static Subcommand changing(String name, ChangingBody body) {
      return new Subcommand(
          name,
          (arguments, words, out, err) -> {
            try (EndSignal end = new EndSignal(out, err)) {
              int status = body.run(arguments, words, out, err, end);
              end.ended(status);
              return status;
            }
          });
    }
  }

  /** Does an action. */
  interface Body {
    /**
     * Does it.
     *
     * @param words the arguments after the action's name
     * @return the exit status
     */
    int run(Arguments arguments, List<String> words, PrintWriter out, PrintWriter err);
  }

  /** Changes the host. */
  interface ChangingBody {
    /**
     * As {@link Body#run}.
     *
     * @param end begins nothing more once it is asked for
     */
    int run(
        Arguments arguments, List<String> words, PrintWriter out, PrintWriter err, EndSignal end);
  }

  /**
   * @param words what its arguments are
   * @param subcommands at least two
   */
  ActionCommand(
      String name,
      String description,
      String words,
      List<Subcommand> subcommands,
      Option... options) {
    super(name, description, words, options);
    this.subcommands = subcommands;
  }

  @Override
  final String fileLabel() {
    return "ARGUMENT";
  }

  @Override
  final List<String> words() {
    return subcommands.stream().map(Subcommand::name).toList();
  }

  @Override
  final int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<String> words = arguments.files();
    for (Subcommand subcommand : subcommands) {
      if (subcommand.name().equals(words.getFirst())) {
        return subcommand.body().run(arguments, words.subList(1, words.size()), out, err);
      }
    }
    throw WrongInputException.of(
        name() + ": unknown action '" + words.getFirst() + "': expected " + names());
  }

  private String names() {
    return subcommands.stream()
            .limit(subcommands.size() - 1)
            .map(Subcommand::name)
            .collect(Collectors.joining(", "))
        + " or "
        + subcommands.getLast().name();
  }
}
