package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.DeviceQueue;

/** Frames that a guest sends. */
final class TransmitFlow extends Flow {
  /** How long frames wait for room: longer than a guest is away from a processor that it shares. */
  private static final long PATIENCE_NANOS = 10_000_000;

  private final GuestTransmitQueue from;
  private final FrameSink to;
  private final BufferBurst burst = new BufferBurst(BURST);

  /** Nobody reads it; see {@link BufferBurst#touch}. */
  @SuppressWarnings("unused")
  private int touched;

  private boolean held;
  private long heldSince;

  TransmitFlow(String name, int queue, GuestTransmitQueue from, FrameSink to) {
    super(name, queue);
    this.from = from;
    this.to = to;
  }

  @Override
  int poll() {
    DeviceQueue queue = from.queue;
    if (queue == null || !queue.refresh()) {
      from.checkFailure();
      return 0;
    }
    int n = queue.peek(burst, BURST);
    if (n <= 0) {
      if (n < 0) {
        from.checkFailure();
      }
      held = false;
      return 0;
    }
    int done;
    if (from.enabled) {
      touched = burst.touch(from.headerLength);
      done = to.accept(burst, n, from.features, counters);
      done = hold(n, done);
    } else {
      counters.dropped(DropReason.NOT_ENABLED, n);
      done = n;
    }
    queue.complete(burst, done);
    return done;
  }

  /** Keeps frames that find no room, for a while. */
  private int hold(int n, int done) {
    if (done == n) {
      held = false;
      return n;
    }
    long now = System.nanoTime();
    if (done > 0 || !held) {
      held = true;
      heldSince = now;
      return done;
    }
    if (now - heldSince < PATIENCE_NANOS) {
      return 0;
    }
    // It stays held, so that what follows does not wait as long again.
    counters.dropped(DropReason.NO_ROOM, n);
    return n;
  }

  @Override
  boolean beforeSleep() {
    return held || from.beforeSleep();
  }

  @Override
  void afterSleep() {
    from.afterSleep();
  }

  @Override
  boolean needsTimer() {
    return held || from.isPolled();
  }
}
