package io.fastvif.cni;

import io.fastvif.bindings.FileIo;
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
  private static final String IPV4 = "/proc/sys/net/ipv4/ip_forward";
  private static final String IPV6 = "/proc/sys/net/ipv6/conf/all/forwarding";
  private static final String ON = "1";

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
        KernelFile.write(IPV4, ON);
      }
      if (ipv6) {
        KernelFile.write(IPV6, ON);
      }
    } catch (SystemCallException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
    return true;
  }

  /** Compares. */
  void check(AttachmentCheck check) {
    check.require(!ipv4 || isOn(IPV4), "the host does not forward IPv4");
    check.require(!ipv6 || isOn(IPV6), "the host does not forward IPv6");
  }

  /** Any other number than 0 switches it on. */
  private static boolean isOn(String setting) {
    return !FileIo.readText(setting).strip().equals("0");
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
