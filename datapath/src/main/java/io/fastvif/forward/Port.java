package io.fastvif.forward;

import io.fastvif.trace.Log;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One end of a pair. A port is connected to at most one other, or to itself, and closed by its
 * owner after it was disconnected.
 */
public abstract sealed class Port implements AutoCloseable
    permits VhostUserPort, TapPort, PacketPort, XdpPort, FrameHandlerPort, UplinkSwitchPort {
  private final String name;
  private final int queues;
  private volatile boolean connected;

  /** Why frames do not pass, by who has noted it: what was noted first comes first. */
  private final Map<Object, String> problems = new LinkedHashMap<>();

  /** The first of them; empty for nothing. Any thread reads it. */
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

  /** Where frames of another port's queue go. */
  FrameSink target(int queue) {
    return sink(queue);
  }

  /**
   * A flow of the frames that come from this port.
   *
   * @param other the port they go to
   */
  abstract Flow flow(int queue, Port other);

  /** Whether the loop that serves the other has to serve this one too. */
  boolean sharesLoop(Port other) {
    return false;
  }

  /** Whether all of its queues have to be served by one loop, for good. */
  boolean isOfOneLane() {
    return false;
  }

  /**
   * Whether another loop may begin to serve one of its queues; any thread.
   *
   * @param lanes how many lanes its pair has
   */
  boolean mayMove(int queue, int lanes) {
    return true;
  }

  /** A lane begins to be served that one of its queues is in; as all that follows its thread. */
  void attached(Lane lane, int queue) {}

  /** The lane is not served any more. */
  void detached(Lane lane, int queue) {}

  /** Has a loop woken by what a queue gets; throws what the kernel says. */
  void watch(ForwardingLoop loop, int queue) {}

  void unwatch(ForwardingLoop loop, int queue) {}

  /** After a fault in shared memory: whether it was this port's, which is out of use now. */
  boolean revokeDamagedMemory(int queue) {
    return false;
  }

  /**
   * Looks whether something was taken away: memory that is shared with the port's frontend, the
   * link of the host. Called before the loop sleeps and every some thousand rounds.
   */
  void check(int queue) {}

  /**
   * Returns what keeps the port from forwarding, for example that its tap was deleted.
   *
   * @return in words; empty for nothing
   */
  public String problem() {
    return problem;
  }

  /**
   * Returns whether the port has stopped forwarding for good, because its link was deleted or by a
   * fault; {@link #problem} says which. It must be closed and opened again.
   */
  public final boolean isDead() {
    return dead;
  }

  /**
   * Notes what keeps the port from forwarding, or that nothing does.
   *
   * @param who notes it, such as one of the port's queues: what others have noted stays
   * @param reason empty for nothing
   */
  final void problem(Object who, String reason) {
    synchronized (problems) {
      if (dead) {
        return;
      }
      if (reason.isEmpty()) {
        problems.remove(who);
      } else {
        problems.put(who, reason);
      }
      problem = problems.isEmpty() ? "" : problems.values().iterator().next();
    }
  }

  /** As {@link #dead}, once, of what somebody did to the host: an administrator should know. */
  final synchronized void gone(String reason) {
    if (!dead) {
      dead(reason);
      Log.warning(Port.class, "the port " + name + " forwards nothing any more: " + reason);
    }
  }

  /** Notes why the port forwards nothing any more. */
  final void dead(String reason) {
    synchronized (problems) {
      if (!dead) {
        problem = reason;
        dead = true;
      }
    }
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
   * @throws IllegalStateException if the port is connected: a loop would still use it
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
