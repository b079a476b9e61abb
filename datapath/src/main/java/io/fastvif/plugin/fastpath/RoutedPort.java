package io.fastvif.plugin.fastpath;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LinkSysctl;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.RouteState;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.FixedIp;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.IpAddress;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.Subnet;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * FPTap: the host is the guest's router, as Calico has it. The tap has the MAC address that the
 * network gives it, no address and no bridge; the host has a route to each of the guest's addresses
 * and answers the guest for all others: the kernel by proxy ARP; for IPv6 it proxies no more than
 * the neighbours it is told of, the gateways of the subnets, and the forwarder answers for what
 * routes lead to. What the guest sends from an IPv4 address that is not its own is dropped.
 */
final class RoutedPort {
  private static final int RTPROT_BOOT = 3;
  private static final int RT_SCOPE_UNIVERSE = 0;
  private static final int RT_SCOPE_LINK = 253;
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;
  private static final int IPV6_MIN_MTU = 1280;

  /** What the kernel makes of none (IP6_RT_PRIO_USER of net/ip6_fib.h). */
  private static final int IPV6_METRIC = 1024;

  private static final int STRICT = 1;

  private final FastPathPort port;
  private final PlanBuilder plan;
  private final List<InetAddress> addresses = new ArrayList<>();
  private final List<InetAddress> gateways = new ArrayList<>();

  private RoutedPort(FastPathPort port) {
    this.port = port;
    plan = port.plan();
    Network network = port.vif().network().require("network");
    List<Subnet> subnets =
        network.subnets().hasValue()
            ? network.subnets().get().objects().orElse(List.of())
            : List.of();
    for (Subnet subnet : subnets) {
      if (subnet.gateway().hasValue()) {
        gateways.add(address(subnet.gateway().get()));
      }
      if (subnet.ips().hasValue()) {
        for (FixedIp ip : subnet.ips().get().objects().orElse(List.of())) {
          addresses.add(address(ip.address().require("network.subnets.ips.address")));
        }
      }
    }
    if (addresses.isEmpty()) {
      throw InvalidInputException.of(
          "network.subnets", "give the port no address", "one fixed IP at least, to route to");
    }
  }

  static void plug(FastPathPort port, PortProfileFpTap profile) {
    RoutedPort routed = new RoutedPort(port);
    routed.tap(profile.macAddress().orElse(port.hostSideAddress()));
    routed.routes();
  }

  private static InetAddress address(IpAddress address) {
    return InetAddress.ofLiteral(address.toString());
  }

  private boolean hasIpv6() {
    return addresses.stream().anyMatch(Inet6Address.class::isInstance);
  }

  private void tap(MacAddress address) {
    if (hasIpv6() && port.mtu() < IPV6_MIN_MTU) {
      throw InvalidInputException.ofValue(
          "network.mtu",
          Integer.toString(port.mtu()),
          "is too small for the port's IPv6 address",
          "at least " + IPV6_MIN_MTU);
    }
    String tap = port.tap();
    LinkSettings wanted =
        LinkSettings.NONE
            .withMtu(port.mtu())
            .withAddress(address)
            .withIpv6AddressGeneration(hasIpv6() ? Boolean.TRUE : null)
            .withAlias(Aliases.of(port.vifId()))
            .withUp(true);
    plan.device(tap);
    Optional<LinkState> own = port.finishedTap();
    if (own.isPresent()) {
      plan.change(own.get(), wanted, false);
      if (!own.get().up()) { // which took the kernel's proxies with it
        proxyNeighbours();
      }
      return;
    }
    plan.add(PlannedStep.own(port.createTap(), new DeleteLink(tap, 0, 0)));
    set(LinkSysctl.IPV4_FORWARDING, 1);
    set(LinkSysctl.PROXY_ARP, 1);
    set(LinkSysctl.ARP_PROXY_DELAY, 0);
    set(LinkSysctl.RP_FILTER, STRICT);
    if (hasIpv6()) {
      set(LinkSysctl.IPV6_FORWARDING, 1);
      set(LinkSysctl.ACCEPT_RA, 0);
      set(LinkSysctl.PROXY_NDP, 1);
      set(LinkSysctl.NDP_PROXY_DELAY, 0);
      proxyNeighbours();
    } else {
      plan.add(PlannedStep.own(new LocalStep.DisableIpv6(tap, true), null));
    }
    // This comes with the last of the settings: a tap that is finished has them all.
    plan.add(PlannedStep.own(new NetlinkStep.ConfigureLink(tap, 0, wanted), null));
  }

  private void set(LinkSysctl setting, int value) {
    plan.add(PlannedStep.own(new LocalStep.SetSysctl(port.tap(), setting, value), null));
  }

  private void routes() {
    List<RouteState> present =
        port.ownTap().map(link -> plan.host().routes(link.index())).orElse(List.of());
    List<RouteState> wanted = addresses.stream().map(RoutedPort::hostRoute).toList();
    for (RouteState route : present) {
      if (route.protocol() == RTPROT_BOOT && !wanted.contains(route)) {
        plan.add(
            PlannedStep.own(
                new NetlinkStep.DeleteRoute(port.tap(), route),
                new NetlinkStep.AddRoute(port.tap(), route)));
      }
    }
    for (RouteState route : wanted) {
      if (!present.contains(route)) {
        checkFree(route);
        plan.add(
            PlannedStep.own(
                new NetlinkStep.AddRoute(port.tap(), route),
                new NetlinkStep.DeleteRoute(port.tap(), route)));
      }
    }
  }

  /** A route that is there counts as added, so it must not be one to another guest. */
  private void checkFree(RouteState route) {
    for (LinkState link : plan.host().links()) {
      for (RouteState other : plan.host().routes(link.index())) {
        if (!link.name().equals(port.tap())
            && other.prefixLength() == route.prefixLength()
            && other.metric() == route.metric()
            && other.destination().equals(route.destination())) {
          throw InvalidInputException.ofValue(
              "network.subnets.ips.address",
              route.destination().getHostAddress(),
              "is reached by "
                  + link.name()
                  + Aliases.vifId(link.alias()).map(id -> " of the VIF " + id).orElse("")
                  + " already",
              "an address that no other link on this host has a route to");
        }
      }
    }
  }

  private static RouteState hostRoute(InetAddress address) {
    boolean ipv4 = address instanceof Inet4Address;
    return new RouteState(
        address,
        ipv4 ? IPV4_BITS : IPV6_BITS,
        null,
        null,
        ipv4 ? 0 : IPV6_METRIC,
        RTPROT_BOOT,
        ipv4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
  }

  private void proxyNeighbours() {
    for (InetAddress gateway : gateways) {
      if (gateway instanceof Inet6Address && !gateway.isLinkLocalAddress()) {
        plan.add(PlannedStep.own(new NetlinkStep.AddProxyNeighbour(port.tap(), gateway), null));
      }
    }
  }
}
