package io.fastvif.forward;

/** Frames that come from a device of the host, for a guest. */
final class PullFlow extends Flow {
  private final FrameSource from;
  private final GuestReceiveQueue to;
  private final GuestReceiveQueue fallback;

  /**
   * Makes a flow.
   *
   * @param fallback where frames go while {@code to} is not open: a guest may use fewer queues than
   *     it was offered, and does not tell the host's device
   */
  PullFlow(
      String name, int queue, FrameSource from, GuestReceiveQueue to, GuestReceiveQueue fallback) {
    super(name, queue);
    this.from = from;
    this.to = to;
    this.fallback = fallback;
  }

  /** A flow to a port, which must be a guest's. */
  static PullFlow to(String name, int queue, FrameSource from, Port other) {
    if (!(other instanceof VhostUserPort guest)) {
      throw new IllegalArgumentException(name + ": one of two ports has to be a guest's");
    }
    return new PullFlow(name, queue, from, guest.receiveQueue(queue), guest.receiveQueue(0));
  }

  private GuestReceiveQueue target() {
    GuestReceiveQueue target = to.orFirst(fallback);
    return target == null ? to : target; // closed: frames stay where they are
  }

  @Override
  int poll() {
    GuestReceiveQueue receiver = target();
    if (receiver.isOverRate()) {
      return 0;
    }
    boolean isTimed = residence.begins(false);
    int frames = from.pull(receiver, counters);
    if (isTimed && frames > 0) {
      counters.resided(residence.end());
    }
    return frames;
  }

  @Override
  boolean beforeSleep() {
    // Buffers that wait for frames are no work; a kick for new ones is wanted if there were none.
    return !from.isHeld() || target().beforeSleep();
  }

  @Override
  void afterSleep() {
    if (from.isHeld()) {
      target().afterSleep();
    }
  }

  @Override
  int waitMillis() {
    return target().waitMillis();
  }

  @Override
  boolean needsTimer() {
    // A guest that can kick does so when it adds buffers, and a session tells when there is a
    // guest.
    return from.needsRetry() || (from.isHeld() && target().isPolled());
  }
}
