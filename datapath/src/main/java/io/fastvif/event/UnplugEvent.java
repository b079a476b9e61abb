package io.fastvif.event;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A VIF was unplugged, or not. */
@Name("io.fastvif.Unplug")
@Label("Unplug")
@Description("A VIF was unplugged, or not")
public final class UnplugEvent extends OperationEvent {
  private static final UnplugEvent PROBE = new UnplugEvent();

  /** An event that has not begun. */
  public UnplugEvent() {}

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
