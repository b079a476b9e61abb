package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;

/** Frames from a packet socket's ring. */
final class PacketFlow extends Flow {
  /** As the kernel fills the headers: short, and with all offloads. */
  private static final long FEATURES =
      NetFeatures.CSUM | NetFeatures.HOST_TSO4 | NetFeatures.HOST_TSO6 | NetFeatures.HOST_ECN;

  private final PacketRing from;
  private final FrameSink to;
  private final BufferBurst burst = new BufferBurst(BURST);
  private boolean held;

  PacketFlow(String name, int queue, PacketRing from, FrameSink to) {
    super(name, queue);
    this.from = from;
    this.to = to;
  }

  @Override
  int poll() {
    int n = from.peek(burst, BURST, counters);
    if (n == 0) {
      held = false;
      return 0;
    }
    int done = to.accept(burst, n, FEATURES, counters);
    from.giveBack(done);
    held = done < n;
    return done;
  }

  @Override
  boolean beforeSleep() {
    return true;
  }

  @Override
  void afterSleep() {}

  @Override
  boolean needsTimer() {
    return held;
  }
}
