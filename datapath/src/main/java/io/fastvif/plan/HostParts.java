package io.fastvif.plan;

import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Where a snapshot has from what rtnetlink's links, addresses and routes do not tell. Each is asked
 * once, when planning first wants to know, and may throw; see {@link HostSnapshot#with}.
 *
 * @param entries what hangs on the link of an index
 * @param movedLinks the links of other namespaces that lie on the link of an index
 * @param ovs Open vSwitch's rows
 * @param sriov the SR-IOV network cards
 * @param filters the rules on what the host forwards
 * @param devices the PCI devices, by the snapshot itself
 * @param vhostUserPorts the vhost-user ports of a forwarder, by the ids of their VIFs
 */
public record HostParts(
    IntFunction<LinkEntries> entries,
    IntFunction<MovedLinks> movedLinks,
    Supplier<OvsSnapshot> ovs,
    Supplier<SriovSnapshot> sriov,
    Supplier<FilterSnapshot> filters,
    Function<HostSnapshot, DeviceSnapshot> devices,
    Map<String, ServedPort> vhostUserPorts) {

  /** Copies the map. */
  public HostParts {
    vhostUserPorts = Map.copyOf(vhostUserPorts);
  }

  /** The same with other vhost-user ports. */
  public HostParts withVhostUserPorts(Map<String, ServedPort> ports) {
    return new HostParts(entries, movedLinks, ovs, sriov, filters, devices, ports);
  }
}
