package io.fastvif.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Messages of several operations went to the kernel in one send, and were answered. */
@Name("io.fastvif.Batch")
@Label("Batch")
@Description("Messages of several operations went to the kernel in one send, and were answered")
@Category("fastvif")
@StackTrace(false)
public final class BatchEvent extends Event {
  private static final BatchEvent PROBE = new BatchEvent();

  /** An event that has not begun. */
  public BatchEvent() {}

  @Label("Namespace")
  @Description("The network namespace; empty for the process's own")
  public String namespace;

  @Label("Messages")
  @Description("How many netlink messages")
  public int messages;

  @Label("Plans")
  @Description("How many operations they were for")
  public int plans;

  /** Whether it is recorded at present. */
  static boolean isOn() {
    return PROBE.isEnabled();
  }
}
