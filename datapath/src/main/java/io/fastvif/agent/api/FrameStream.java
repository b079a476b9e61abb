package io.fastvif.agent.api;

import io.fastvif.agent.http.Response;
import io.fastvif.fastpath.PortCapture;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * One reader of a capture. It runs on the server's thread, which looks for frames fifty times a
 * second, so that whoever forwards wakes nobody; what the reader is too slow for waits in the
 * capture's memory, and is lost when that is full.
 */
final class FrameStream implements Response.Streamer {
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final int PIECE = 64 << 10;

  /** A caller that was gone before the answer began is never told so. */
  private static final long GUARD_NANOS = Duration.ofSeconds(10).toNanos();

  private final PortCapture capture;
  private final Runnable closed;
  private final AtomicBoolean isOwned = new AtomicBoolean();
  private boolean isDone;

  /**
   * Begins nothing yet. If it is not begun within ten seconds the capture is let go.
   *
   * @param closed lets the capture go; it may wait, and runs on a thread of its own
   */
  FrameStream(PortCapture capture, Runnable closed) {
    this.capture = capture;
    this.closed = closed;
    Thread.ofVirtual().name("capture-guard").start(this::guard);
  }

  private void guard() {
    long end = System.nanoTime() + GUARD_NANOS;
    for (long left = GUARD_NANOS; left > 0 && !isOwned.get(); left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    if (isOwned.compareAndSet(false, true)) {
      closed.run();
    }
  }

  @Override
  public void begin(Response.Sink sink) {
    if (!isOwned.compareAndSet(false, true)) {
      sink.end();
      return;
    }
    sink.whenClosed(this::leave);
    sink.whenWritable(() -> write(sink));
    sink.every(PAUSE, () -> write(sink));
    write(sink);
  }

  private void leave() {
    isDone = true;
    Thread.ofVirtual().name("capture-end").start(closed);
  }

  private void write(Response.Sink sink) {
    while (!isDone && sink.isWritable()) {
      byte[] piece = capture.take(PIECE);
      if (piece == null) {
        isDone = true;
        sink.end();
      } else if (piece.length == 0) {
        return;
      } else {
        sink.write(piece);
      }
    }
  }
}
