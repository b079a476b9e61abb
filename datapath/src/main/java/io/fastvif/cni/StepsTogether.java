package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Steps of one attachment that the same thread does one behind the other, as one step of its plan:
 * on its own each would wake a thread and then the engine. One that fails takes back those before
 * it.
 */
final class StepsTogether implements PluginStep {
  private final List<PluginStep> steps;

  /** Those that have changed something, the last first. */
  private final Deque<PluginStep> done = new ArrayDeque<>();

  StepsTogether(List<PluginStep> steps) {
    this.steps = List.copyOf(steps);
  }

  @Override
  public boolean perform() throws IOException {
    done.clear();
    try {
      for (PluginStep step : steps) {
        if (step.perform()) {
          done.push(step);
        }
      }
    } catch (IOException | RuntimeException | Error failed) {
      takeBack(failed);
      throw failed;
    }
    return !done.isEmpty();
  }

  private void takeBack(Throwable failed) throws IOException {
    try {
      undo();
    } catch (IOException | RuntimeException left) {
      throw new IOException(failed.getMessage() + "; left behind: " + left.getMessage(), failed);
    }
  }

  /** All of them, also if one cannot be. */
  @Override
  public boolean undo() throws IOException {
    boolean changed = false;
    IOException problem = null;
    while (!done.isEmpty()) {
      PluginStep step = done.pop();
      try {
        changed |= step.undo();
      } catch (IOException | RuntimeException failed) {
        IOException own = new IOException(step + ": " + failed.getMessage(), failed);
        if (problem == null) {
          problem = own;
        } else {
          problem.addSuppressed(own);
        }
      }
    }
    if (problem != null) {
      throw problem;
    }
    return changed;
  }

  @Override
  public String toString() {
    return steps.stream().map(PluginStep::toString).collect(Collectors.joining("; "));
  }
}
