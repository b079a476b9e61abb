package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.util.List;

/**
 * Leads the host to a pod on the link that is its alone. Equivalent to {@code ip address add
 * GATEWAY dev NAME} and {@code ip route add ADDRESS dev NAME} for each address.
 *
 * @param name the host's end
 * @param ips the pod's addresses, each with its gateway
 */
record RouteToPod(String name, List<CniResult.Address> ips) implements PluginStep {
  /** Copies the list. */
  RouteToPod {
    ips = List.copyOf(ips);
  }

  @Override
  public boolean perform() throws IOException {
    try (LinkSocket link = LinkSocket.open(name)) {
      for (CniResult.Address ip : ips) {
        link.addAddress(Cidr.host(ip.gateway()), true);
        if (!link.addRoute(new PodRoute(Cidr.host(ip.cidr().address()), null), null)) {
          throw new IOException("another link has a route to " + Cidr.text(ip.cidr().address()));
        }
      }
    }
    return true;
  }

  /** Nothing: addresses and routes go with the link. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "route to " + ips.stream().map(ip -> ip.cidr().toString()).toList() + " dev " + name;
  }
}
