package io.fastvif.forward;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A JFR event: a ring or a session of a port has changed its state. */
@Name("io.fastvif.PortState")
@Label("Port state")
@Category("fastvif")
@Description("A ring or the session of a vhost-user port has changed its state")
@StackTrace(false)
final class RingEvent extends Event {
  /** For the whole port. */
  static final int NO_RING = -1;

  @Label("Port")
  String port;

  @Label("Ring")
  @Description("Its number, -1 for the session")
  int ring;

  @Label("State")
  String state;

  @Label("Reason")
  String reason;

  static void report(String port, int ring, String state, String reason) {
    RingEvent event = new RingEvent();
    if (event.shouldCommit()) {
      event.port = port;
      event.ring = ring;
      event.state = state;
      event.reason = reason;
      event.commit();
    }
  }
}
