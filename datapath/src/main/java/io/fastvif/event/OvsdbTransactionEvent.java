package io.fastvif.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A transaction with an OVSDB server. */
@Name("io.fastvif.OvsdbTransaction")
@Label("OVSDB Transaction")
@Description("A transaction with an OVSDB server")
@Category("fastvif")
@StackTrace(false)
public final class OvsdbTransactionEvent extends Event {
  private static final OvsdbTransactionEvent PROBE = new OvsdbTransactionEvent();

  /** An event that has not begun. */
  public OvsdbTransactionEvent() {}

  @Label("Namespace")
  @Description("The network namespace; empty for the process's own")
  public String namespace;

  @Label("Operations")
  @Description("How many operations it has")
  public int operations;

  @Label("Outcome")
  @Description("COMMITTED, REFUSED, NOT_SENT or UNKNOWN")
  public String outcome;

  @Label("Error")
  @Description("The server's words; empty if it was committed")
  public String error;

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
