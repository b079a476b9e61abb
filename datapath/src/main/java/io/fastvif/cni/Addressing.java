package io.fastvif.cni;

import java.util.List;

/** What becomes of the addresses that IPAM gave. */
final class Addressing {
  private Addressing() {}

  /** Completes the addresses as the network says. */
  static CniResult of(NetworkConfiguration network, CniResult given) {
    if (given.ips().isEmpty() && !network.ipamType().isEmpty()) {
      throw new CniException(
          CniException.IPAM_FAILED, network.ipamType() + " has given no address");
    }
    return network.attachment().complete(given);
  }

  /** Whether none of the routes is the default of an address's family. */
  static boolean lacksDefault(List<PodRoute> routes, Cidr of) {
    return routes.stream()
        .noneMatch(route -> route.isDefault() && route.destination().isIpv4() == of.isIpv4());
  }

  /** Reads whether pods are masqueraded, which only nf_tables does here. */
  static boolean readMasquerade(ConfigObject top) {
    String backend = top.text("ipMasqBackend");
    if (!backend.isEmpty() && !backend.equals("nftables")) {
      throw CniException.unsupported("ipMasqBackend", backend);
    }
    return top.flag("ipMasq");
  }
}
