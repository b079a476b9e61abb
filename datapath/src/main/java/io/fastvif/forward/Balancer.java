package io.fastvif.forward;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Moves lanes from busy loops to idle ones. It has no thread: once a second a loop that is awake
 * looks at all of them, so that nobody is woken when there is nothing to forward. No loop waits for
 * another one.
 */
final class Balancer {
  private static final long INTERVAL_NANOS = 1_000_000_000;

  /**
   * Moves nothing as long as the busiest loop moves frames for less than half of the time: it can
   * sleep in between, and two loops that wake up take more than one.
   */
  private static final double MIN_LOAD = 0.5;

  /** What a move has to bring at least, of a loop's time: loads change from second to second. */
  private static final double MIN_GAIN = 0.1;

  private final AtomicLong next;
  private final AtomicBoolean isUnderWay = new AtomicBoolean();
  private final Forwarder forwarder;
  private long last;

  Balancer(Forwarder forwarder) {
    this.forwarder = forwarder;
    last = System.nanoTime();
    next = new AtomicLong(last + INTERVAL_NANOS);
  }

  /** Looks at the loads if it is time to; any loop's thread. */
  void look(long now) {
    long due = next.get();
    if (now - due < 0 || !next.compareAndSet(due, now + INTERVAL_NANOS)) {
      return;
    }
    if (isUnderWay.compareAndSet(false, true)) {
      try {
        balance(now);
      } finally {
        isUnderWay.set(false);
      }
    }
  }

  private void balance(long now) {
    double interval = Math.max(1, now - last);
    last = now;
    List<Lane> lanes = new ArrayList<>();
    List<Integer> at = new ArrayList<>();
    List<Double> loads = new ArrayList<>();
    for (PortPair pair : forwarder.connected()) {
      for (Lane lane : pair.lanes()) {
        lanes.add(lane);
        at.add(lane.loop().number());
        loads.add(lane.takeBusyNanos() / interval);
      }
    }
    List<Move> moves = moves(at, loads, forwarder.loopCount(), lane -> isMovable(lanes.get(lane)));
    for (Move move : moves) {
      lanes.get(move.lane()).move(forwarder.loop(move.to()), "its loop was the busiest");
    }
  }

  private static boolean isMovable(Lane lane) {
    return !lane.hasEnded() && lane.pair().mayMove(lane);
  }

  /** Which lanes may move. */
  interface Movable {
    boolean mayMove(int lane);
  }

  /**
   * A lane that is to move.
   *
   * @param to the loop's number
   */
  record Move(int lane, int to) {}

  /**
   * Decides what to move.
   *
   * @param at at which loop each lane is
   * @param loads which part of the time each lane takes, from 0 to 1
   */
  static List<Move> moves(List<Integer> at, List<Double> loads, int loops, Movable movable) {
    List<Move> moves = new ArrayList<>();
    List<Integer> places = new ArrayList<>(at);
    double[] sums = new double[loops];
    for (int lane = 0; lane < places.size(); lane++) {
      sums[places.get(lane)] += loads.get(lane);
    }
    for (int i = 0; i < loops; i++) {
      int busiest = 0;
      int idlest = 0;
      for (int loop = 1; loop < loops; loop++) {
        busiest = sums[loop] > sums[busiest] ? loop : busiest;
        idlest = sums[loop] < sums[idlest] ? loop : idlest;
      }
      int best = best(places, loads, sums[busiest], sums[idlest], busiest, movable);
      if (best < 0) {
        return moves;
      }
      moves.add(new Move(best, idlest));
      sums[busiest] -= loads.get(best);
      sums[idlest] += loads.get(best);
      places.set(best, idlest);
    }
    return moves;
  }

  /** The lane after whose move the busier of two loops has the least to do; -1 if none pays. */
  private static int best(
      List<Integer> places,
      List<Double> loads,
      double most,
      double least,
      int busiest,
      Movable movable) {
    int best = -1;
    double bestAfter = most - MIN_GAIN;
    for (int lane = 0; most >= MIN_LOAD && lane < places.size(); lane++) {
      double after = Math.max(most - loads.get(lane), least + loads.get(lane));
      if (places.get(lane) == busiest && after <= bestAfter && movable.mayMove(lane)) {
        best = lane;
        bestAfter = after;
      }
    }
    return best;
  }
}
