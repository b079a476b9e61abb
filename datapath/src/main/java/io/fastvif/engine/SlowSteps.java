package io.fastvif.engine;

import io.fastvif.plan.Step;
import io.fastvif.plan.VhostUserPortStep;
import io.fastvif.plan.VhostUserSocketStep;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does the steps that take long, or wait for hardware or for another process, on a few threads of
 * its own, so that the engine's goes on. What waits for another process has no thread meanwhile: it
 * is looked at now and then, by the same threads.
 *
 * <p>The threads are made by the engine's, and so work in its network namespace. That is why they
 * are no virtual ones, whose carriers belong to the whole process.
 */
final class SlowSteps implements AutoCloseable {
  /** How many steps are done at once; a card's firmware takes its requests one by one anyway. */
  private static final int THREADS = 8;

  private static final int IDLE_SECONDS = 10;

  /** Told what became of a plan's step. */
  interface Answers {
    /**
     * The step has ended.
     *
     * @param changed whether there was something to do
     * @param errno the kernel's error number if it gave one, otherwise 0
     * @param problem null if the step was done
     * @param note what was left as it is, and why; null for nothing
     */
    void answered(
        PlanExecution plan, Step step, boolean changed, int errno, String problem, String note);

    /** What was in a plan's way has gone, or stays: its step is to be tried again. */
    void released(PlanExecution plan);
  }

  /** Without a step, the plan's is to be tried again. */
  private record Answer(
      PlanExecution plan, Step step, boolean changed, int errno, String problem, String note) {}

  /** How long a tap that another process is making may take to become somebody's. */
  private static final long RELEASE_NANOS = 500_000_000L;

  private static final long RELEASE_PAUSE_NANOS = 1_000_000L;
  private static final long WAIT_PAUSE_NANOS = 20_000_000L;

  private final Transport host;
  private final VhostUserPorts ports;
  private final Runnable onFinished;
  private final ConcurrentLinkedQueue<Answer> finished = new ConcurrentLinkedQueue<>();
  private ScheduledThreadPoolExecutor threads;

  /**
   * @param ports does the steps on vhost-user ports
   * @param onFinished called on another thread when there is something to {@link #collect}
   */
  SlowSteps(Transport host, VhostUserPorts ports, Runnable onFinished) {
    this.host = host;
    this.ports = ports;
    this.onFinished = onFinished;
  }

  void begin(PlanExecution plan, Step.Slow step) {
    if (step instanceof VhostUserSocketStep.AwaitBackend await) {
      BackendWait wait = new BackendWait(await);
      execute(() -> look(plan, step, wait), 0);
    } else {
      execute(() -> answer(perform(plan, step)), 0);
    }
  }

  /**
   * Waits until a link is somebody's, or gone.
   *
   * @param index the link that has the name which the plan wants; negative if it is gone already
   */
  void awaitRelease(PlanExecution plan, int index) {
    String vifId = plan.plan().vifId();
    long deadline = System.nanoTime() + RELEASE_NANOS;
    execute(() -> lookForRelease(plan, vifId, index, deadline), 0);
  }

  /** Has a plan's step tried again in a moment. */
  void pause(PlanExecution plan) {
    execute(() -> answer(new Answer(plan, null, false, 0, null, null)), RELEASE_PAUSE_NANOS);
  }

  private void lookForRelease(PlanExecution plan, String vifId, int index, long deadline) {
    try {
      if (index > 0
          && System.nanoTime() < deadline
          && host.ownership(index, vifId) == Ownership.PASSING) {
        execute(() -> lookForRelease(plan, vifId, index, deadline), RELEASE_PAUSE_NANOS);
        return;
      }
    } catch (RuntimeException | Error failed) {
      // the step is tried again, and says what is wrong
    }
    answer(new Answer(plan, null, false, 0, null, null));
  }

  private void look(PlanExecution plan, Step step, StepWait wait) {
    Answer answer;
    try {
      StepWait.State state = wait.look();
      if (state == StepWait.State.WAITING) {
        execute(() -> look(plan, step, wait), WAIT_PAUSE_NANOS);
        return;
      }
      answer = new Answer(plan, step, state == StepWait.State.CHANGED, 0, null, null);
    } catch (IOException | RuntimeException | Error failed) {
      answer = failed(plan, step, failed);
    }
    wait.close();
    answer(answer);
  }

  private void answer(Answer answer) {
    finished.offer(answer);
    onFinished.run();
  }

  /** Does something after that time, exactly once, unless this throws. */
  private void execute(Runnable work, long nanos) {
    if (threads == null) {
      threads =
          new ScheduledThreadPoolExecutor(
              THREADS, Thread.ofPlatform().name("fastvif-slow-", 1).daemon().factory());
      threads.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
      threads.allowCoreThreadTimeOut(true);
    }
    try {
      ScheduledFuture<?> unused = threads.schedule(work, nanos, TimeUnit.NANOSECONDS);
    } catch (OutOfMemoryError noThread) {
      // Without one more thread those that there are do it.
      if (threads.getPoolSize() == 0) {
        threads.getQueue().clear(); // nothing else can be in it
        throw noThread;
      }
    }
  }

  private Answer perform(PlanExecution plan, Step.Slow step) {
    try {
      return new Answer(plan, step, changes(step), 0, null, null);
    } catch (LeftAsItIsException used) {
      return new Answer(plan, step, false, 0, null, used.getMessage());
    } catch (IOException | RuntimeException | Error failed) {
      return failed(plan, step, failed);
    }
  }

  private static Answer failed(PlanExecution plan, Step step, Throwable failed) {
    Fault fault = Fault.of(failed);
    return new Answer(plan, step, false, fault.errno(), fault.detail(), null);
  }

  private boolean changes(Step.Slow step) throws IOException {
    return switch (step) {
      case VhostUserPortStep.OpenPort open -> ports.open(open.port());
      case VhostUserPortStep.ClosePort close -> ports.close(close.port());
      case VhostUserSocketStep socket -> SocketFiles.perform(socket);
      default -> host.perform(step);
    };
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
  int collect(Answers answers) {
    int count = 0;
    for (Answer answer = finished.poll(); answer != null; answer = finished.poll()) {
      if (answer.step == null) {
        answers.released(answer.plan);
      } else {
        answers.answered(
            answer.plan, answer.step, answer.changed, answer.errno, answer.problem, answer.note);
      }
      count++;
    }
    return count;
  }

  /** Ends the threads; no step may be under way. */
  @Override
  public void close() {
    if (threads != null) {
      threads.shutdown();
    }
  }
}
