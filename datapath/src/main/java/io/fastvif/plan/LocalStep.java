package io.fastvif.plan;

import java.util.OptionalInt;

/**
 * A step on this host's files and devices that takes microseconds: the engine's own thread does it,
 * and goes on with the plan at once.
 */
public sealed interface LocalStep extends Step {

  /** The link that it makes or is done to. */
  String name();

  /**
   * Creates a persistent tap. Equivalent to {@code ip tuntap add NAME mode tap}; a link of that
   * name that exists already, tap or not, makes it fail.
   *
   * @param multiQueue whether several queues may be opened ({@code multi_queue})
   * @param vnetHeader whether frames carry a virtio-net header ({@code vnet_hdr})
   * @param owner the user id that may attach to the tap, if not anyone with CAP_NET_ADMIN only
   * @param group the group id that may attach to the tap
   */
  record CreateTap(
      String name, boolean multiQueue, boolean vnetHeader, OptionalInt owner, OptionalInt group)
      implements LocalStep {
    @Override
    public String toString() {
      return "create tap "
          + name
          + (multiQueue ? " multi_queue" : "")
          + (vnetHeader ? " vnet_hdr" : "")
          + (owner.isPresent() ? " user " + owner.getAsInt() : "")
          + (group.isPresent() ? " group " + group.getAsInt() : "");
    }
  }

  /**
   * Switches IPv6 off or on for a link. Equivalent to {@code sysctl
   * net.ipv6.conf.NAME.disable_ipv6=1}; a kernel without IPv6 has nothing to switch.
   */
  record DisableIpv6(String name, boolean disabled) implements LocalStep {
    @Override
    public String toString() {
      return "set " + name + ": disable_ipv6 " + (disabled ? 1 : 0);
    }
  }

  /**
   * Writes a setting of a link below {@code /proc/sys/net}. Equivalent to {@code sysctl
   * net.ipv4.conf.NAME.proxy_arp=1}; a kernel without IPv6 has none of IPv6's to write.
   */
  record SetSysctl(String name, LinkSysctl setting, int value) implements LocalStep {
    @Override
    public String toString() {
      return "set net/" + setting.path(name) + " to " + value;
    }
  }
}
