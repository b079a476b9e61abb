package io.fastvif.netns;

import java.util.concurrent.Callable;

/** A platform thread that runs one piece of code, which may change its namespace, and ends. */
final class NetnsThread<T> extends Thread {
  private final Callable<T> code;
  private T result;
  private Throwable failure;

  private NetnsThread(Callable<T> code) {
    super("netns");
    this.code = code;
  }

  /** Runs code on a new thread and waits for its end, also if this thread is interrupted. */
  static <T> T run(Callable<T> code) {
    NetnsThread<T> thread = new NetnsThread<>(code);
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    thread.start();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        thread.interrupt();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return NetnsException.unwrap(thread.result, thread.failure);
  }

  @Override
  public void run() {
    try {
      result = code.call();
    } catch (Throwable t) {
      failure = t;
    }
  }
}
