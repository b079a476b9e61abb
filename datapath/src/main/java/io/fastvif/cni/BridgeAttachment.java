package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.IFLA_BRPORT_ISOLATED;
import static io.fastvif.bindings.linux.linux_h.IFLA_BRPORT_MODE;

import io.fastvif.VifHost;
import io.fastvif.netlink.AttributeIterator;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * {@code bridge}: a veth pair whose host's end is a port of a Linux bridge, by the keys of the
 * reference plugin.
 *
 * @see <a href="https://www.cni.dev/plugins/current/main/bridge/">bridge</a>
 */
final class BridgeAttachment implements PodAttachment {
  static final String NAME = "bridge";

  private static final String DEFAULT_BRIDGE = "cni0";
  private static final String LEAVES_POD_DOWN = "disableContainerInterface";

  private final NetworkConfiguration network;
  private final String bridge;
  private final boolean isGateway;
  private final boolean isDefaultGateway;
  private final boolean forceAddress;
  private final boolean hairpin;
  private final boolean promiscuous;
  private final boolean isolated;
  private final boolean spoofCheck;
  private final boolean masquerade;
  private final boolean leavesPodDown;
  private final BridgeVlans vlans;

  private BridgeAttachment(ConfigObject top, NetworkConfiguration network) {
    this.network = network;
    masquerade = Addressing.readMasquerade(top);
    bridge = bridge(top, DEFAULT_BRIDGE);
    isDefaultGateway = top.flag("isDefaultGateway");
    isGateway = top.flag("isGateway") || isDefaultGateway;
    forceAddress = top.flag("forceAddress");
    hairpin = top.flag("hairpinMode");
    promiscuous = top.flag("promiscMode");
    isolated = top.flag("portIsolation");
    spoofCheck = top.flag("macspoofchk");
    if (hairpin && promiscuous) {
      throw CniException.ofKey("hairpinMode", true, "not both hairpinMode and promiscMode");
    }
    vlans = BridgeVlans.read(top);
    if (hasGatewayLink() && !AttachmentId.isLinkName(vlans.gatewayLink(bridge))) {
      throw CniException.ofKey(
          NAME, bridge, "a name that is short enough for a link " + vlans.gatewayLink(bridge));
    }
    leavesPodDown = top.flag(LEAVES_POD_DOWN);
    top.refuse("enabledad");
    if (leavesPodDown && !network.ipamType().isEmpty()) {
      throw CniException.ofKey(LEAVES_POD_DOWN, true, "no ipam, whose addresses are set on it");
    }
    if (isGateway && network.ipamType().isEmpty()) {
      throw CniException.ofKey("isGateway", true, "an ipam that gives addresses");
    }
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new BridgeAttachment(top, network);
  }

  /** The name of a bridge, one of the kernel's or of Open vSwitch's. */
  static String bridge(ConfigObject top, String byDefault) {
    String given = top.text(NAME);
    String bridge = given.isEmpty() ? byDefault : given;
    if (!AttachmentId.isLinkName(bridge)) {
      throw CniException.ofKey(NAME, bridge, "the name of a link");
    }
    return bridge;
  }

  /** Whether the host has an address for pods in a VLAN, and so not on the bridge itself. */
  private boolean hasGatewayLink() {
    return isGateway && vlans.vlan() != 0;
  }

  /** The link that has the gateways' addresses. */
  private String gatewayLink() {
    return hasGatewayLink() ? vlans.gatewayLink(bridge) : bridge;
  }

  /** The other end of that link, where it is in a VLAN. */
  private String gatewayPort() {
    return AttachmentPlan.nameOf("veth", vlans.gatewayLink(bridge));
  }

  @Override
  public void require(VifHost host) {
    vlans.requireKernel(CniException.HOST_REFUSED);
  }

