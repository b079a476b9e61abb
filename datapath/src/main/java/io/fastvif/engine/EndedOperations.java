package io.fastvif.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Operations that have ended, and of which nobody was told yet. Those that end in one round are
 * told of together: who waits for them is woken once, and finds the others ended too. Used by the
 * engine's thread alone.
 */
final class EndedOperations {
  private final Consumer<Throwable> errorHandler;
  private final List<Runnable> telling = new ArrayList<>();

  /**
   * @param errorHandler told what is thrown by those that tell
   */
  EndedOperations(Consumer<Throwable> errorHandler) {
    this.errorHandler = errorHandler;
  }

  /** Takes what tells of one: see {@link PlugOperation#ended}. */
  void add(Runnable telling) {
    this.telling.add(telling);
  }

  /** Tells of all. */
  void tell() {
    for (int i = 0; i < telling.size(); i++) {
      try {
        telling.get(i).run();
      } catch (RuntimeException | Error thrown) {
        errorHandler.accept(thrown);
      }
    }
    telling.clear();
  }
}
