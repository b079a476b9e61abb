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
    return chosen().accept(frames, n, features, counters);
  }

  private GuestReceiveQueue chosen() {
    return queue.isOpen() ? queue : first;
  }

  @Override
  public DropReason heldBy() {
    return chosen().heldBy();
  }

  @Override
  public int waitMillis() {
    return chosen().waitMillis();
  }

  @Override
  public int backlogBytes() {
    return chosen().backlogBytes();
  }
}
