package io.fastvif.engine;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.plan.Step;
import io.fastvif.plan.VhostUserPortStep;
import io.fastvif.plan.VhostUserSocketStep;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Does the steps that wait for hardware or for another process on a few threads of its own, so that
 * the engine's goes on. The threads are made by the engine's, and so work in its network namespace.
 */
final class SlowSteps implements AutoCloseable {
  /** How many may wait at once; a card's firmware takes its requests one by one anyway. */
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

  private final Transport host;
  private final VhostUserPorts ports;
  private final Runnable onFinished;
  private final ConcurrentLinkedQueue<Answer> finished = new ConcurrentLinkedQueue<>();
  private ThreadPoolExecutor threads;

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
    execute(() -> finished.offer(perform(plan, step)));
  }

  /**
   * Waits until a link is somebody's, or gone.
   *
   * @param index the link that has the name which the plan wants; negative if it is gone already
   */
  void awaitRelease(PlanExecution plan, int index) {
    String vifId = plan.plan().vifId();
    execute(
        () -> {
          long deadline = System.nanoTime() + RELEASE_NANOS;
          while (index > 0
              && host.ownership(index, vifId) == Ownership.PASSING
              && System.nanoTime() < deadline) {
            LockSupport.parkNanos(RELEASE_PAUSE_NANOS);
          }
          finished.offer(new Answer(plan, null, false, 0, null, null));
        });
  }

  private void execute(Runnable work) {
    if (threads == null) {
      threads =
          new ThreadPoolExecutor(
              THREADS,
              THREADS,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              Thread.ofPlatform().name("fastvif-slow-", 1).daemon().factory());
      threads.allowCoreThreadTimeOut(true);
    }
    threads.execute(
        () -> {
          work.run();
          onFinished.run();
        });
  }

  private Answer perform(PlanExecution plan, Step.Slow step) {
    try {
      return new Answer(plan, step, changes(step), 0, null, null);
    } catch (LeftAsItIsException used) {
      return new Answer(plan, step, false, 0, null, used.getMessage());
    } catch (SystemCallException refused) {
      return new Answer(
          plan, step, false, refused.errno(), String.valueOf(refused.getMessage()), null);
    } catch (NetlinkException refused) {
      return new Answer(
          plan, step, false, refused.errno(), String.valueOf(refused.getMessage()), null);
    } catch (IOException | RuntimeException | LinkageError failed) {
      return new Answer(plan, step, false, 0, String.valueOf(failed.getMessage()), null);
    }
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
