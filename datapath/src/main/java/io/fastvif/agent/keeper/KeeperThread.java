package io.fastvif.agent.keeper;

import io.fastvif.trace.Log;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread that all that the keeper knows belongs to: others hand it what is to be done. It
 * sleeps while there is nothing, and has a timer only while something is to be done later.
 */
final class KeeperThread implements Executor, AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  private static final int IDLE_SECONDS = 5;

  private final ThreadPoolExecutor planner =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          work -> {
            Thread thread = new Thread(work, "fastvif-planner");
            thread.setDaemon(true);
            return thread;
          },
          new ThreadPoolExecutor.DiscardPolicy());

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "fastvif-keeper");
            thread.setDaemon(true);
            return thread;
          },
          new ThreadPoolExecutor.DiscardPolicy());

  KeeperThread() {
    planner.allowCoreThreadTimeOut(true);
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable work) {
    executor.execute(guarded(work));
  }

  /** Has it done later. */
  Future<?> after(Duration pause, Runnable work) {
    return executor.schedule(guarded(work), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Where the host is looked at, which may take its time; there while it is needed. */
  Executor planner() {
    return planner;
  }

  /** Has it done later, whatever comes between. */
  void later(Duration pause, Runnable work) {
    Future<?> unused = after(pause, work);
  }

  /** What is thrown must be seen, and must not end what comes after. */
  private static Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | Error thrown) {
        Log.warning(KeeperThread.class, "an error of fastvif's own: " + thrown, thrown);
      }
    };
  }

  /** Does what was handed in, and ends. */
  @Override
  public void close() {
    planner.shutdownNow();
    executor.shutdown();
    try {
      executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
