package io.fastvif.event;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Settings of a device were changed, or not. */
@Name("io.fastvif.Change")
@Label("Change")
@Description("Settings of a device were changed, or not")
public final class ChangeEvent extends OperationEvent {
  private static final ChangeEvent PROBE = new ChangeEvent();

  /** An event that has not begun. */
  public ChangeEvent() {}

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
