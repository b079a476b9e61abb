package io.fastvif.forward;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A JFR event: queues of a pair are served by another loop. */
@Name("io.fastvif.QueueMove")
@Label("Queue move")
@Category("fastvif")
@Description("The queues of a pair of ports with the same number are served by another loop")
@StackTrace(false)
final class LaneMoveEvent extends Event {
  @Label("Ports")
  String ports;

  @Label("Queue")
  int queue;

  @Label("From")
  @Description("The loop that served them")
  String from;

  @Label("To")
  @Description("The loop that serves them")
  String to;

  @Label("Reason")
  String reason;

  static void report(Lane lane, ForwardingLoop former, String why) {
    LaneMoveEvent event = new LaneMoveEvent();
    if (event.shouldCommit()) {
      event.ports = lane.pair().toString();
      event.queue = lane.number();
      event.from = former.roleName();
      event.to = lane.loop().roleName();
      event.reason = why;
      event.commit();
    }
  }
}
