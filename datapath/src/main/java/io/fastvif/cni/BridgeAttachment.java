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
    top.refuse(
        "vlan", "vlanTrunk", "preserveDefaultVlan", "disableContainerInterface", "enabledad");
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
    if (hairpin || isolated) {
      AttachmentPlan.add(plan, new ConfigurePort(port, hairpin, isolated));
    }
    List<Cidr> gateways = gateways(pod.addressing());
    if (!presentOnBridge(host).containsAll(gateways)) {
      PluginStep ensure = new EnsureGateway(bridge, gateways, forceAddress);
      plan.add(PlannedStep.shared(ensure, new PluginStep.Undo(ensure)));
    }
    pod.addPod(plan, false);
    EnsureRules rules = rules(pod.rules(), pod.id(), pod.addressing(), port, pod.podMac());
    if (rules.count() > 0) {
      AttachmentPlan.add(plan, rules);
    }
    if (isGateway) {
      AttachmentPlan.add(plan, EnableForwarding.of(pod.addressing()));
    }
    return plan.plug();
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

  private void checkGateways(AttachmentCheck check) throws IOException {
    List<Cidr> gateways = gateways(check.addressing());
    if (gateways.isEmpty()) {
      return;
    }
    try (LinkSocket link = LinkSocket.open(bridge)) {
      List<Cidr> present = link.addresses();
      for (Cidr gateway : gateways) {
        check.require(present.contains(gateway), bridge + " has no address " + gateway);
      }
    }
  }

  @Override
  public void status(VifHost host, String ofNetwork) {
    new BridgeStatus(host.snapshot(), bridge, ofNetwork).run();
  }
}
