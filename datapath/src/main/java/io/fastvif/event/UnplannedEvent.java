package io.fastvif.event;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** An operation on a VIF could not be planned. */
@Name("io.fastvif.Unplanned")
@Label("Unplanned Operation")
@Description("An operation on a VIF could not be planned")
public final class UnplannedEvent extends OperationEvent {
  private static final UnplannedEvent PROBE = new UnplannedEvent();

  /** An event that has not begun. */
  public UnplannedEvent() {}

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
