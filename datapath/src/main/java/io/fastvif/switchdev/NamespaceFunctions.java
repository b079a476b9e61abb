package io.fastvif.switchdev;

import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsException;
import io.fastvif.pci.PciDevices;
import io.fastvif.pci.SriovFunctions;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.SriovSnapshot;
import java.io.IOException;

/**
 * The functions as they are seen from one network namespace, whichever thread asks. The first
 * question opens the sockets and reads everything; a host whose functions nobody asks for pays for
 * one open descriptor.
 */
public final class NamespaceFunctions implements AutoCloseable {
  private final Netns namespace;
  private final boolean ownsNamespace;
  private SwitchdevMonitor monitor;
  private boolean closed;

  /** Reads the functions from the calling thread's namespace. */
  public NamespaceFunctions() {
    namespace = Netns.current();
    ownsNamespace = true;
  }

  /** Reads them from that namespace, which stays the caller's to close, after this. */
  public NamespaceFunctions(Netns namespace) {
    this.namespace = namespace;
    ownsNamespace = false;
  }

  /**
   * The current state, for planning.
   *
   * @throws io.fastvif.bindings.SystemCallException if the kernel refuses a socket, or the asking
   *     thread is in another namespace and may not enter this one
   * @throws IllegalStateException if this is closed
   */
  public SriovSnapshot snapshot() {
    return monitor().snapshot();
  }

  /**
   * Changes a card's switch; later {@link #snapshot()}s show it.
   *
   * @return false if it was so already
   * @throws IOException if the kernel or the driver refuses
   */
  public boolean perform(DeviceStep.SetEswitch step) throws IOException {
    SriovFunctions functions = new PciDevices(PciDevices.SYSFS).sriov();
    if (namespace.isCurrent()) {
      return EswitchSetter.perform(step, functions);
    }
    try {
      return namespace.call(() -> EswitchSetter.perform(step, functions));
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
    if (ownsNamespace) {
      namespace.close();
    }
    if (monitor != null) {
      monitor.close();
    }
  }
}
