package io.fastvif.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A connection with a vhost-user frontend, from its beginning to its end. */
@Name("io.fastvif.VhostUserSession")
@Label("vhost-user Session")
@Description("A connection with a vhost-user frontend, from its beginning to its end")
@Category("fastvif")
@StackTrace(false)
public final class VhostUserSessionEvent extends Event {
  private static final VhostUserSessionEvent PROBE = new VhostUserSessionEvent();

  /** An event that has not begun. */
  public VhostUserSessionEvent() {}

  @Label("Namespace")
  @Description("The network namespace; empty for the process's own")
  public String namespace;

  @Label("Owner")
  @Description("Whether it was the one that set up the port, and not a probe")
  public boolean owner;

  @Label("Failed")
  @Description("Whether a fault ended it")
  public boolean failed;

  @Label("Reason")
  @Description("Why it ended, in words")
  public String reason;

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
