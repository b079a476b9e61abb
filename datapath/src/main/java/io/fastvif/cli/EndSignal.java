package io.fastvif.cli;

import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets a command that goes on until SIGTERM or SIGINT end by itself: the JVM's end, which these
 * begin, waits for it, and takes its exit status.
 */
final class EndSignal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final Thread hook = new Thread(this::end, "end-signal");
  private volatile Runnable whenAsked;
  private final PrintWriter out;
  private final PrintWriter err;

  /** Begins to listen for signals. */
  EndSignal(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void end() {
    ask();
    int status;
    try {
      status = ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException stuck) {
      status = Fastvif.FAILED;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      status = Fastvif.FAILED;
    }
    Runtime.getRuntime().halt(status);
  }

  /** Has the command end as by a signal. */
  void ask() {
    asked.countDown();
    Runnable action = whenAsked;
    if (action != null) {
      action.run();
    }
  }

  /** Waits for a signal. */
  void await() throws InterruptedException {
    asked.await();
  }

  /** Does that when a signal comes, on a thread of its own; at once if one has come. */
  void whenAsked(Runnable action) {
    whenAsked = action;
    if (isAsked()) {
      action.run();
    }
  }

  /** Whether a signal has come. */
  boolean isAsked() {
    return asked.getCount() == 0;
  }

  /** Waits for a signal; false if none came in that time. */
  boolean await(long millis) throws InterruptedException {
    return asked.await(millis, TimeUnit.MILLISECONDS);
  }

  /** The command has done what it had to, with this exit status. */
  void ended(int status) {
    err.flush();
    ended.complete(out.checkError() && status == Fastvif.DONE ? Fastvif.FAILED : status);
  }

  /** Ends to listen; without {@link #ended} before, the command has failed. */
  @Override
  public void close() {
    ended(Fastvif.FAILED);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endingAlready) {
      // the hook has the status
    }
  }
}
