package io.fastvif.vhostuser.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The completions that a request waits for, and what is released and run when all have come. On the
 * loop's thread only, except for the completions, which any thread may call.
 */
final class PendingCompletions {
  private final SessionLoop loop;
  private final List<Runnable> releases = new ArrayList<>();
  private int outstanding;
  private Runnable then;

  PendingCompletions(SessionLoop loop) {
    this.loop = loop;
  }

  /** Adds a completion. */
  Completion completion() {
    return completion(() -> {});
  }

  /** Adds a completion; the task runs on the loop's thread when it has come. */
  Completion completion(Runnable task) {
    outstanding++;
    AtomicBoolean called = new AtomicBoolean();
    return () -> {
      if (called.compareAndSet(false, true)) {
        // Never at once: the caller may be in the middle of asking for more.
        loop.execute(
            () -> {
              outstanding--;
              Contained.run("a ring that was waited for", task);
              finish();
            });
      }
    };
  }

  /** Adds a release, to be run when all completions have come. */
  void release(Runnable release) {
    releases.add(release);
  }

  boolean isDone() {
    return outstanding == 0;
  }

  /** Runs a task when all completions have come, or at once if there are none. */
  void whenDone(Runnable next) {
    then = next;
    finish();
  }

  private void finish() {
    if (outstanding == 0 && then != null) {
      Runnable next = then;
      then = null;
      releases.forEach(release -> Contained.run("what a request let go", release));
      releases.clear();
      next.run();
    }
  }
}
