package io.fastvif.agent;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that happened to a VIF or a port.
 *
 * @param number counts the agent's events from 1, without gaps
 * @param time when it was seen
 * @param kind what happened
 * @param vifId the VIF; empty if it is nobody's
 * @param detail what exactly, in one line: the device, what differs, why it failed
 */
public record AgentEvent(long number, Instant time, Kind kind, String vifId, String detail) {
  /** What can happen. */
  public enum Kind {
    /** A VIF was plugged, or changed, as a caller asked. */
    PLUGGED,
    /** A VIF was unplugged as a caller asked. */
    UNPLUGGED,
    /** A plug or an unplug that a caller asked for has failed. */
    FAILED,
    /** The host differs from what was declared. */
    DRIFTED,
    /** The host is as declared again. */
    REPAIRED,
    /** A repair failed. */
    REPAIR_FAILED,
    /** A guest has connected to a vhost-user port. */
    PORT_UP,
    /** A guest has left a vhost-user port. */
    PORT_DOWN
  }

  /** Checks that nothing is missing. */
  public AgentEvent {
    Objects.requireNonNull(time);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(vifId);
    Objects.requireNonNull(detail);
  }
}
