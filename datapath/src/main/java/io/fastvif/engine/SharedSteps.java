package io.fastvif.engine;

import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Where a plan under way stands with what it does for other VIFs too. */
final class SharedSteps {
  private SharedSteps() {}

  /**
   * Whether a shared step is the next to be undone, or, once it is decided that shared steps are to
   * be undone, is among those left; the plan's own steps may come between.
   */
  static boolean areTakenBack(List<PlannedStep> steps, BitSet done, int cursor, boolean decided) {
    IntStream due = decided ? done.get(0, cursor + 1).stream() : IntStream.of(cursor);
    return due.anyMatch(place -> steps.get(place).shared());
  }

  /** Whether the plan has marked a link that others share, and not taken the mark off yet. */
  static boolean areMarked(List<PlannedStep> steps, int cursor) {
    return steps.subList(0, cursor).stream()
            .anyMatch(step -> step.shared() && step.step() instanceof NetlinkStep.AddAltname)
        && steps.subList(cursor, steps.size()).stream()
            .anyMatch(step -> step.shared() && step.step() instanceof NetlinkStep.DeleteAltname);
  }
}
