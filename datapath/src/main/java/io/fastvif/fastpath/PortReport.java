package io.fastvif.fastpath;

import io.fastvif.forward.DropReason;
import io.fastvif.plan.ServedPort;
import java.util.Map;

/**
 * What a port has done since it was opened.
 *
 * @param port the port
 * @param connected whether a frontend is there
 * @param connections how many have been there
 * @param problem what is wrong now: that the tap was deleted, or gives no frames; of a frontend
 *     that is there what broke a ring, that it shares no memory, that its guest gives no buffers,
 *     or goes by a larger MTU than the tap's; else why the last one left; empty for nothing
 * @param fromGuest frames that the tap got
 * @param toGuest frames that the guest got
 */
public record PortReport(
    ServedPort port,
    boolean connected,
    long connections,
    String problem,
    Direction fromGuest,
    Direction toGuest) {

  /**
   * One direction.
   *
   * @param frames how many arrived
   * @param bytes of these
   * @param drops how many did not, by reason
   */
  public record Direction(long frames, long bytes, Map<DropReason, Long> drops) {
    /** Copies the map. */
    public Direction {
      drops = Map.copyOf(drops);
    }

    /** All drops together. */
    public long dropped() {
      return drops.values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
