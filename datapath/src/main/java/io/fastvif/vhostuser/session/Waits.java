package io.fastvif.vhostuser.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a request waits for, and what is let go and done when all of it has come. On the loop's
 * thread only, but for the completions, which any thread may call.
 */
final class Waits {
  private final SessionLoop loop;
  private final List<Runnable> releases = new ArrayList<>();
  private int outstanding;
  private Runnable then;

  Waits(SessionLoop loop) {
    this.loop = loop;
  }

  /** One more thing to wait for. */
  Completion completion() {
    return completion(() -> {});
  }

  /** One more thing to wait for; the task runs on the loop's thread when it has come. */
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

  /** What is to be let go when nothing is in use any more. */
  void release(Runnable release) {
    releases.add(release);
  }

  boolean isDone() {
    return outstanding == 0;
  }

  /** What to do when all has come: at once, if there is nothing to wait for. */
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
