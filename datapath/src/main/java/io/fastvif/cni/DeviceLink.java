package io.fastvif.cni;

import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.vif.MacAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A link as it is now, in some namespace.
 *
 * @param index its number there
 * @param name its name there
 * @param altnames its alternative names
 * @param alias empty for none
 * @param mac null for none
 * @param mtu in bytes
 * @param group the interface group it is in
 * @param isUp whether it is administratively up
 * @param facts what it is
 */
record DeviceLink(
    int index,
    String name,
    List<String> altnames,
    String alias,
    MacAddress mac,
    int mtu,
    int group,
    boolean isUp,
    DeviceFacts facts) {
  /** Copies the list. */
  DeviceLink {
    altnames = List.copyOf(altnames);
  }

  private static DeviceLink of(LinkMessage link) {
    return new DeviceLink(
        link.index(),
        link.name(),
        link.alternativeNames(),
        link.alias() == null ? "" : link.alias(),
        link.address() == 0 ? null : new MacAddress(link.address()),
        link.mtu(),
        link.group(),
        link.isUp(),
        DeviceFacts.of(link));
  }

  /** One of a namespace. */
  static DeviceLink read(RouteSocket socket, int index) {
    DeviceLink[] read = new DeviceLink[1];
    LinkMessage link = new LinkMessage();
    socket.query(socket.link().get(index), message -> read[0] = of(link.wrap(message)));
    return read[0];
  }

  /** All of a namespace; those that come and go all the time may be left out. */
  static List<DeviceLink> all(RouteSocket socket) {
    Map<Integer, DeviceLink> all = new LinkedHashMap<>();
    PodLinks.each(socket, link -> all.put(link.index(), of(link)));
    return List.copyOf(all.values());
  }
}
