package io.fastvif.engine;

import io.fastvif.trace.Tracing;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * A few threads that do what they are given, now or later. They are made when there is something
 * for them, and end when there is nothing.
 */
final class StepThreads {
  /** How many steps are done at once; a card's firmware takes its requests one by one anyway. */
  static final int SLOW = 8;

  /** Two threads look at what waits, so that a look which the kernel delays does not delay all. */
  static final int LOOKING = 2;

  static final int IDLE_SECONDS = 10;

  private final ScheduledThreadPoolExecutor threads;

  /**
   * @param count how many there are at most
   */
  StepThreads(int count, ThreadFactory factory) {
    threads = PoolThreads.scheduled(count, IDLE_SECONDS, TimeUnit.SECONDS, factory);
    threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Has something done after that time, exactly once, or throws and never does it. */
  void execute(Runnable work, long nanos) {
    RunOnce once = new RunOnce(Tracing.carried(work));
    try {
      ScheduledFuture<?> unused = threads.schedule(once, nanos, TimeUnit.NANOSECONDS);
    } catch (OutOfMemoryError noThread) {
      // It is in the queue: without one more thread those that there are do it.
      if (threads.getPoolSize() == 0 && once.takeBack()) {
        throw noThread;
      }
    } catch (RuntimeException | Error refused) {
      if (once.takeBack()) {
        throw refused;
      }
    }
  }

  /** Ends them; nothing that anybody waits for may be under way. */
  void shutdown() {
    threads.shutdown();
  }
}
