package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.DeviceQueue;

/** Frames that a guest sends. */
final class TransmitFlow extends Flow {
  private final GuestTransmitQueue from;
  private final FrameSink to;
  private final BufferBurst burst = new BufferBurst(BURST);

  /** Nobody reads it; see {@link BufferBurst#touch}. */
  @SuppressWarnings("unused")
  private int touched;

  private final Patience patience = new Patience();

  TransmitFlow(String name, int queue, GuestTransmitQueue from, FrameSink to) {
    super(name, queue);
    this.from = from;
    this.to = to;
  }

  @Override
  int poll() {
    DeviceQueue queue = from.queue;
    if (queue == null || !queue.refresh()) {
      patience.reset();
      from.checkFailure();
      return 0;
    }
    if (!from.enabled) {
      patience.reset();
      int n = from.discardIfKicked();
      if (n > 0) {
        counters.dropped(DropReason.NOT_ENABLED, n);
      }
      return n;
    }
    int n = queue.peek(burst, BURST);
    if (n <= 0) {
      if (n < 0) {
        from.checkFailure();
      }
      patience.reset();
      return 0;
    }
    touched = burst.touch(from.headerLength);
    int done = to.accept(burst, n, from.features, counters);
    done = patience.hold(n, done, counters);
    queue.complete(burst, done);
    return done;
  }

  @Override
  boolean beforeSleep() {
    return patience.isHeld() || from.beforeSleep();
  }

  @Override
  void afterSleep() {
    from.afterSleep();
  }

  @Override
  boolean needsTimer() {
    return patience.isHeld() || from.isPolled();
  }
}
