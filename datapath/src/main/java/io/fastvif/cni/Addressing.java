package io.fastvif.cni;

import java.util.ArrayList;
import java.util.List;

/** What becomes of the addresses that IPAM gave: gateways and default routes beside them. */
final class Addressing {
  private Addressing() {}

  /** Completes the addresses as the network says. */
  static CniResult of(NetworkConfiguration network, CniResult given) {
    if (given.ips().isEmpty() && !network.ipamType().isEmpty()) {
      throw new CniException(
          CniException.IPAM_FAILED, network.ipamType() + " has given no address");
    }
    List<CniResult.Address> ips = new ArrayList<>();
    List<PodRoute> routes = new ArrayList<>(given.routes());
    for (CniResult.Address ip : given.ips()) {
      CniResult.Address complete =
          ip.gateway() == null && network.isGateway()
              ? new CniResult.Address(
                  ip.cidr(), Cidr.next(ip.cidr().network().address()), ip.link())
              : ip;
      if (!network.isBridge() && complete.gateway() == null) {
        throw new CniException(
            CniException.IPAM_FAILED,
            network.ipamType() + " has given " + ip.cidr() + " no gateway, which ptp needs");
      }
      ips.add(complete);
      if (network.isDefaultGateway() && lacksDefault(routes, ip.cidr())) {
        Cidr all = new Cidr(ip.cidr().address(), 0).network();
        routes.add(new PodRoute(all, complete.gateway()));
      }
    }
    return new CniResult(given.interfaces(), ips, routes, given.dns());
  }

  private static boolean lacksDefault(List<PodRoute> routes, Cidr of) {
    return routes.stream()
        .noneMatch(route -> route.isDefault() && route.destination().isIpv4() == of.isIpv4());
  }
}
