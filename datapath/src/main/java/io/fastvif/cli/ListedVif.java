package io.fastvif.cli;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A device or port of a VIF, as {@code list} shows it.
 *
 * @param id the VIF's, by the device's alias, otherwise the port's iface-id
 * @param link null for a port without a link: vhost-user, DPDK, patch, or one whose device is not
 *     there
 * @param kind the link's, or the type of the port's interface
 * @param master the name of the link's master; empty for none
 * @param ovsBridge the bridge of Open vSwitch that it is a port of; empty if it is none
 * @param interfaceId the iface-id of that port; empty if it has none
 */
record ListedVif(
    String id,
    String name,
    LinkState link,
    String kind,
    String master,
    String ovsBridge,
    String interfaceId) {
  /** The links with an alias of fastvif's, and then the ports of Open vSwitch with an iface-id. */
  static List<ListedVif> all(HostSnapshot host) {
    List<ListedVif> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (LinkState link : host.links()) {
      Optional<String> vifId = Aliases.vifId(link.alias());
      if (vifId.isPresent()) {
        names.add(link.name());
        all.add(of(host, vifId.get(), link.name(), link));
      }
    }
    for (OvsSnapshot.Interface port : host.ovs().interfaces()) {
      String id = port.interfaceId();
      if (!id.isEmpty() && !names.contains(port.name())) {
        all.add(of(host, id, port.name(), host.link(port.name()).orElse(null)));
      }
    }
    return all;
  }

  private static ListedVif of(HostSnapshot host, String id, String name, LinkState link) {
    Optional<OvsSnapshot.Interface> port = host.ovs().networkInterface(name);
    return new ListedVif(
        id,
        name,
        link,
        link == null ? port.map(OvsSnapshot.Interface::type).orElse("") : link.kind(),
        link == null ? "" : host.link(link.master()).map(LinkState::name).orElse(""),
        port.flatMap(row -> host.ovs().portOf(row)).map(OvsSnapshot.Port::bridge).orElse(""),
        port.map(OvsSnapshot.Interface::interfaceId).orElse(""));
  }
}
