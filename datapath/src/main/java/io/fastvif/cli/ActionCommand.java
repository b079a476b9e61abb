package io.fastvif.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** A command whose first argument says which of its actions is meant, as in {@code vf list}. */
abstract class ActionCommand extends Command {
  private final List<Action> actions;

  /** One of the things that the command does, by its name. */
  record Action(String name, Body body) {
    /**
     * One that changes the host. It ends in order at SIGTERM and SIGINT: what was begun is
     * finished, the rest is not begun, and what became of it is said.
     */
    static Action changing(String name, ChangingBody body) {
      return new Action(
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
   * @param actions at least two
   */
  ActionCommand(
      String name, String description, String words, List<Action> actions, Option... options) {
    super(name, description, words, options);
    this.actions = actions;
  }

  @Override
  final String fileLabel() {
    return "ARGUMENT";
  }

  @Override
  final int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    List<String> words = arguments.files();
    for (Action action : actions) {
      if (action.name().equals(words.getFirst())) {
        return action.body().run(arguments, words.subList(1, words.size()), out, err);
      }
    }
    throw WrongInputException.of(
        name() + ": unknown action '" + words.getFirst() + "': expected " + names());
  }

  private String names() {
    return actions.stream()
            .limit(actions.size() - 1)
            .map(Action::name)
            .collect(Collectors.joining(", "))
        + " or "
        + actions.getLast().name();
  }
}
