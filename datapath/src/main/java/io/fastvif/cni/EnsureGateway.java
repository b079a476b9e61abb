package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives a bridge the addresses by which pods leave their subnets. Equivalent to {@code ip address
 * add GATEWAY dev BRIDGE}.
 */
final class EnsureGateway implements PluginStep {
  private final String bridge;
  private final List<Cidr> gateways;
  private final boolean force;
  private final List<Cidr> added = new ArrayList<>();

  /** Those that were in the way. */
  private final List<Cidr> removed = new ArrayList<>();

  /**
   * @param gateways with the lengths of their subnets
   * @param force whether another address of the bridge that is in the way is taken off
   */
  EnsureGateway(String bridge, List<Cidr> gateways, boolean force) {
    this.bridge = bridge;
    this.gateways = List.copyOf(gateways);
    this.force = force;
  }

  @Override
  public boolean perform() throws IOException {
    added.clear();
    removed.clear();
    try (LinkSocket link = LinkSocket.open(bridge)) {
      List<Cidr> present = link.addresses();
      try {
        for (Cidr gateway : gateways) {
          if (!present.contains(gateway)) {
            makeWay(link, present, gateway);
            if (link.addAddress(gateway, true)) {
              added.add(gateway);
            }
          }
        }
      } catch (IOException | RuntimeException failed) {
        takeBack(link);
        throw failed;
      }
      if (!added.isEmpty()) {
        keepMac(link);
      }
    }
    return !added.isEmpty();
  }

  private void makeWay(LinkSocket link, List<Cidr> present, Cidr gateway) throws IOException {
    for (Cidr other : present) {
      boolean isInTheWay =
          other.isIpv4() == gateway.isIpv4()
              && (gateway.isIpv4() || (!isLinkLocal(other) && other.overlaps(gateway)));
      if (isInTheWay && !force) {
        throw new IOException(
            bridge + " has the address " + other + ": expected " + gateway + ", or forceAddress");
      }
      if (isInTheWay) {
        link.deleteAddress(other);
        removed.add(other);
      }
    }
  }

  private static boolean isLinkLocal(Cidr cidr) {
    return cidr.address().isLinkLocalAddress();
  }

  /** Without one of its own a bridge has the lowest MAC address of its ports, and changes it. */
  private static void keepMac(LinkSocket link) {
    MacAddress[] own = new MacAddress[1];
    link.read(message -> own[0] = new MacAddress(message.address()));
    link.socket().execute(link.socket().link().set(link.index()).address(own[0].value()));
  }

  @Override
  public boolean undo() throws IOException {
    if (added.isEmpty()) {
      return false;
    }
    try (LinkSocket link = LinkSocket.open(bridge)) {
      takeBack(link);
    }
    return true;
  }

  private void takeBack(LinkSocket link) {
    added.forEach(link::deleteAddress);
    removed.forEach(address -> link.addAddress(address, true));
  }

  @Override
  public String toString() {
    return "give " + bridge + " the addresses " + gateways;
  }
}
