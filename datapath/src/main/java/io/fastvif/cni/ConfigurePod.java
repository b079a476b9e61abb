package io.fastvif.cni;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.KernelFile;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.PluginStep;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * Sets up the pod's end of a veth pair in the pod's namespace: addresses, up, routes; and tells the
 * network of its addresses. Equivalent to {@code ip -n POD address add ... dev NAME}, {@code ip -n
 * POD link set NAME up} and {@code ip -n POD route add ...}.
 */
final class ConfigurePod implements PluginStep {
  private final PodSockets pod;
  private final String name;
  private final MacAddress mac;
  private final CniResult result;
  private final boolean isRouted;
  private final boolean isLeftDown;

  /**
   * @param pod open until the step is done
   * @param mac that of the pod's end; null for one that the kernel has given
   * @param result with the addresses and routes that it gets
   * @param isRouted whether the pod reaches its own subnet by the gateway too, as with {@code ptp}
   * @param isLeftDown whether it is brought up by the pod itself
   */
  ConfigurePod(
      PodSockets pod,
      String name,
      MacAddress mac,
      CniResult result,
      boolean isRouted,
      boolean isLeftDown) {
    this.pod = pod;
    this.name = name;
    this.mac = mac;
    this.result = result;
    this.isRouted = isRouted;
    this.isLeftDown = isLeftDown;
  }

  @Override
  public boolean perform() throws IOException {
    List<CniResult.Address> ips = result.ips();
    if (ips.stream().anyMatch(ip -> !ip.cidr().isIpv4())) {
      enableIpv6();
    }
    try (LinkSocket link = pod.link(name)) {
      for (CniResult.Address ip : isLeftDown ? List.<CniResult.Address>of() : ips) {
        link.addAddress(ip.cidr(), !isRouted);
      }
      // It leaves the group of links that are being made.
      LinkRequest end = link.socket().link().set(link.index()).group(LinkGroups.DEFAULT);
      link.socket().execute(isLeftDown ? end : end.up());
      if (isLeftDown) {
        return true;
      }
      if (isRouted) {
        for (CniResult.Address ip : ips) {
          link.addRoute(new PodRoute(Cidr.host(ip.gateway()), null), null);
          link.addRoute(new PodRoute(ip.cidr().network(), ip.gateway()), ip.gateway());
        }
      }
      for (PodRoute route : result.routes()) {
        link.addRoute(route, gateway(route, ips));
      }
      Announcement.send(
          pod.announcing(),
          link.index(),
          mac == null ? link.mac() : mac,
          ips.stream().map(ip -> ip.cidr().address()).toList());
    }
    return true;
  }

  /** That of the route, or of the pod's first address of the family; null if there is none. */
  static InetAddress gateway(PodRoute route, List<CniResult.Address> ips) {
    if (route.gateway() != null) {
      return route.gateway();
    }
    return ips.stream()
        .filter(ip -> ip.cidr().isIpv4() == route.destination().isIpv4() && ip.gateway() != null)
        .findFirst()
        .map(CniResult.Address::gateway)
        .orElse(null);
  }

  private void enableIpv6() throws IOException {
    try {
      pod.namespace()
          .visit(
              () -> {
                KernelFile.write("/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6", "0");
                return null;
              });
    } catch (SystemCallException refused) {
      throw new IOException("IPv6 cannot be switched on: " + refused.getMessage(), refused);
    }
  }

  /** Nothing: the whole link goes with the plan's other steps. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder("set up " + name + " in " + pod.namespace().name() + ":");
    result.ips().forEach(ip -> text.append(" address ").append(ip.cidr()));
    result.routes().forEach(route -> text.append(" route ").append(route.destination()));
    return text.append(isLeftDown ? " down" : " up").toString();
  }
}
