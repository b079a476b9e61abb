package io.fastvif.engine;

import io.fastvif.bindings.HeldException;
import io.fastvif.engine.StepAnswers.Ended;
import io.fastvif.engine.local.DeviceActions;
import io.fastvif.engine.local.SocketFiles;
import io.fastvif.engine.side.HelperThreads;
import io.fastvif.engine.side.LeftAsItIsException;
import io.fastvif.engine.side.PlanUnderWay;
import io.fastvif.netns.NetnsStay;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.PluginStep;
import io.fastvif.plan.SlowStep;
import io.fastvif.plan.Step;
import io.fastvif.plan.VhostUserPortStep;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.trace.Tracing;
import java.io.IOException;

/**
 * Does the steps that the kernel or its hardware take long for, on a few threads beside the
 * engine's, which goes on. What waits for somebody else is no slow step: see {@link WaitingSteps}.
 *
 * <p>The threads are in the engine's network namespace, or enter it for the step. That is why they
 * are no virtual ones, whose carriers belong to the whole process.
 */
final class SlowSteps {
  /** How long somebody else may have what a step needs, such as a lock. */
  private static final long HELD_NANOS = 10_000_000_000L;

  private static final long FIRST_PAUSE_NANOS = 20_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 500_000_000L;

  private final DeviceActions devices;
  private final VhostUserPorts ports;
  private final StepAnswers answers;
  private final HelperThreads helpers;
  private final WaitingSteps waits;

  /**
   * @param ports does the steps on vhost-user ports
   * @param waits waits for what somebody else holds
   */
  SlowSteps(
      DeviceActions devices,
      VhostUserPorts ports,
      StepAnswers answers,
      HelperThreads helpers,
      WaitingSteps waits) {
    this.devices = devices;
    this.ports = ports;
    this.answers = answers;
    this.helpers = helpers;
    this.waits = waits;
  }

  void begin(PlanUnderWay plan, SlowStep step) {
    begin(plan, step, () -> changes(step), new Patience());
  }

  void begin(PlanUnderWay plan, PluginStep step) {
    begin(plan, step, step::perform, new Patience());
  }

  /** For how long a step is tried again that needs what somebody else has. */
  private static final class Patience {
    private final long deadline = System.nanoTime() + HELD_NANOS;
    private long pause = FIRST_PAUSE_NANOS;

    boolean isOver() {
      return System.nanoTime() - deadline >= 0;
    }

    /** Doubles each time, because a look may be expensive. */
    long nextPause() {
      long next = pause;
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
      return next;
    }
  }

  /** Does a step; false if there was nothing to do. */
  private interface Work {
    boolean run() throws IOException;
  }

  private void begin(PlanUnderWay plan, Step step, Work work, Patience patience) {
    helpers.slow(
        () -> {
          Ended ended = perform(plan, step, work, patience);
          if (ended != null) {
            answers.add(ended);
          }
        });
  }

  /** Does the step; null if it will be tried again. */
  @SuppressWarnings("try") // it ends with the block
  private Ended perform(PlanUnderWay plan, Step step, Work work, Patience patience) {
    try (Tracing.Scope scope = Tracing.forVif(plan.vifId());
        NetnsStay there = helpers.enter()) {
      return Ended.done(plan, step, work.run());
    } catch (HeldException held) {
      return again(plan, step, work, patience, held);
    } catch (LeftAsItIsException used) {
      return new Ended(plan, step, false, null, used.getMessage());
    } catch (IOException | RuntimeException | Error failed) {
      return Ended.failed(plan, step, failed);
    }
  }

  /** Tries the step again once what it needs may be free; no thread waits for that. */
  private Ended again(
      PlanUnderWay plan, Step step, Work work, Patience patience, HeldException held) {
    try {
      boolean isWaiting =
          !patience.isOver()
              && waits.later(() -> begin(plan, step, work, patience), patience.nextPause());
      return isWaiting ? null : Ended.failed(plan, step, held);
    } catch (RuntimeException | Error noThread) {
      return Ended.failed(plan, step, noThread);
    }
  }

  private boolean changes(SlowStep step) throws IOException {
    return switch (step) {
      case VhostUserPortStep.OpenPort open -> ports.open(open.port());
      case VhostUserPortStep.LimitPort limit -> ports.limit(limit.port());
      case VhostUserPortStep.ClosePort close -> ports.close(close.port());
      case VhostUserSocketStep socket -> SocketFiles.perform(socket);
      case DeviceStep device -> devices.perform(device);
    };
  }
}
