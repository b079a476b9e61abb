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

  /** The limit for which frames may wait in the ring; null for none. */
  private RateLimiter waitsFor;

  TransmitFlow(String name, int queue, GuestTransmitQueue from, FrameSink to) {
    super(name, queue);
    this.from = from;
    this.to = to;
  }

  @Override
  int poll() {
    waitsFor = null;
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
    RateLimiter limit = from.port().fromGuest();
    if (limit != null && limit.isExhausted()) {
      waitsFor = limit;
      return 0;
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
    if (limit != null) {
      n = limit.admit(burst, n, from.headerLength);
    }
    int done = hand(to, burst, n, from.features, patience);
    if (limit != null) {
      limit.pass(burst, done, from.headerLength);
    }
    queue.complete(burst, done);
    return done;
  }

  @Override
  boolean beforeSleep() {
    return waitsFor != null || patience.isHeld() || from.beforeSleep();
  }

  @Override
  void afterSleep() {
    from.afterSleep();
  }

  @Override
  int waitMillis() {
    int own = waitsFor == null ? RateLimiter.NOT_WAITING : waitsFor.waitMillis();
    return patience.isHeld() ? Math.min(own, to.waitMillis()) : own;
  }

  @Override
  boolean needsTimer() {
    return patience.isHeld() || from.isPolled();
  }
}
