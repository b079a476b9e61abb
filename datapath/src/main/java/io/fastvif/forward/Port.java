package io.fastvif.forward;

/**
 * One end of a pair. A port is connected to one other at a time, or to itself, and is closed by its
 * owner after it was disconnected.
 */
public abstract sealed class Port implements AutoCloseable
    permits VhostUserPort, TapPort, PacketPort, LocalPort {
  private final String name;
  private final int queues;
  private volatile boolean connected;

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

  /** The loop's thread has ended to serve it. */
  void detached(ForwardingLoop loop) {}

  /** After a fault in shared memory: whether it was this port's, which is out of use now. */
  boolean revokeDamagedMemory() {
    return false;
  }

  /** Whether memory that is shared with the port's frontend was taken away; if so, that is told. */
  boolean checkMemory() {
    return false;
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
