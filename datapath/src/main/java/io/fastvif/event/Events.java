package io.fastvif.event;

import jdk.jfr.FlightRecorder;

/**
 * Whether events are recorded at present. Until Flight Recorder is used for the first time, no
 * event's class is loaded for that: the classes of events cannot be kept for a quicker start.
 */
public final class Events {
  private Events() {}

  /** Whether any event on an operation is. */
  public static boolean recordOperations() {
    return FlightRecorder.isInitialized() && OperationEvents.isAnyOn();
  }

  /** Whether {@link BatchEvent} is. */
  public static boolean recordBatches() {
    return FlightRecorder.isInitialized() && BatchEvent.isOn();
  }

  /** Whether {@link ResyncEvent} is. */
  public static boolean recordResyncs() {
    return FlightRecorder.isInitialized() && ResyncEvent.isOn();
  }

  /** Whether {@link OvsdbTransactionEvent} is. */
  public static boolean recordTransactions() {
    return FlightRecorder.isInitialized() && OvsdbTransactionEvent.isOn();
  }

  /** Whether {@link AgentRequestEvent} is. */
  public static boolean recordRequests() {
    return FlightRecorder.isInitialized() && AgentRequestEvent.isOn();
  }

  /** Whether {@link VhostUserMessageEvent} is. */
  public static boolean recordMessages() {
    return FlightRecorder.isInitialized() && VhostUserMessageEvent.isOn();
  }

  /** Whether {@link VhostUserSessionEvent} is. */
  public static boolean recordSessions() {
    return FlightRecorder.isInitialized() && VhostUserSessionEvent.isOn();
  }
}
