package io.fastvif.fastpath;

import io.fastvif.forward.FlowStatistics;
import io.fastvif.forward.Residence;
import org.HdrHistogram.Histogram;

/**
 * How large the bursts were that all ports have forwarded, those that are closed included, and how
 * long they stayed.
 *
 * @param fromGuest bursts from guests
 * @param toGuest bursts to guests
 */
public record BurstReport(Direction fromGuest, Direction toGuest) {
  private static final int MAX_BURST = 1024;
  private static final int DIGITS = 2;

  /** Of no ports. */
  public static BurstReport none() {
    return new BurstReport(Direction.none(), Direction.none());
  }

  /**
   * One direction.
   *
   * @param sizes frames of each burst
   * @param residence how long those that were measured stayed
   */
  public record Direction(Histogram sizes, Residence residence) {

    static Direction none() {
      return new Direction(new Histogram(MAX_BURST, DIGITS), Residence.NONE);
    }

    Direction plus(FlowStatistics flow) {
      Histogram both = sizes.copy();
      both.add(flow.burstSizes());
      return new Direction(both, residence.plus(flow.residence()));
    }
  }

  /** With what a port has done. */
  BurstReport plus(PortStatistics port) {
    Direction from = fromGuest;
    for (FlowStatistics flow : port.in()) {
      from = from.plus(flow);
    }
    Direction to = toGuest;
    for (FlowStatistics flow : port.out()) {
      to = to.plus(flow);
    }
    return new BurstReport(from, to);
  }
}
