package io.fastvif.forward;

/**
 * One end of a pair. A port is connected to one other at a time, or to itself, and is closed by its
 * owner after it was disconnected.
 */
public abstract sealed class Port implements AutoCloseable
    permits VhostUserPort, TapPort, PacketPort, FrameHandlerPort {
  private final String name;
  private final int queues;
  private volatile boolean connected;

  /** Why frames do not pass; empty for nothing. Any thread reads it. */
  private volatile String problem = "";

  private volatile boolean dead;

  Port(String name, int queues) {
    if (queues < 1) {
      throw new IllegalArgumentException(name + ": " + queues + " queues");
    }
    this.name = name;
    this.queues = queues;
  }

  /**
   * The port's name, for reports.
   *
   * @return what it was made with
   */
  public final String name() {
    return name;
  }

  /**
   * How many queue pairs it has.
   *
   * @return at least 1
   */
  public final int queues() {
    return queues;
  }

  /** Where frames to this port go. */
  abstract FrameSink sink(int queue);

  /**
   * A flow of the frames that come from this port.
   *
   * @param other the port they go to
   */
  abstract Flow flow(int queue, Port other);

  /** The loop's thread begins to serve it. */
  void attached(ForwardingLoop loop) {}

  /** The loop's thread has stopped serving it. */
  void detached(ForwardingLoop loop) {}

  /** After a fault in shared memory: whether it was this port's, which is out of use now. */
  boolean revokeDamagedMemory() {
    return false;
  }

  /**
   * Looks whether something was taken away: memory that is shared with the port's frontend, the
   * link of the host. Called before the loop sleeps and every some thousand rounds.
   */
  void check() {}

  /**
   * What keeps the port from forwarding, as far as that shows here: a tap that was deleted, for
   * example.
   *
   * @return in words; empty for nothing
   */
  public String problem() {
    return problem;
  }

  /**
   * Whether the port forwards nothing any more until it is closed and opened anew: its link was
   * deleted, or a fault has stopped it. {@link #problem} says which.
   */
  public final boolean isDead() {
    return dead;
  }

  /** Notes what keeps the port from forwarding, or that nothing does: the empty string. */
  final void problem(String reason) {
    if (!dead) {
      problem = reason;
    }
  }

  /** Notes why the port forwards nothing any more. */
  final void dead(String reason) {
    problem(reason);
    dead = true;
  }

  final String flowName(Port other) {
    return name + " -> " + other.name();
  }

  /** Whether a forwarder uses it. */
  final void connected(boolean now) {
    connected = now;
  }

  /**
   * Lets everything go.
   *
   * @throws IllegalStateException if the port is connected: a loop would go on to use it
   */
  @Override
  public final void close() {
    if (connected) {
      throw new IllegalStateException(name + " is still connected");
    }
    release();
  }

  /** Lets everything go; nobody uses the port. */
  abstract void release();

  @Override
  public String toString() {
    return name;
  }
}
