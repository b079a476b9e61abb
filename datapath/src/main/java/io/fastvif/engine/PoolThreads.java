package io.fastvif.engine;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Makes the threads of a pool that ends them when they are idle. The JDK's pool may end its last
 * thread although work is left, when that thread has thrown something or the work came in just
 * then, and starts another for it. If that cannot be started, the work would wait until more comes
 * in. So the ending thread does what is left.
 */
final class PoolThreads implements ThreadFactory {
  private static final long LOOK_MILLIS = 10;

  private final ThreadFactory threads;
  private ThreadPoolExecutor pool;

  private PoolThreads(ThreadFactory threads) {
    this.threads = threads;
  }

  /**
   * A pool.
   *
   * @param idle how long a thread stays without work
   */
  static ThreadPoolExecutor pool(int size, long idle, TimeUnit unit, ThreadFactory threads) {
    PoolThreads factory = new PoolThreads(threads);
    return factory.serve(
        new ThreadPoolExecutor(size, size, idle, unit, new LinkedBlockingQueue<>(), factory),
        idle,
        unit);
  }

  /** As {@link #pool}, of work that begins later. */
  static ScheduledThreadPoolExecutor scheduled(
      int size, long idle, TimeUnit unit, ThreadFactory threads) {
    PoolThreads factory = new PoolThreads(threads);
    return factory.serve(new ScheduledThreadPoolExecutor(size, factory), idle, unit);
  }

  private <T extends ThreadPoolExecutor> T serve(T made, long idle, TimeUnit unit) {
    made.setKeepAliveTime(idle, unit);
    made.allowCoreThreadTimeOut(true);
    pool = made;
    return made;
  }

  @Override
  public Thread newThread(Runnable work) {
    return threads.newThread(
        () -> {
          try {
            work.run();
          } finally {
            finish();
          }
        });
  }

  private void finish() {
    BlockingQueue<Runnable> queue = pool.getQueue();
    while (pool.getPoolSize() == 0 && !queue.isEmpty()) {
      try {
        Runnable left = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (left != null) {
          left.run();
        }
      } catch (InterruptedException ended) {
        return; // by the pool, which is shut down
      }
    }
  }
}
