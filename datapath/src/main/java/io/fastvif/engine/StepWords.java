package io.fastvif.engine;

import io.fastvif.plan.Step;

/** What a step is in words, also of a plugin's step that has none. */
final class StepWords {
  private StepWords() {}

  /** Never null: who has no words for a failed step would take it for done. */
  static String of(Step step) {
    String words = null;
    try {
      words = step.toString();
    } catch (RuntimeException | Error speechless) {
      // a plugin's own: the step ends as it has to all the same
    }
    return words == null ? "a step of " + step.getClass().getName() : words;
  }
}
