package io.fastvif.event;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A VIF was plugged, or not. */
@Name("io.fastvif.Plug")
@Label("Plug")
@Description("A VIF was plugged, or not")
public final class PlugEvent extends OperationEvent {
  private static final PlugEvent PROBE = new PlugEvent();

  /** An event that has not begun. */
  public PlugEvent() {}

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
