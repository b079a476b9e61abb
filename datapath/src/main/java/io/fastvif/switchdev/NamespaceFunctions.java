package io.fastvif.switchdev;

import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsException;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.Step;
import java.io.IOException;

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

  /**
   * Changes a card's switch; the next {@link #snapshot()} is of after that.
   *
   * @return false if it was so already
   * @throws IOException if the kernel or the driver refuses
   */
  public boolean perform(Step.SetEswitch step) throws IOException {
    Sysfs sysfs = Sysfs.ofHost();
    if (namespace.isCurrent()) {
      return EswitchSetter.perform(step, sysfs);
    }
    try {
      return namespace.call(() -> EswitchSetter.perform(step, sysfs));
    } catch (NetnsException failed) {
      if (failed.getCause() instanceof IOException refused) {
        throw refused;
      }
      throw failed;
    }
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
