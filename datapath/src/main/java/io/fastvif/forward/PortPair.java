package io.fastvif.forward;

import io.fastvif.capture.FrameCapture;
import java.util.ArrayList;
import java.util.List;

/** Two ports (or a port and itself) between which frames are forwarded. */
public final class PortPair {
  private final Port first;
  private final Port second;
  private final ForwardingLoop loop;
  private final List<Flow> flows = new ArrayList<>();

  /** Of the loop's thread. */
  private final List<FrameCapture> captures = new ArrayList<>();

  PortPair(Port first, Port second, ForwardingLoop loop) {
    this.first = first;
    this.second = second;
    this.loop = loop;
    int queues = Math.max(first.queues(), second.queues());
    for (int i = 0; i < queues; i++) {
      if (i < first.queues()) {
        flows.add(first.flow(i, second));
      }
      if (first != second && i < second.queues()) {
        flows.add(second.flow(i, first));
      }
    }
  }

  /**
   * One port.
   *
   * @return as it was connected
   */
  public Port first() {
    return first;
  }

  /**
   * The other port.
   *
   * @return as it was connected
   */
  public Port second() {
    return second;
  }

  /**
   * Returns the counters of its flows.
   *
   * @return both directions of each queue
   */
  public List<FlowStatistics> statistics() {
    return flows.stream().map(Flow::statistics).toList();
  }

  /**
   * Begins to show all frames that pass between the ports to a capture; the loop's thread.
   *
   * @param from the port whose frames are inbound, as seen from the capture's interface
   */
  void begin(FrameCapture capture, Port from) {
    captures.add(capture);
    for (Flow flow : flows) {
      flow.capture(capture, !flow.name().equals(from.flowName(from == first ? second : first)));
    }
  }

  /** Shows a capture no more frames; the loop's thread. */
  void end(FrameCapture capture) {
    captures.remove(capture);
    flows.forEach(flow -> flow.uncapture(capture));
  }

  List<Flow> flows() {
    return flows;
  }

  ForwardingLoop loop() {
    return loop;
  }

  void attach(ForwardingLoop to) {
    first.attached(to);
    if (first != second) {
      second.attached(to);
    }
  }

  void detach(ForwardingLoop from) {
    List.copyOf(captures).forEach(this::finish);
    try {
      first.detached(from);
    } finally {
      if (first != second) {
        second.detached(from);
      }
    }
  }

  /** The ports will show a capture no more frames: its reader is told. */
  private void finish(FrameCapture capture) {
    end(capture);
    capture.end();
  }

  boolean revokeDamagedMemory() {
    boolean damaged = first.revokeDamagedMemory();
    return second.revokeDamagedMemory() || damaged;
  }

  /** Has the ports look for what is gone: shared memory, links. */
  void check() {
    first.check();
    second.check();
  }

  /** A flow has thrown something: both ports say so. */
  void failed(Flow flow, Throwable thrown) {
    String reason = flow.name() + " was stopped by a fault: " + thrown;
    first.dead(reason);
    second.dead(reason);
  }

  @Override
  public String toString() {
    return first + " <-> " + second;
  }
}
