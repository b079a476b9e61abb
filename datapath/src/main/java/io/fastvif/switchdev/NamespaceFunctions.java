package io.fastvif.switchdev;

import io.fastvif.netns.Netns;
import io.fastvif.plan.SriovSnapshot;

/**
 * The functions as they are seen from one network namespace, whichever thread asks. The first
 * question opens the sockets and reads everything; a host whose functions nobody asks for pays for
 * one open descriptor.
 */
public final class NamespaceFunctions implements AutoCloseable {
  private final Netns namespace = Netns.current();
  private SwitchdevMonitor monitor;
  private boolean closed;

  /** Of the namespace of the calling thread. */
  public NamespaceFunctions() {}

  /**
   * What planning is shown: as it is now.
   *
   * @throws io.fastvif.bindings.SystemCallException if the kernel refuses a socket, or the asking
   *     thread is in another namespace and may not enter this one
   * @throws IllegalStateException if this is closed
   */
  public SriovSnapshot snapshot() {
    return monitor().snapshot();
  }

  private synchronized SwitchdevMonitor monitor() {
    if (closed) {
      throw new IllegalStateException("the reader of functions is closed");
    }
    if (monitor == null) {
      monitor =
          namespace.isCurrent() ? SwitchdevMonitor.open() : namespace.call(SwitchdevMonitor::open);
    }
    return monitor;
  }

  /** Closes the sockets. */
  @Override
  public synchronized void close() {
    closed = true;
    namespace.close();
    if (monitor != null) {
      monitor.close();
    }
  }
}
