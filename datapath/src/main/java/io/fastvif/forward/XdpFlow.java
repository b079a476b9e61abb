package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.xdp.XdpSocket;

/** Frames from a queue of an AF_XDP port. */
final class XdpFlow extends Flow {
  /** Nothing stands in a header that nobody has written: the place for one is before each frame. */
  private static final long FEATURES = 0;

  private final XdpSocket from;
  private final XdpSink own;
  private final FrameSink to;
  private final BufferBurst burst = new BufferBurst(BURST);
  private final Patience patience = new Patience();

  /**
   * Makes a flow.
   *
   * @param own where frames go that are sent by the same queue: what the kernel did not take is
   *     offered to it again from here
   */
  XdpFlow(String name, int queue, XdpSocket from, XdpSink own, FrameSink to) {
    super(name, queue);
    this.from = from;
    this.own = own;
    this.to = to;
  }

  @Override
  int poll() {
    if (own.isUnflushed()) {
      own.flush();
    }
    int n = from.receive(BURST);
    if (n == 0) {
      patience.reset();
      return 0;
    }
    burst.clear();
    for (int i = 0; i < n; i++) {
      burst.add(
          i, from.address(i) - VirtioNetHeader.SHORT, 0, from.length(i) + VirtioNetHeader.SHORT);
    }
    int done = hand(to, burst, n, FEATURES, patience);
    from.giveBack(done);
    return done;
  }

  @Override
  boolean beforeSleep() {
    return true;
  }

  @Override
  void afterSleep() {}

  @Override
  int waitMillis() {
    return patience.isHeld() ? to.waitMillis() : RateLimiter.NOT_WAITING;
  }

  @Override
  boolean needsTimer() {
    return patience.isHeld() || own.isUnflushed();
  }
}
