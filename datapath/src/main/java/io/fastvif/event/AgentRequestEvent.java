package io.fastvif.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A request to the agent, from when its head had come until its answer was known. */
@Name("io.fastvif.AgentRequest")
@Label("Agent Request")
@Description("A request to the agent, from when its head had come until its answer was known")
@Category("fastvif")
@StackTrace(false)
public final class AgentRequestEvent extends Event {
  private static final AgentRequestEvent PROBE = new AgentRequestEvent();

  /** An event that has not begun. */
  public AgentRequestEvent() {}

  @Label("Request")
  @Description("Its method and path; long ones are cut")
  public String request;

  @Label("Route")
  @Description("What the path was taken for; \"other\" for nothing that is known")
  public String route;

  @Label("User")
  @Description("The user that asked")
  public String user;

  @Label("Status")
  @Description("The status of the answer")
  public int status;

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
