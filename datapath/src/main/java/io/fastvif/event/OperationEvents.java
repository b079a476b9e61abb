package io.fastvif.event;

/** Makes the events on operations; loaded with them, when they are recorded. */
public final class OperationEvents {
  private OperationEvents() {}

  static boolean isAnyOn() {
    return PlugEvent.isOn() || UnplugEvent.isOn() || ChangeEvent.isOn() || UnplannedEvent.isOn();
  }

  /** Of a plug. */
  public static OperationEvent plug() {
    return new PlugEvent();
  }

  /** Of an unplug. */
  public static OperationEvent unplug() {
    return new UnplugEvent();
  }

  /** Of a change. */
  public static OperationEvent change() {
    return new ChangeEvent();
  }

  /** Of an operation that could not be planned. */
  public static OperationEvent unplanned() {
    return new UnplannedEvent();
  }
}
