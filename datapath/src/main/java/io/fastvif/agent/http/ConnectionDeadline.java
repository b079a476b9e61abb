package io.fastvif.agent.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A time limit that is set anew far more often than it passes. A timer that is set already and
 * fires earlier is left; when it fires, it looks again.
 */
final class ConnectionDeadline {
  private final EventLoop loop;
  private final Runnable passed;
  private Future<?> timer;
  private long timerAt;
  private long at;
  private boolean isSet;

  /**
   * @param passed runs on the loop's thread when the time is over
   */
  ConnectionDeadline(EventLoop loop, Runnable passed) {
    this.loop = loop;
    this.passed = passed;
  }

  /** Sets the limit, from now. */
  void within(Duration time) {
    at = System.nanoTime() + time.toNanos();
    isSet = true;
    if (timer == null || timerAt - at > 0) {
      if (timer != null) {
        timer.cancel(false);
      }
      start(time.toNanos());
    }
  }

  private void start(long nanos) {
    timerAt = at;
    timer = loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    timer = null;
    if (isSet) {
      long left = at - System.nanoTime();
      if (left > 0) {
        start(left);
      } else {
        isSet = false;
        passed.run();
      }
    }
  }

  /** There is no limit for now; a timer that is set fires in vain. */
  void none() {
    isSet = false;
  }

  /** There will be none any more. */
  void cancel() {
    isSet = false;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
