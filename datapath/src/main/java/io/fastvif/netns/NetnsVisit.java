package io.fastvif.netns;

import io.fastvif.bindings.SystemCallException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A moment's work in a namespace, on one of a few threads that are kept for such visits, and end
 * when there are none. After each the thread goes back to the process's own namespace, so that an
 * idle one keeps no other alive. A visit within a visit is made by the same thread: it costs two
 * calls instead of waking two threads, and never waits for threads that wait themselves.
 */
final class NetnsVisit<T> implements Runnable {
  private static final int MAX_THREADS = 8;
  private static final int IDLE_SECONDS = 5;
  private static final int LOOK_MILLIS = 10;

  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          0,
          MAX_THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Visitor::new,
          NetnsVisit::await);

  /** A thread that makes visits. */
  private static final class Visitor extends Thread {
    Visitor(Runnable work) {
      super(work, "fastvif-netns");
      setDaemon(true);
    }
  }

  private final Netns namespace;
  private final Callable<T> code;
  private final CountDownLatch ended = new CountDownLatch(1);
  private T result;
  private Throwable failure;

  private NetnsVisit(Netns namespace, Callable<T> code) {
    this.namespace = namespace;
    this.code = code;
  }

  /** Runs code in a namespace and waits for its end, also if this thread is interrupted. */
  static <T> T run(Netns namespace, Callable<T> code) {
    return Thread.currentThread() instanceof Visitor
        ? goOn(namespace, code)
        : send(namespace, code);
  }

  /**
   * Goes on to another namespace from the one that this thread visits.
   *
   * @throws SystemCallException if it cannot be entered, or not left again
   */
  private static <T> T goOn(Netns namespace, Callable<T> code) {
    T result = null;
    Throwable failure = null;
    try (Netns visited = Netns.current()) {
      namespace.enter();
      try {
        result = code.call();
      } catch (Throwable thrown) {
        failure = thrown;
      }
      comeBack(visited, failure);
    }
    return NetnsException.unwrap(result, failure);
  }

  private static void comeBack(Netns visited, Throwable failure) {
    try {
      visited.enter();
    } catch (SystemCallException lost) {
      if (failure != null) {
        lost.addSuppressed(failure);
      }
      throw lost;
    }
  }

  private static <T> T send(Netns namespace, Callable<T> code) {
    NetnsVisit<T> visit = new NetnsVisit<>(namespace, code);
    THREADS.execute(visit);
    boolean interrupted = false;
    while (true) {
      try {
        visit.ended.await();
        break;
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return NetnsException.unwrap(visit.result, visit.failure);
  }

  /** All threads are on a visit: the next that is free takes this one. Or they are ending. */
  private static void await(Runnable visit, ThreadPoolExecutor threads) {
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.getQueue().offer(visit, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          break;
        }
        if (threads.getPoolSize() < MAX_THREADS) {
          threads.execute(visit);
          break;
        }
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    // A thread is born where its maker is, and must not keep that alive.
    try (Netns home = Netns.of(Path.of("/proc/self/ns/net"))) {
      namespace.enter();
      try {
        result = code.call();
      } finally {
        leave(home);
      }
    } catch (Throwable thrown) {
      failure = thrown;
    } finally {
      ended.countDown();
    }
  }

  private static void leave(Netns home) {
    try {
      home.enter();
    } catch (SystemCallException refused) {
      // What was done is done. The next visit, or the thread's end, leaves the namespace.
    }
  }
}
