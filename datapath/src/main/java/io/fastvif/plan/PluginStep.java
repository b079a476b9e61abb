package io.fastvif.plan;

import java.io.IOException;

/**
 * A step of a plugin's own, for what fastvif's steps cannot do: a device of another sort, a daemon
 * to be told. It may block: it is done on one of the engine's slow threads, in the engine's network
 * namespace, and the plans of other VIFs go on. {@code toString()} says what it does; results and
 * {@code fastvif plan} show it.
 *
 * <p>As all of a plan, a step is a value that does nothing until the engine performs it; planning
 * makes it and must not touch the host. It is performed successfully once at most for each plan,
 * and undone at most once after that. Both are to look at what is there first, so that a plug that
 * is repeated after {@code kill -9} finds its way. What somebody else holds, a lock or a device, is
 * not waited for in the step, which would take one of those few threads: it throws {@link
 * io.fastvif.bindings.HeldException}, and is performed again a little later, for up to 10 s.
 */
public non-sealed interface PluginStep extends Step {

  /**
   * Does the step.
   *
   * @return false if there was nothing to do: then nothing is undone either
   * @throws io.fastvif.bindings.HeldException if somebody else has what it needs: it is performed
   *     again; nothing of it is left
   * @throws IOException if it failed, and nothing of it is left; the operation fails with its words
   */
  boolean perform() throws IOException;

  /**
   * Takes back what {@link #perform} did, because a later step of the plan has failed.
   *
   * @return false if there was nothing to take back
   * @throws IOException if it cannot be taken back: the result then names the step as left behind
   */
  boolean undo() throws IOException;

  /** This step in its place in a plan, with {@link #undo()} as its undo. */
  default PlannedStep planned() {
    return PlannedStep.own(this, new Undo(this));
  }

  /** The step that takes another one back. */
  record Undo(PluginStep step) implements PluginStep {
    @Override
    public boolean perform() throws IOException {
      return step.undo();
    }

    @Override
    public boolean undo() throws IOException {
      return step.perform();
    }

    @Override
    public String toString() {
      return "undo: " + step;
    }
  }
}
