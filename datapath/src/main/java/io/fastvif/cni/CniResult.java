package io.fastvif.cni;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What ADD has made, as the runtime and the next plugin of a chain get it.
 *
 * @param interfaces the links, of which addresses name one by its place
 * @param ips the addresses
 * @param routes the pod's
 * @param dns as it came, empty for none
 */
record CniResult(
    List<Link> interfaces, List<Address> ips, List<PodRoute> routes, Map<String, Object> dns) {
  /**
   * A link.
   *
   * @param mac null where it is not known
   * @param mtu 0 where it is not said
   * @param sandbox the path of the pod's namespace; empty for a link of the host
   * @param socketPath that of a socket that stands for it; empty for none
   * @param pciId the address of its PCI device; empty for none
   */
  record Link(
      String name, MacAddress mac, int mtu, String sandbox, String socketPath, String pciId) {
    /** One without a socket and a device. */
    Link(String name, MacAddress mac, int mtu, String sandbox) {
      this(name, mac, mtu, sandbox, "", "");
    }

    /** The same as that of a PCI device. */
    Link of(PciAddress device) {
      return new Link(name, mac, mtu, sandbox, socketPath, device.toString());
    }
  }

  /**
   * An address.
   *
   * @param gateway null for none
   * @param link the place of its link; -1 where none is named
   */
  record Address(Cidr cidr, InetAddress gateway, int link) {}

  /** Copies the lists. */
  CniResult {
    interfaces = List.copyOf(interfaces);
    ips = List.copyOf(ips);
    routes = List.copyOf(routes);
    dns = Map.copyOf(dns);
  }

  /** One without anything. */
  static final CniResult EMPTY = new CniResult(List.of(), List.of(), List.of(), Map.of());

  /** Reads what another plugin or an earlier ADD has answered. */
  static CniResult read(String where, Map<String, Object> json) {
    ConfigObject object = new ConfigObject(where, json);
    List<Link> interfaces = new ArrayList<>();
    for (ConfigObject link : object.objects("interfaces")) {
      interfaces.add(
          new Link(
              link.text("name"),
              link.mac("mac"),
              link.number("mtu", 0, 0, Integer.MAX_VALUE),
              link.text("sandbox"),
              link.text("socketPath"),
              link.text("pciID")));
    }
    // IPAM plugins name no links, and some give their addresses a place among them all the same.
    int lastPlace = interfaces.isEmpty() ? Integer.MAX_VALUE : interfaces.size() - 1;
    List<Address> ips = new ArrayList<>();
    for (ConfigObject ip : object.objects("ips")) {
      String gateway = ip.text("gateway");
      ips.add(
          new Address(
              Cidr.parse(ip.place("address"), ip.text("address")),
              gateway.isEmpty() ? null : Cidr.address(ip.place("gateway"), gateway),
              ip.number("interface", -1, -1, lastPlace)));
    }
    List<PodRoute> routes = object.objects("routes").stream().map(PodRoute::read).toList();
    return new CniResult(interfaces, ips, routes, DnsSettings.of(object));
  }

  /** The same behind what plugins before it in a chain have answered. */
  CniResult after(CniResult before) {
    List<Link> allLinks = new ArrayList<>(before.interfaces);
    allLinks.addAll(interfaces);
    List<Address> allIps = new ArrayList<>(before.ips);
    for (Address ip : ips) {
      int place = ip.link < 0 ? -1 : ip.link + before.interfaces.size();
      allIps.add(new Address(ip.cidr, ip.gateway, place));
    }
    List<PodRoute> allRoutes = new ArrayList<>(before.routes);
    allRoutes.addAll(routes);
    return new CniResult(allLinks, allIps, allRoutes, dns.isEmpty() ? before.dns : dns);
  }

  /** The result in the form of a version. */
  String toJson(String version) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cniVersion", version);
    if (!interfaces.isEmpty()) {
      json.put("interfaces", interfaces.stream().map(link -> link(link, version)).toList());
    }
    if (!ips.isEmpty()) {
      json.put("ips", ips.stream().map(ip -> ip(ip, version)).toList());
    }
    if (!routes.isEmpty()) {
      json.put("routes", routes.stream().map(PodRoute::toJson).toList());
    }
    json.put(DnsSettings.KEY, dns);
    return CniJson.write(json);
  }

  private static Map<String, Object> link(Link link, String version) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", link.name);
    if (link.mac != null) {
      json.put("mac", link.mac.toString());
    }
    boolean isNew = CniVersion.isAtLeast(version, "1.1.0");
    if (link.mtu != 0 && isNew) {
      json.put("mtu", link.mtu);
    }
    put(json, "sandbox", link.sandbox);
    put(json, "socketPath", isNew ? link.socketPath : "");
    put(json, "pciID", isNew ? link.pciId : "");
    return json;
  }

  private static void put(Map<String, Object> json, String key, String text) {
    if (!text.isEmpty()) {
      json.put(key, text);
    }
  }

  private static Map<String, Object> ip(Address ip, String version) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (!CniVersion.isAtLeast(version, "1.0.0")) {
      json.put("version", ip.cidr.isIpv4() ? "4" : "6");
    }
    if (ip.link >= 0) {
      json.put("interface", ip.link);
    }
    json.put("address", ip.cidr.toString());
    if (ip.gateway != null) {
      json.put("gateway", Cidr.text(ip.gateway));
    }
    return json;
  }
}
