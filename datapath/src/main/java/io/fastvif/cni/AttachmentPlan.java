package io.fastvif.cni;

import io.fastvif.netns.Netns;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;

/** Plans an attachment: how it is plugged, and how it is unplugged. */
final class AttachmentPlan {
  private static final String BRIDGE = "bridge";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long LOCAL = 0x0200_0000_0000L;
  private static final long UNICAST = 0xfeff_ffff_ffffL;
  private static final int NAME_BYTES = 4;

  private final AttachmentId id;
  private final NetworkConfiguration network;
  private final Netns pod;
  private final CniResult addressing;
  private final MacAddress podMac;
  private final MacAddress hostMac = randomMac();

  /**
   * @param pod the pod's namespace, open until the plan has ended
   * @param addressing the addresses and routes that the pod gets
   */
  AttachmentPlan(AttachmentId id, NetworkConfiguration network, Netns pod, CniResult addressing) {
    this.id = id;
    this.network = network;
    this.pod = pod;
    this.addressing = addressing;
    podMac = network.mac() == null ? randomMac() : network.mac();
  }

  private static MacAddress randomMac() {
    return new MacAddress((RANDOM.nextLong() & UNICAST) | LOCAL);
  }

  MacAddress podMac() {
    return podMac;
  }

  MacAddress hostMac() {
    return hostMac;
  }

  /** The plan to plug. */
  PlugPlan plug(HostSnapshot host) {
    if (!host.linksOf(id.vifId()).isEmpty()) {
      throw InvalidInputException.ofValue(
          "CNI_IFNAME", id.ifName(), "is attached already", "a DEL before another ADD");
    }
    String port = freeName(host);
    PlanBuilder plan = new PlanBuilder(id.vifId(), port, host);
    if (network.isBridge()) {
      ensureBridge(plan);
    }
    LinkSettings byHand = LinkSettings.NONE;
    plan.port(
        new NetlinkStep.CreateVeth(
            port, hostMac, id.ifName(), podMac, network.mtu(), pod.descriptor()),
        LinkSettings.NONE.withMtu(network.mtu()).withAddress(hostMac),
        network.isBridge() ? byHand.withMaster(network.bridge()) : byHand);
    if (network.hairpin() || network.isolated()) {
      add(plan, new ConfigurePort(port, network.hairpin(), network.isolated()));
    }
    List<Cidr> gateways = gateways(network, addressing);
    if (!presentOnBridge(host).containsAll(gateways)) {
      PluginStep ensure = new EnsureGateway(network.bridge(), gateways, network.forceAddress());
      plan.add(PlannedStep.shared(ensure, new PluginStep.Undo(ensure)));
    }
    add(plan, new ConfigurePod(pod, id.ifName(), podMac, addressing, !network.isBridge()));
    if (!network.isBridge()) {
      add(plan, new RouteToPod(port, addressing.ips()));
    }
    EnsureRules rules = rules(id, network, addressing, port, podMac);
    if (rules.count() > 0) {
      add(plan, rules);
    }
    if (network.isGateway() || !network.isBridge()) {
      boolean ipv4 = addressing.ips().stream().anyMatch(ip -> ip.cidr().isIpv4());
      boolean ipv6 = addressing.ips().stream().anyMatch(ip -> !ip.cidr().isIpv4());
      add(plan, new EnableForwarding(ipv4, ipv6));
    }
    return plan.plug();
  }

  private List<Cidr> presentOnBridge(HostSnapshot host) {
    return host.link(network.bridge()).stream()
        .flatMap(bridge -> host.addresses(bridge.index()).stream())
        .map(address -> new Cidr(address.address(), address.prefixLength()))
        .toList();
  }

  private static void add(PlanBuilder plan, PluginStep step) {
    plan.add(step.planned());
  }

  /** The addresses that the bridge has for its pods. */
  static List<Cidr> gateways(NetworkConfiguration network, CniResult addressing) {
    return network.isGateway()
        ? addressing.ips().stream()
            .map(ip -> new Cidr(ip.gateway(), ip.cidr().length()))
            .distinct()
            .toList()
        : List.of();
  }

  /** The rules that the attachment has. */
  static EnsureRules rules(
      AttachmentId id,
      NetworkConfiguration network,
      CniResult addressing,
      String port,
      MacAddress mac) {
    return new EnsureRules(
        id.vifId(),
        network.masquerade()
            ? addressing.ips().stream().map(CniResult.Address::cidr).toList()
            : List.of(),
        network.spoofCheck() ? port : null,
        mac);
  }

  private void ensureBridge(PlanBuilder plan) {
    String bridge = network.bridge();
    LinkState found = plan.host().link(bridge).filter(link -> !link.isUnfinished()).orElse(null);
    plan.share(new SharedBridge(bridge, null));
    if (found == null) {
      plan.add(
          PlannedStep.shared(
              new NetlinkStep.CreateBridge(bridge, OptionalInt.empty()),
              new DeleteLink(bridge, 0, 0)));
      LinkSettings settings = LinkSettings.NONE.withAddress(randomMac()).withUp(true);
      plan.add(
          PlannedStep.ofCreation(
              new NetlinkStep.ConfigureLink(bridge, 0, settings.withMtu(network.mtu()))));
      if (network.promiscuous()) {
        plan.add(
            PlannedStep.shared(
                new NetlinkStep.ConfigureLink(bridge, 0, LinkSettings.NONE.withPromiscuous(true)),
                null));
      }
      return;
    }
    if (!found.kind().equals(BRIDGE)) {
      throw InvalidInputException.ofValue(
          BRIDGE, bridge, "is a link of another kind", "a bridge's name, or a free one");
    }
    LinkSettings wanted = LinkSettings.NONE.withUp(true);
    plan.change(found, network.promiscuous() ? wanted.withPromiscuous(true) : wanted, true);
  }

  /** The name of the host's end: always the same for an attachment, unless others have it. */
  private String freeName(HostSnapshot host) {
    for (int salt = 0; ; salt++) {
      String name = "veth" + hash(id.vifId() + (salt == 0 ? "" : "/" + salt));
      if (host.link(name).isEmpty()) {
        return name;
      }
    }
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java has it
    }
  }

  /** The plan to unplug whatever the host has of an attachment; it may be nothing. */
  static PlugPlan unplug(String vifId, HostSnapshot host) {
    PlanBuilder plan = new PlanBuilder(vifId, "", host);
    plan.deleteRest();
    add(plan, new RemoveRules(vifId));
    return plan.unplugged();
  }
}
