package io.fastvif.agent.metrics;

import io.fastvif.fastpath.PortReport;
import io.fastvif.fastpath.PortReport.Direction;
import io.fastvif.forward.DropReason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sums over the forwarder's ports that never go back: what a port had done when it was last looked
 * at still counts when it is closed. What it does between that look and its end is not known.
 */
final class PortTotals {
  private final Map<String, PortReport> open = new HashMap<>();
  private final Sum closedFromGuest = new Sum();
  private final Sum closedToGuest = new Sum();
  private long closedConnections;

  /**
   * The sums.
   *
   * @param connected how many ports have a guest now
   * @param connections how many guests have been there
   */
  record Totals(
      int ports, int connected, long connections, Direction fromGuest, Direction toGuest) {}

  private static final class Sum {
    private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    private long frames;
    private long bytes;

    void add(Direction direction) {
      frames += direction.frames();
      bytes += direction.bytes();
      direction.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
    }

    Direction direction() {
      return new Direction(frames, bytes, drops);
    }
  }

  /** Takes in what the ports have done by now. */
  synchronized Totals look(List<PortReport> reports) {
    Map<String, PortReport> now = new HashMap<>();
    reports.forEach(report -> now.put(report.port().vifId(), report));
    open.forEach(
        (id, before) -> {
          PortReport after = now.get(id);
          if (after == null || !isLaterOf(before, after)) {
            closedFromGuest.add(before.fromGuest());
            closedToGuest.add(before.toGuest());
            closedConnections += before.connections();
          }
        });
    open.clear();
    open.putAll(now);
    Sum fromGuest = new Sum();
    Sum toGuest = new Sum();
    fromGuest.add(closedFromGuest.direction());
    toGuest.add(closedToGuest.direction());
    long connections = closedConnections;
    int connected = 0;
    for (PortReport report : now.values()) {
      fromGuest.add(report.fromGuest());
      toGuest.add(report.toGuest());
      connections += report.connections();
      connected += report.connected() ? 1 : 0;
    }
    return new Totals(
        now.size(), connected, connections, fromGuest.direction(), toGuest.direction());
  }

  /** Whether it is the same port, and not one that was opened in its place. */
  private static boolean isLaterOf(PortReport before, PortReport after) {
    return before.port().equals(after.port())
        && before.connections() <= after.connections()
        && isLaterOf(before.fromGuest(), after.fromGuest())
        && isLaterOf(before.toGuest(), after.toGuest());
  }

  private static boolean isLaterOf(Direction before, Direction after) {
    return before.frames() <= after.frames() && before.dropped() <= after.dropped();
  }
}
