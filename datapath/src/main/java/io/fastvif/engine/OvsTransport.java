package io.fastvif.engine;

import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.Step;

/**
 * All that the engine asks of Open vSwitch. Unlike the kernel it answers later, so that plans for
 * other things go on while it does not answer at all. Used by the engine's thread alone, but for
 * {@link #snapshot()}.
 */
interface OvsTransport extends AutoCloseable {

  /** Told what became of a plan's step. */
  interface Answers {
    /** The step was done and changed something. */
    void done(PlanExecution plan, Step step);

    /** There was nothing to do. */
    void satisfied(PlanExecution plan, Step step);

    /** The step failed, and nothing of it was done. */
    void failed(PlanExecution plan, Step step, String problem);

    /** The step was asked for, and nobody knows whether it was done, or will be. */
    void unknown(PlanExecution plan, Step step, String problem);
  }

  /** No Open vSwitch: every step on it fails. */
  static OvsTransport none(String reason) {
    return new NoOvs(reason);
  }

  /** Takes a step that changes or awaits Open vSwitch; it is answered by a later {@link #work}. */
  void add(PlanExecution plan, Step step);

  /**
   * Hands on what was answered, and sends what has gathered unless something is under way.
   *
   * @return how many steps were answered
   */
  int work(Answers answers);

  /** Whether {@link #work} would have something to do. */
  boolean isReady();

  /** Reads the rows, for planning; from any thread. */
  OvsSnapshot snapshot();

  @Override
  void close();
}
