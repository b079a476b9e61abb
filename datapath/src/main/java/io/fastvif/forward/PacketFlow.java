package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;

/** Frames from a packet socket's ring. */
final class PacketFlow extends Flow {
  /** As the kernel fills the headers: short, and with all offloads. */
  private static final long FEATURES =
      NetFeatures.CSUM
          | NetFeatures.HOST_TSO4
          | NetFeatures.HOST_TSO6
          | NetFeatures.HOST_ECN
          | NetFeatures.HOST_USO;

  private final Port link;
  private final PacketRing from;
  private final FrameSink to;
  private final BufferBurst burst = new BufferBurst(BURST);
  private final Patience patience = new Patience();

  PacketFlow(Port link, String name, int queue, PacketRing from, FrameSink to) {
    super(name, queue);
    this.link = link;
    this.from = from;
    this.to = to;
  }

  @Override
  int poll() {
    int n = from.peek(burst, BURST, counters);
    if (n == 0) {
      patience.reset();
      return 0;
    }
    if (!link.problem().isEmpty()) {
      link.problem(link, "");
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
    return patience.isHeld();
  }
}
