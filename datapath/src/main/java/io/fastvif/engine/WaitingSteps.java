package io.fastvif.engine;

import io.fastvif.engine.StepAnswers.Ended;
import io.fastvif.engine.kernel.Ownership;
import io.fastvif.engine.kernel.Retries;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.engine.local.StepWait;
import io.fastvif.engine.side.HelperThreads;
import io.fastvif.engine.side.PlanUnderWay;
import io.fastvif.netns.NetnsStay;
import io.fastvif.plan.WaitingStep;
import io.fastvif.trace.Tracing;
import java.io.IOException;

/**
 * Does the steps that wait for somebody else: another process, a switch. No thread waits with them:
 * they are looked at now and then, each look in the engine's network namespace, by threads that do
 * nothing else and so are there when a time is up, whatever the slow steps are held up by.
 */
final class WaitingSteps implements Retries {
  /** How long a tap that another process is making may take to get its owner's mark. */
  private static final long RELEASE_NANOS = 500_000_000L;

  private static final long RELEASE_PAUSE_NANOS = 1_000_000L;

  private final Transport transport;
  private final StepAnswers answers;
  private final HelperThreads helpers;

  /** The engine that waits no longer; null until then. */
  private volatile EngineName stopped;

  WaitingSteps(Transport transport, StepAnswers answers, HelperThreads helpers) {
    this.transport = transport;
    this.answers = answers;
    this.helpers = helpers;
  }

  void begin(PlanUnderWay plan, WaitingStep step) {
    StepWait wait = transport.begin(step);
    try {
      helpers.look(() -> look(plan, step, wait), 0);
    } catch (RuntimeException | Error noThread) {
      wait.close();
      throw noThread;
    }
  }

  /** Runs work after that time; false if the engine waits no longer. */
  boolean later(Runnable work, long nanos) {
    if (stopped != null) {
      return false;
    }
    helpers.look(work, nanos);
    return true;
  }

  /** Ends all that is waited for, at its next look: it fails, and is taken back. */
  void stop(EngineName engine) {
    stopped = engine;
  }

  private void look(PlanUnderWay plan, WaitingStep step, StepWait wait) {
    Ended answer = lookNow(plan, step, wait);
    if (answer == null) {
      try {
        helpers.look(() -> look(plan, step, wait), wait.pauseNanos());
        return;
      } catch (RuntimeException | Error noThread) {
        answer = Ended.failed(plan, step, noThread);
      }
    }
    try {
      wait.close();
    } finally {
      answers.add(answer);
    }
  }

  /** Null while it is to be looked at again. */
  @SuppressWarnings("try") // it ends with the block
  private Ended lookNow(PlanUnderWay plan, WaitingStep step, StepWait wait) {
    try (Tracing.Scope scope = Tracing.forVif(plan.vifId());
        NetnsStay there = helpers.enter()) {
      EngineName engine = stopped;
      if (engine != null) {
        wait.giveUp(engine + " was closed meanwhile");
      }
      StepWait.State state = wait.look();
      return state == StepWait.State.WAITING
          ? null
          : Ended.done(plan, step, state == StepWait.State.CHANGED);
    } catch (IOException | RuntimeException | Error failed) {
      return Ended.failed(plan, step, failed);
    }
  }

  @Override
  public void awaitRelease(PlanUnderWay plan, int index) {
    String vifId = plan.vifId();
    long deadline = System.nanoTime() + RELEASE_NANOS;
    helpers.look(() -> lookForRelease(plan, vifId, index, deadline), 0);
  }

  @Override
  public void pause(PlanUnderWay plan) {
    helpers.look(() -> answers.add(Ended.released(plan)), RELEASE_PAUSE_NANOS);
  }

  private void lookForRelease(PlanUnderWay plan, String vifId, int index, long deadline) {
    try {
      if (index > 0
          && System.nanoTime() < deadline
          && transport.ownership(index, vifId) == Ownership.PASSING) {
        helpers.look(() -> lookForRelease(plan, vifId, index, deadline), RELEASE_PAUSE_NANOS);
        return;
      }
    } catch (RuntimeException | Error failed) {
      // the step is tried again, and says what is wrong
    }
    answers.add(Ended.released(plan));
  }
}