  @Override
  public CniResult complete(CniResult given) {
    List<CniResult.Address> ips = new ArrayList<>();
    List<PodRoute> routes = new ArrayList<>(given.routes());
    for (CniResult.Address ip : given.ips()) {
      CniResult.Address complete =
          ip.gateway() == null && isGateway
              ? new CniResult.Address(
                  ip.cidr(), Cidr.next(ip.cidr().network().address()), ip.link())
              : ip;
      ips.add(complete);
      if (isDefaultGateway && Addressing.lacksDefault(routes, ip.cidr())) {
        Cidr all = new Cidr(ip.cidr().address(), 0).network();
        routes.add(new PodRoute(all, complete.gateway()));
      }
    }
    return new CniResult(given.interfaces(), ips, routes, given.dns());
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    String port = pod.freeName("veth", host);
    PlanBuilder plan = pod.begin(port, host);
    ensureBridge(plan);
    pod.addVeth(plan, port, LinkSettings.NONE.withMaster(bridge));
    List<Cidr> gateways = gateways(pod.addressing());
    if (!hasGatewayLink() && !presentOnBridge(host).containsAll(gateways)) {
      PluginStep ensure = new EnsureGateway(bridge, gateways, forceAddress);
      plan.add(PlannedStep.shared(ensure, new PluginStep.Undo(ensure)));
    }
    AttachmentPlan.add(plan, new StepsTogether(ownSteps(pod, port, gateways, host)));
    return plan.plug();
  }

  private List<PluginStep> ownSteps(
      AttachmentPlan pod, String port, List<Cidr> gateways, HostSnapshot host) {
    List<PluginStep> own = new ArrayList<>();
    ConfigurePort settings = new ConfigurePort(port, hairpin, isolated, vlans);
    if (settings.isNeeded()) {
      own.add(settings);
    }
    if (pod.rates().limits()) {
      own.add(pod.limit(port, host));
    }
    if (hasGatewayLink()) {
      own.add(gatewayInVlan(pod, port, gateways));
    }
    own.add(pod.setUpPod(false));
    EnsureRules rules = rules(pod.rules(), pod.id(), pod.addressing(), port, pod.podMac());
    if (rules.count() > 0) {
      own.add(rules);
    }
    if (isGateway) {
      own.add(EnableForwarding.of(pod.addressing()));
    }
    return own;
  }

  @Override
  public boolean plansByArguments() {
    return true;
  }

  private EnsureVlanGateway gatewayInVlan(AttachmentPlan pod, String port, List<Cidr> gateways) {
    return new EnsureVlanGateway(
        pod.records(),
        bridge,
        vlans,
        pod.id().vifId(),
        gatewayPort(),
        port,
        gateways,
        forceAddress);
  }

  private List<Cidr> presentOnBridge(HostSnapshot host) {
    return host.link(bridge).stream()
        .flatMap(found -> host.addresses(found.index()).stream())
        .map(address -> new Cidr(address.address(), address.prefixLength()))
        .toList();
  }

  /** The addresses that the bridge has for its pods. */
  private List<Cidr> gateways(CniResult addressing) {
    return isGateway
        ? addressing.ips().stream()
            .map(ip -> new Cidr(ip.gateway(), ip.cidr().length()))
            .distinct()
            .toList()
        : List.of();
  }

  private EnsureRules rules(
      PodRules rules, AttachmentId id, CniResult addressing, String port, MacAddress mac) {
    return new EnsureRules(
        rules,
        id.vifId(),
        masquerade ? addressing.ips().stream().map(CniResult.Address::cidr).toList() : List.of(),
        spoofCheck ? port : null,
        mac);
  }

  private void ensureBridge(PlanBuilder plan) {
    ensureLink(plan);
    if (vlans.areWanted()) {
      PluginStep filter = new EnsureVlanFiltering(bridge);
      plan.add(PlannedStep.shared(filter, new PluginStep.Undo(filter)));
    }
  }

