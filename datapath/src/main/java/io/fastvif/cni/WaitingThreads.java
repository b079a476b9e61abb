package io.fastvif.cni;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that wait for files and plugins of IPAM, and for the kernel where nobody needs the
 * result: the engine's own have other plans' results to tell. They end when there is nothing to do.
 */
final class WaitingThreads {
  private static final int COUNT = 8;
  private static final int IDLE_SECONDS = 10;

  static final Executor POOL = pool();

  private WaitingThreads() {}

  private static Executor pool() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            COUNT,
            COUNT,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("fastvif-cni").daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
