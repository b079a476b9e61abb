package io.fastvif.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** An operation on a VIF, from when the engine took it until it had ended. */
@Category("fastvif")
@StackTrace(false)
public abstract class OperationEvent extends Event {
  @Label("VIF")
  @Description("The VIF's id")
  public String vifId;

  @Label("Device")
  @Description("The VIF's name, which most plugins give its device")
  public String device;

  @Label("Namespace")
  @Description("The network namespace; empty for the process's own")
  public String namespace;

  @Label("Outcome")
  @Description("PLUGGED, UNPLUGGED, CHANGED, UNCHANGED or FAILED")
  public String outcome;

  @Label("Failed Step")
  @Description("The step that failed; empty for none")
  public String failedStep;

  @Label("Error Number")
  @Description("The kernel's name for the error, such as EBUSY; empty for none")
  public String errno;

  @Label("Detail")
  @Description("Why it failed, in words; empty if it did not")
  public String detail;

  @Label("Left Behind")
  @Description("How many things could not be undone")
  public int leftBehind;

  OperationEvent() {}
}