  private void ensureLink(PlanBuilder plan) {
    LinkState found = plan.host().link(bridge).filter(link -> !link.isUnfinished()).orElse(null);
    plan.share(new SharedBridge(bridge, null));
    if (found == null) {
      plan.add(
          PlannedStep.shared(
              new NetlinkStep.CreateBridge(bridge, OptionalInt.empty()),
              new DeleteLink(bridge, 0, 0)));
      LinkSettings settings =
          LinkSettings.NONE.withAddress(AttachmentPlan.randomMac()).withUp(true);
      plan.add(
          PlannedStep.ofCreation(
              new NetlinkStep.ConfigureLink(bridge, 0, settings.withMtu(network.mtu()))));
      if (promiscuous) {
        plan.add(
            PlannedStep.shared(
                new NetlinkStep.ConfigureLink(bridge, 0, LinkSettings.NONE.withPromiscuous(true)),
                null));
      }
      return;
    }
    if (!found.kind().equals(NAME)) {
      throw InvalidInputException.ofValue(
          NAME, bridge, "is a link of another kind", "a bridge's name, or a free one");
    }
    LinkSettings wanted = LinkSettings.NONE.withUp(true);
    plan.change(found, promiscuous ? wanted.withPromiscuous(true) : wanted, true);
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    List<CniResult.Link> links = new ArrayList<>();
    host.link(bridge)
        .ifPresent(
            found -> links.add(new CniResult.Link(found.name(), found.address(), found.mtu(), "")));
    links.addAll(pod.vethLinks(plugged.name()));
    if (hasGatewayLink()) {
      host.link(gatewayLink())
          .ifPresent(
              link -> links.add(new CniResult.Link(link.name(), link.address(), link.mtu(), "")));
    }
    return links;
  }

  @Override
  public void check(AttachmentCheck check) {
    LinkState port = check.hostEnd();
    LinkState found =
        check
            .host()
            .link(bridge)
            .orElseThrow(() -> check.differs("the bridge " + bridge + " is gone"));
    check.require(found.up(), bridge + " is down");
    check.require(port.master() == found.index(), port.name() + " is no port of " + bridge);
    check.require(!promiscuous || found.promiscuous(), bridge + " is not promiscuous");
    try {
      checkPortSettings(check, port.name());
      MacAddress mac = check.podEnd();
      check.requireRules(rules(check.rules(), check.id(), check.addressing(), port.name(), mac));
      checkVlans(check, port.name());
      check.requireRates(port);
      checkGateways(check);
    } catch (IOException failed) {
      throw check.differs(failed.getMessage());
    }
  }

  private void checkPortSettings(AttachmentCheck check, String port) throws IOException {
    boolean[] found = new boolean[2];
    try (LinkSocket link = LinkSocket.open(port)) {
      link.read(
          message -> {
            AttributeIterator options = new AttributeIterator();
            if (message.portOptions(options)) {
              while (options.next()) {
                found[0] |= options.type() == IFLA_BRPORT_MODE && options.getByte() != 0;
                found[1] |= options.type() == IFLA_BRPORT_ISOLATED && options.getByte() != 0;
              }
            }
          });
    }
    check.require(found[0] == hairpin, port + ": hairpin is " + found[0]);
    check.require(found[1] == isolated, port + ": isolated is " + found[1]);
  }

  private void checkVlans(AttachmentCheck check, String port) throws IOException {
    if (vlans.areWanted()) {
      try (LinkSocket link = LinkSocket.open(bridge)) {
        check.require(EnsureVlanFiltering.isOn(link), bridge + " does not filter by VLANs");
      }
      try (LinkSocket link = LinkSocket.open(port)) {
        vlans.check(check, link);
      }
    }
  }

  private void checkGateways(AttachmentCheck check) throws IOException {
    List<Cidr> gateways = gateways(check.addressing());
    if (gateways.isEmpty()) {
      return;
    }
    EnableForwarding.of(check.addressing()).check(check);
    if (hasGatewayLink()) {
      check
          .host()
          .link(gatewayPort())
          .ifPresent(
              port -> {
                check.require(
                    check.host().ports(check.host().link(bridge).orElseThrow().index()).stream()
                        .anyMatch(one -> one.index() == port.index()),
                    gatewayLink() + " is not connected to " + bridge);
                check.require(
                    port.up(), port.name() + ", the port of " + gatewayLink() + ", is down");
              });
    }
    try (LinkSocket link = LinkSocket.open(gatewayLink())) {
      List<Cidr> present = link.addresses();
      for (Cidr gateway : gateways) {
        check.require(present.contains(gateway), link + " has no address " + gateway);
      }
      link.read(message -> check.require(message.isUp(), link + " is down"));
    }
  }

  @Override
  public boolean leavesPodDown() {
    return leavesPodDown;
  }

  @Override
  public boolean limitsRates() {
    return true;
  }

  @Override
  public void status(VifHost host, String ofNetwork) {
    vlans.requireKernel(CniException.UNAVAILABLE);
    new BridgeStatus(host.snapshot(), bridge, ofNetwork).run();
  }
}
