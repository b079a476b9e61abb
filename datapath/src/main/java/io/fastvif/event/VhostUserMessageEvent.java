package io.fastvif.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A message of a vhost-user frontend to a served port, and its answer. */
@Name("io.fastvif.VhostUserMessage")
@Label("vhost-user Message")
@Description("A message of a vhost-user frontend to a served port, and its answer")
@Category("fastvif")
@StackTrace(false)
public final class VhostUserMessageEvent extends Event {
  private static final VhostUserMessageEvent PROBE = new VhostUserMessageEvent();

  /** An event that has not begun. */
  public VhostUserMessageEvent() {}

  @Label("Namespace")
  @Description("The network namespace; empty for the process's own")
  public String namespace;

  @Label("Port")
  @Description("The port's name")
  public String port;

  @Label("Request")
  @Description("What the frontend said, decoded; long ones are cut")
  public String request;

  @Label("Answer")
  @Description("What it was answered, decoded; long ones are cut")
  public String answer;

  @Label("Answered In")
  @Description("Time from the message to its answer")
  @Timespan(Timespan.NANOSECONDS)
  public long answeredIn;

  @Label("Failed")
  @Description("Whether it was refused")
  public boolean failed;

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
