package io.fastvif.cni;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that wait for files and plugins of IPAM, when the engine has done its part: its own have
 * other plans' results to tell. They end when there is nothing to do.
 */
final class IpamThreads {
  private static final int COUNT = 8;
  private static final int IDLE_SECONDS = 10;

  static final Executor POOL = pool();

  private IpamThreads() {}

  private static Executor pool() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            COUNT,
            COUNT,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("fastvif-ipam").daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
