package io.fastvif.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;

/**
 * Runs callbacks off the engines' threads, for all engines of the process. One that waits for
 * another operation by {@code join} or {@code get} keeps no other from running: the pool gets one
 * more thread meanwhile. Idle threads end.
 *
 * <p>No virtual threads: a thread is born in the namespace of the one that starts it, and those
 * that carry virtual threads would come from an engine's thread and serve the whole process.
 */
final class CallbackThreads {
  private static final int MIN_PARALLELISM = 2;
  private static final int MAX_THREADS = 1024;
  private static final int IDLE_SECONDS = 5;

  private static final ForkJoinPool POOL =
      new ForkJoinPool(
          Math.max(MIN_PARALLELISM, Runtime.getRuntime().availableProcessors()),
          Worker::new,
          null,
          true,
          0,
          MAX_THREADS,
          1,
          full -> true,
          IDLE_SECONDS,
          TimeUnit.SECONDS);

  private CallbackThreads() {}

  static Executor executor() {
    return POOL;
  }

  /** A thread in the namespace of the process, whichever the engine's is. */
  private static final class Worker extends ForkJoinWorkerThread {
    Worker(ForkJoinPool pool) {
      super(pool);
      setName("fastvif-callback-" + threadId());
    }

    @Override
    protected void onStart() {
      super.onStart();
      ProcessNamespace.enter();
    }
  }
}
