package io.fastvif;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.ServedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A VIF that the host has something of.
 *
 * @param id the VIF's: by a device's alias, a lease, a served port, otherwise by a port's iface-id
 * @param isMarked whether something of it bears fastvif's mark. Ports of Open vSwitch have none: of
 *     a VIF without other devices nobody can say whether fastvif or os-vif plugged it
 * @param devices what there is of it
 */
public record PluggedVif(String id, boolean isMarked, List<PluggedDevice> devices) {
  private static final String SERVED = "vhost-user";
  private static final String LEASED = "pci";

  /** Copies the list. */
  public PluggedVif {
    devices = List.copyOf(devices);
  }

  /**
   * All that a host has: the links with an alias of fastvif's, leases, served ports, and the ports
   * of Open vSwitch with an iface-id.
   *
   * @param served the ports that this process's forwarder serves
   */
  public static List<PluggedVif> all(HostSnapshot host, Collection<ServedPort> served) {
    Map<String, List<PluggedDevice>> devices = new LinkedHashMap<>();
    Set<String> marked = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (LinkState link : host.links()) {
      Optional<String> id = Aliases.vifId(link.alias());
      if (id.isPresent()) {
        names.add(link.name());
        marked.add(id.get());
        add(devices, id.get(), device(host, link.name(), link));
      }
    }
    host.devices()
        .leases()
        .forEach(
            (address, lease) -> {
              if (lease.former() != null) { // otherwise it is only reserved
                marked.add(lease.holder());
                add(devices, lease.holder(), PluggedDevice.of(address.toString(), LEASED));
              }
            });
    for (ServedPort port : served) {
      marked.add(port.vifId());
      add(devices, port.vifId(), PluggedDevice.of(port.path(), SERVED));
    }
    for (OvsSnapshot.Interface port : host.ovs().interfaces()) {
      String id = port.interfaceId();
      if (!id.isEmpty() && !names.contains(port.name())) {
        add(devices, id, device(host, port.name(), host.link(port.name()).orElse(null)));
      }
    }
    List<PluggedVif> all = new ArrayList<>(devices.size());
    devices.forEach((id, of) -> all.add(new PluggedVif(id, marked.contains(id), of)));
    return all;
  }

  private static void add(
      Map<String, List<PluggedDevice>> devices, String id, PluggedDevice device) {
    devices.computeIfAbsent(id, key -> new ArrayList<>()).add(device);
  }

  private static PluggedDevice device(HostSnapshot host, String name, LinkState link) {
    Optional<OvsSnapshot.Interface> port = host.ovs().networkInterface(name);
    return new PluggedDevice(
        name,
        link,
        link == null ? port.map(OvsSnapshot.Interface::type).orElse("") : link.kind(),
        link == null ? "" : host.link(link.master()).map(LinkState::name).orElse(""),
        port.flatMap(row -> host.ovs().portOf(row)).map(OvsSnapshot.Port::bridge).orElse(""),
        port.map(OvsSnapshot.Interface::interfaceId).orElse(""));
  }
}
