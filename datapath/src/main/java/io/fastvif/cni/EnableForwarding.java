package io.fastvif.cni;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.KernelFile;
import io.fastvif.plan.PluginStep;
import java.io.IOException;

/**
 * Has the host forward between its links. Equivalent to {@code sysctl net.ipv4.ip_forward=1} and
 * {@code sysctl net.ipv6.conf.all.forwarding=1}. It stays on, as with the reference plugins: others
 * may rely on it. So it is the last step of a plan, and none that fails has switched it on.
 */
record EnableForwarding(boolean ipv4, boolean ipv6) implements PluginStep {
  /** For the families of a pod's addresses. */
  static EnableForwarding of(CniResult addressing) {
    return new EnableForwarding(
        addressing.ips().stream().anyMatch(ip -> ip.cidr().isIpv4()),
        addressing.ips().stream().anyMatch(ip -> !ip.cidr().isIpv4()));
  }

  @Override
  public boolean perform() throws IOException {
    try {
      if (ipv4) {
        KernelFile.write("/proc/sys/net/ipv4/ip_forward", "1");
      }
      if (ipv6) {
        KernelFile.write("/proc/sys/net/ipv6/conf/all/forwarding", "1");
      }
    } catch (SystemCallException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
    return true;
  }

  /** Nothing: it stays on. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "forward" + (ipv4 ? " IPv4" : "") + (ipv6 ? " IPv6" : "");
  }
}
