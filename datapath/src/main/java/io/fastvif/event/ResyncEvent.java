package io.fastvif.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The whole host was read, because events were lost or nothing was known. */
@Name("io.fastvif.Resync")
@Label("Resync")
@Description("The whole host was read, because events were lost or nothing was known")
@Category("fastvif")
@StackTrace(false)
public final class ResyncEvent extends Event {
  private static final ResyncEvent PROBE = new ResyncEvent();

  /** An event that has not begun. */
  public ResyncEvent() {}

  @Label("Namespace")
  @Description("The network namespace; empty for the process's own")
  public String namespace;

  @Label("Reason")
  @Description("Why, in words")
  public String reason;

  @Label("Links")
  @Description("How many links there are")
  public int links;

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
