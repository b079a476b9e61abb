package io.fastvif.forward;

import io.fastvif.trace.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Two ports (or a port and itself) between which frames are forwarded. */
public final class PortPair {
  private static final String NOT_WATCHED = "queue ";

  private final Port first;
  private final Port second;
  private final List<Flow> flows = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();

  /**
   * Makes a pair that nobody serves yet.
   *
   * @param loops gives each of its lanes, of which there are {@link #countLanes}, the loop to serve
   *     it
   */
  PortPair(Port first, Port second, List<ForwardingLoop> loops) {
    this.first = first;
    this.second = second;
    for (int i = 0; i < loops.size(); i++) {
      lanes.add(new Lane(this, i, loops.get(i)));
    }
    int queues = Math.max(first.queues(), second.queues());
    for (int i = 0; i < queues; i++) {
      List<Flow> ofQueue = new ArrayList<>();
      if (i < first.queues()) {
        ofQueue.add(first.flow(i, second));
      }
      if (first != second && i < second.queues()) {
        ofQueue.add(second.flow(i, first));
      }
      flows.addAll(ofQueue);
      lanes.get(i % lanes.size()).add(i, ofQueue);
    }
  }

  /** How many lanes two ports have together: what one queue of a port needs is in one of them. */
  static int countLanes(Port first, Port second) {
    return first.isOfOneLane() || second.isOfOneLane()
        ? 1
        : Math.min(first.queues(), second.queues());
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
   * Returns the numbers of the loops that serve its queues.
   *
   * @return one for each queue of the port with more of them
   */
  public List<Integer> loops() {
    int queues = Math.max(first.queues(), second.queues());
    return IntStream.range(0, queues)
        .mapToObj(queue -> lanes.get(queue % lanes.size()).loop().number())
        .toList();
  }

  List<Flow> flows() {
    return flows;
  }

  List<Lane> lanes() {
    return lanes;
  }

  Port other(Port port) {
    return port == first ? second : first;
  }

  /** Whether a lane may be moved to where it has more time; any thread. */
  boolean mayMove(Lane lane) {
    return first.mayMove(lane.number(), lanes.size())
        && second.mayMove(lane.number(), lanes.size());
  }

  /** Does something with the ports that have a queue. */
  void forPorts(int queue, Consumer<Port> task) {
    if (queue < first.queues()) {
      task.accept(first);
    }
    if (first != second && queue < second.queues()) {
      task.accept(second);
    }
  }

  /** Has the ports look for what is gone: shared memory, links. */
  void check(int queue) {
    if (queue < first.queues()) {
      first.check(queue);
    }
    if (queue < second.queues()) {
      second.check(queue);
    }
  }

  /** A flow has thrown something: both ports say so. */
  void failed(Flow flow, Throwable thrown) {
    String reason = flow.name() + " was stopped by a fault: " + thrown;
    first.dead(reason);
    second.dead(reason);
  }

  /** Nothing wakes a loop for a lane: both ports say so, and forward late. */
  void notWatched(Lane lane, Throwable thrown) {
    String reason = NOT_WATCHED + lane.number() + " cannot be watched, it is polled: " + thrown;
    Log.warning(PortPair.class, this + ": " + reason);
    first.problem(lane, reason);
    second.problem(lane, reason);
  }

  /** It does again. */
  void watched(Lane lane) {
    String reason = NOT_WATCHED + lane.number() + " ";
    Log.warning(PortPair.class, this + ": " + reason + "is watched again");
    first.problem(lane, "");
    second.problem(lane, "");
  }

  @Override
  public String toString() {
    return first + " <-> " + second;
  }
}
