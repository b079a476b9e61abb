package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;

/** A guest's receive queue, and its first one as long as the guest does not use that. */
final class FallbackSink implements FrameSink {
  private final GuestReceiveQueue queue;
  private final GuestReceiveQueue first;

  FallbackSink(GuestReceiveQueue queue, GuestReceiveQueue first) {
    this.queue = queue;
    this.first = first;
  }

  @Override
  public int accept(BufferBurst frames, int n, long features, FlowCounters counters) {
    GuestReceiveQueue chosen = queue.orFirst(first);
    return chosen == null ? 0 : chosen.accept(frames, n, features, counters);
  }

  @Override
  public DropReason heldBy() {
    GuestReceiveQueue chosen = queue.orFirst(first);
    return chosen == null ? DropReason.NO_BUFFERS : chosen.heldBy();
  }

  @Override
  public int waitMillis() {
    GuestReceiveQueue chosen = queue.orFirst(first);
    return chosen == null ? 0 : chosen.waitMillis();
  }

  @Override
  public int backlogBytes() {
    GuestReceiveQueue chosen = queue.orFirst(first);
    return chosen == null ? 0 : chosen.backlogBytes();
  }
}
