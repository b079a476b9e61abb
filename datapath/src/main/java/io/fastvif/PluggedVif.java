package io.fastvif;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.ServedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A VIF that the host has something of.
 *
 * @param id the VIF's: by a device's alias, a lease, the rules that it wants of a bridge, a served
 *     port, the mark of a port of Open vSwitch, otherwise by a port's iface-id
 * @param isMarked whether something of it bears fastvif's mark. A leased device bears it if its
 *     lease says that a host of this namespace plugged it; one that another namespace's did is not
 *     listed, and one of a fastvif that did not say so may be anybody's. A port of Open vSwitch
 *     without a mark was plugged by os-vif or somebody else, or by fastvif before it marked ports.
 *     The mark of a port does not count where its bridge is no link: the switch is in another
 *     network namespace, with another host to look after it, or does not run
 * @param devices what there is of it
 */
public record PluggedVif(String id, boolean isMarked, List<PluggedDevice> devices) {
  private static final String SERVED = "vhost-user";
  private static final String LEASED = "pci";
  private static final String RULES = "rules";

  /** Copies the list. */
  public PluggedVif {
    devices = List.copyOf(devices);
  }

  /** Whether it is unplugged where nobody declares it; a pod's is its runtime's to unplug. */
  public boolean mayBeOrphan() {
    return isMarked && !Aliases.isPod(id);
  }

  /**
   * All that a host has: the links with an alias of fastvif's, leases, rules on what bridges
   * forward, served ports, and the ports of Open vSwitch with fastvif's mark or an iface-id.
   *
   * @param served the ports that this process's forwarder serves
   */
  public static List<PluggedVif> all(HostSnapshot host, Collection<ServedPort> served) {
    Map<String, List<PluggedDevice>> devices = new LinkedHashMap<>();
    Set<String> marked = new HashSet<>();
    Map<String, String> ofLinks = new HashMap<>();
    for (LinkState link : host.links()) {
      Optional<String> id = Aliases.vifId(link.alias());
      if (id.isPresent()) {
        ofLinks.put(link.name(), id.get());
        marked.add(id.get());
        add(devices, id.get(), device(host, link.name(), link));
      }
    }
    host.devices()
        .leases()
        .forEach(
            (address, lease) -> {
              boolean isHere = isHere(host, lease);
              if (isHere) {
                marked.add(lease.holder());
              }
              if (isHere || (lease.former() != null && lease.namespace() == null)) {
                add(devices, lease.holder(), PluggedDevice.of(address.toString(), LEASED));
              }
            });
    host.filters()
        .vifs()
        .forEach(
            (bridge, ids) -> {
              marked.addAll(ids);
              ids.forEach(id -> add(devices, id, PluggedDevice.of(bridge, RULES)));
            });
    for (ServedPort port : served) {
      marked.add(port.vifId());
      add(devices, port.vifId(), PluggedDevice.of(port.path(), SERVED));
    }
    for (OvsSnapshot.InterfaceRow port : host.ovs().interfaces()) {
      String ofLink = ofLinks.getOrDefault(port.name(), port.interfaceId());
      String id = port.markedVifId().orElse(ofLink);
      if (isHere(host, port)) {
        port.markedVifId().ifPresent(marked::add);
      }
      if (!id.isEmpty() && !id.equals(ofLinks.get(port.name()))) {
        add(devices, id, device(host, port.name(), host.link(port.name()).orElse(null)));
      }
    }
    List<PluggedVif> all = new ArrayList<>(devices.size());
    devices.forEach((id, of) -> all.add(new PluggedVif(id, marked.contains(id), of)));
    return all;
  }

  /** Whether the device was plugged, not only reserved, by a host of this namespace. */
  static boolean isHere(HostSnapshot host, DeviceLease lease) {
    return lease.former() != null
        && lease.namespace() != null
        && lease.namespace().equals(host.devices().namespace());
  }

  /** Whether the port's switch is in this namespace, as the link of its bridge is then. */
  static boolean isHere(HostSnapshot host, OvsSnapshot.InterfaceRow port) {
    return host.ovs().portOf(port).flatMap(row -> host.link(row.bridge())).isPresent();
  }

  private static void add(
      Map<String, List<PluggedDevice>> devices, String id, PluggedDevice device) {
    devices.computeIfAbsent(id, key -> new ArrayList<>()).add(device);
  }

  private static PluggedDevice device(HostSnapshot host, String name, LinkState link) {
    Optional<OvsSnapshot.InterfaceRow> port = host.ovs().networkInterface(name);
    return new PluggedDevice(
        name,
        link,
        link == null ? port.map(OvsSnapshot.InterfaceRow::type).orElse("") : link.kind(),
        link == null ? "" : host.link(link.master()).map(LinkState::name).orElse(""),
        port.flatMap(row -> host.ovs().portOf(row)).map(OvsSnapshot.PortRow::bridge).orElse(""),
        port.map(OvsSnapshot.InterfaceRow::interfaceId).orElse(""));
  }
}
