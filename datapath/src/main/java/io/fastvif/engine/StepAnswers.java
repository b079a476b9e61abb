package io.fastvif.engine;

import io.fastvif.engine.side.FailureCause;
import io.fastvif.engine.side.PlanUnderWay;
import io.fastvif.plan.Step;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What became of the steps that other threads did, on its way to the engine's thread. */
final class StepAnswers {
  /** Told what became of a plan's step. */
  interface Handler {
    /**
     * The step has ended.
     *
     * @param changed whether there was something to do
     * @param problem null if the step was done
     * @param note what was left as it is, and why; null for nothing
     */
    void answered(PlanUnderWay plan, Step step, boolean changed, FailureCause problem, String note);

    /** What was in a plan's way has gone, or stays: its step is to be tried again. */
    void released(PlanUnderWay plan);
  }

  /** Without a step, the plan's is to be tried again. */
  record Ended(PlanUnderWay plan, Step step, boolean changed, FailureCause problem, String note) {
    static Ended done(PlanUnderWay plan, Step step, boolean changed) {
      return new Ended(plan, step, changed, null, null);
    }

    static Ended failed(PlanUnderWay plan, Step step, Throwable failed) {
      return new Ended(plan, step, false, FailureCause.of(failed), null);
    }

    static Ended released(PlanUnderWay plan) {
      return new Ended(plan, null, false, null, null);
    }
  }

  private final Runnable onFinished;
  private final ConcurrentLinkedQueue<Ended> finished = new ConcurrentLinkedQueue<>();

  /**
   * @param onFinished called on another thread when there is something to {@link #collect}
   */
  StepAnswers(Runnable onFinished) {
    this.onFinished = onFinished;
  }

  /** From any thread. */
  void add(Ended answer) {
    finished.offer(answer);
    onFinished.run();
  }

  /** Whether {@link #collect} would have something to do. */
  boolean isFinished() {
    return !finished.isEmpty();
  }

  /**
   * Hands on what has ended.
   *
   * @return how many steps that were
   */
  int collect(Handler handler) {
    int count = 0;
    for (Ended answer = finished.poll(); answer != null; answer = finished.poll()) {
      if (answer.step == null) {
        handler.released(answer.plan);
      } else {
        handler.answered(answer.plan, answer.step, answer.changed, answer.problem, answer.note);
      }
      count++;
    }
    return count;
  }
}
