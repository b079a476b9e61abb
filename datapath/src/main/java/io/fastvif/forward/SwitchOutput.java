package io.fastvif.forward;

import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.virtqueue.BufferBurst;

/**
 * Frames that leave an {@link UplinkSwitch}. They move when their senders are polled, and are lost
 * at once if the receiver has no buffers, so that nobody else waits for it; frames over the
 * receiver's rate wait here as copies, as in tc's queue, and move when this is polled.
 */
final class SwitchOutput extends Flow {
  private final FrameSink to;
  private final DelayedFrames delayed = new DelayedFrames();
  private final BufferBurst burst = new BufferBurst(BURST);

  SwitchOutput(String name, int queue, FrameSink to) {
    super(name, queue);
    this.to = to;
  }

  /**
   * Delivers frames, keeps or drops them.
   *
   * @param rest is used meanwhile
   */
  void send(BufferBurst frames, long features, BufferBurst rest) {
    while (!delayed.isEmpty() && move() > 0) {
      // they come before these
    }
    int n = frames.count();
    int done = 0;
    counters.segments = 0;
    if (delayed.isEmpty()) {
      done = hand(to, frames, n, features, null);
      if (done < n && to.heldBy() == DropReason.NO_BUFFERS) {
        // Asked again, since a link's queue has room when it was told to send.
        done += hand(to, tail(frames, done, rest), n - done, features, null);
      }
    }
    boolean waits = !delayed.isEmpty() || to.heldBy() == DropReason.OVER_RATE;
    if (done < n && waits) {
      done += delayed.add(frames, done, features, to.backlogBytes());
    }
    if (done < n) {
      DropReason reason = waits ? DropReason.OVER_RATE : DropReason.NO_BUFFERS;
      drop(tail(frames, done, rest), n - done, features, reason);
    }
  }

  private static BufferBurst tail(BufferBurst frames, int first, BufferBurst rest) {
    rest.clear();
    for (int i = first; i < frames.count(); i++) {
      rest.addBehind(0, 0, frames, i, 0);
    }
    return rest;
  }

  private void drop(BufferBurst frames, int n, long features, DropReason reason) {
    FrameTap tap = counters.tap;
    if (tap != null) {
      tap.begin();
    }
    counters.dropped(reason, n);
    if (tap != null) {
      tap.saw(frames, n, VirtioNetHeader.length(features));
    }
  }

  /** Delivers frames that wait, a burst at most; how many do not wait any more. */
  private int move() {
    long features = delayed.peek(burst);
    int n = burst.count();
    counters.segments = 0;
    int done = hand(to, burst, n, features, null);
    delayed.remove(done);
    if (done < n && to.heldBy() == DropReason.NO_BUFFERS) {
      features = delayed.peek(burst);
      n = burst.count();
      drop(burst, n, features, DropReason.NO_BUFFERS);
      delayed.remove(n);
      done += n;
    }
    return done;
  }

  /** Writes the frames that wait. */
  void save(HandOverWriter writer) {
    delayed.save(writer);
  }

  void restore(HandOverReader reader) {
    delayed.restore(reader, burst);
  }

  @Override
  int poll() {
    return delayed.isEmpty() ? 0 : move();
  }

  @Override
  boolean beforeSleep() {
    return delayed.isEmpty() || to.waitMillis() != RateLimiter.NOT_WAITING;
  }

  @Override
  void afterSleep() {}

  @Override
  boolean needsTimer() {
    return false;
  }

  @Override
  int waitMillis() {
    return delayed.isEmpty() ? RateLimiter.NOT_WAITING : to.waitMillis();
  }
}
