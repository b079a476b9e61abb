package io.fastvif.engine.kernel;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_INET6;
import static io.fastvif.bindings.linux.linux_h.IFLA_VF_LINK_STATE_AUTO;
import static io.fastvif.bindings.linux.linux_h.IFLA_VF_LINK_STATE_DISABLE;
import static io.fastvif.bindings.linux.linux_h.IFLA_VF_LINK_STATE_ENABLE;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.InetConf;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.NeighbourRequest;
import io.fastvif.netlink.route.RouteRequest;
import io.fastvif.netlink.route.VfRequest;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netlink.route.kind.MacvlanMode;
import io.fastvif.netlink.route.kind.Macvtap;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netlink.route.kind.Vlan;
import io.fastvif.plan.AddressGeneration;
import io.fastvif.plan.Dormancy;
import io.fastvif.plan.EntryStep;
import io.fastvif.plan.LinkEntry;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.MacvtapMode;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfVlan;
import io.fastvif.plan.VlanProtocol;
import java.net.Inet6Address;

/** Writes a step as the netlink message that does it. */
public final class StepEncoder {
  private static final int CENTISECONDS = 100;

  private final LinkTransport transport;
  private final RoundChanges changes;
  private final LinkRequest link;
  private final VfRequest vf;
  private final EntryEncoder entries;
  private final RouteRequest route;
  private final NeighbourRequest neighbour;
  private final Bridge bridge = new Bridge();
  private final Veth veth = new Veth();
  private final Vlan vlan = new Vlan();
  private final Macvtap macvtap = new Macvtap();
  private int sequence;
  private String problem;

  public StepEncoder(LinkTransport transport, RoundChanges changes) {
    this.transport = transport;
    this.changes = changes;
    link = new LinkRequest(transport.encoder());
    vf = new VfRequest(transport.encoder());
    entries = new EntryEncoder(transport.encoder());
    route = new RouteRequest(transport.encoder());
    neighbour = new NeighbourRequest(transport.encoder());
  }

  /** The sequence number of the message encoded last. */
  public int sequence() {
    return sequence;
  }

  /** What was wrong with the step encoded last, null if nothing was. */
  public String problem() {
    return problem;
  }

  /**
   * Encodes a step.
   *
   * @return 1 if its message is in the encoder, 0 if there was no room, otherwise a negated error
   *     number
   */
  public int encode(LinkPlan plan, NetlinkStep step) {
    problem = null;
    // The usual ones not by the switch, of which the JVM makes a class anew at each start.
    if (step instanceof NetlinkStep.CreateVeth create) {
      return veth(plan, create);
    }
    return step instanceof NetlinkStep.ConfigureLink configure
        ? configure(plan, configure)
        : encodeAny(plan, step);
  }

  private int encodeAny(LinkPlan plan, NetlinkStep step) {
    return switch (step) {
      case NetlinkStep.CreateVeth create -> veth(plan, create);
      case NetlinkStep.CreateBridge create -> bridge(plan, create);
      case NetlinkStep.CreateVlan create -> vlan(plan, create);
      case NetlinkStep.CreateMacvtap create -> macvtap(plan, create);
      case NetlinkStep.SetMacvtapMode set -> macvtapMode(plan, set);
      case NetlinkStep.ConfigureLink configure -> configure(plan, configure);
      case NetlinkStep.RenameLink rename -> rename(plan, rename);
      case NetlinkStep.AddAltname add ->
          altname(plan, add.name(), add.index(), add.altname(), true);
      case NetlinkStep.DeleteAltname delete ->
          altname(plan, delete.name(), delete.index(), delete.altname(), false);
      case NetlinkStep.RetireBridge retire -> retire(retire);
      case NetlinkStep.ReuseBridge reuse -> reuse(plan, reuse);
      case NetlinkStep.ConfigureVf configure -> configureVf(plan, configure);
      case EntryStep entry -> entry(plan, entry);
      case NetlinkStep.AddRoute add -> route(plan, add.name(), add.route(), true);
      case NetlinkStep.DeleteRoute delete -> route(plan, delete.name(), delete.route(), false);
      case NetlinkStep.AddProxyNeighbour add -> neighbour(plan, add);
    };
  }

  /** The index of a link: known from the snapshot, or of this plan's making, or asked for. */
  public int index(LinkPlan plan, String name, int known) {
    if (known != 0) {
      return known;
    }
    int made = plan.madeIndex(name);
    return made > 0 ? made : transport.linkIndex(name);
  }

  private int veth(LinkPlan plan, NetlinkStep.CreateVeth create) {
    int group = plan.creationGroup();
    boolean hasMtu = create.mtu() != 0;
    link.create(create.name()).group(group);
    if (hasMtu) {
      link.mtu(create.mtu());
    }
    link.queues(1, 1);
    if (create.mac() != null) {
      link.address(create.mac().value());
    }
    veth.reset().peerName(create.peer()).peerGroup(group).peerQueues(1, 1);
    if (hasMtu) {
      veth.peerMtu(create.mtu());
    }
    if (create.peerMac() != null) {
      veth.peerAddress(create.peerMac().value());
    }
    if (create.peerNamespace() >= 0) {
      veth.peerNamespaceDescriptor(create.peerNamespace());
    }
    return end(link.kind(veth).end(), link.sequence());
  }

  private int bridge(LinkPlan plan, NetlinkStep.CreateBridge create) {
    bridge.reset().forwardDelay(0).spanningTree(false).multicastSnooping(false);
    if (create.ageingSeconds().isPresent()) {
      bridge.ageingTime(CENTISECONDS * create.ageingSeconds().getAsInt());
    }
    link.create(create.name()).group(plan.creationGroup());
    return end(link.kind(bridge).end(), link.sequence());
  }

  private int vlan(LinkPlan plan, NetlinkStep.CreateVlan create) {
    int lower = index(plan, create.lower(), 0);
    if (lower < 0) {
      return missing(create.lower());
    }
    link.create(create.name()).group(plan.creationGroup()).lowerLink(lower);
    return end(link.kind(vlan.reset().id(create.vlanId())).end(), link.sequence());
  }

  private int macvtap(LinkPlan plan, NetlinkStep.CreateMacvtap create) {
    int lower = index(plan, create.lower(), create.lowerIndex());
    if (lower < 0) {
      return missing(create.lower());
    }
    link.create(create.name()).group(plan.creationGroup()).lowerLink(lower);
    if (create.mtu() != 0) {
      link.mtu(create.mtu());
    }
    if (create.mac() != null) {
      link.address(create.mac().value());
    }
    macvtap.reset().mode(mode(create.mode()));
    if (create.mode() == MacvtapMode.PASSTHRU) {
      macvtap.noPromiscuous(!create.promiscuous());
    }
    return end(link.kind(macvtap).end(), link.sequence());
  }

  private int macvtapMode(LinkPlan plan, NetlinkStep.SetMacvtapMode set) {
    int index = index(plan, set.name(), set.index());
    if (index < 0) {
      return missing(set.name());
    }
    link.change(index).kind(macvtap.reset().mode(mode(set.mode())));
    changes.addLink(index);
    return end(link.end(), link.sequence());
  }

  private static AddressGenerationMode mode(AddressGeneration generation) {
    return switch (generation) {
      case EUI64 -> AddressGenerationMode.EUI64;
      case NONE -> AddressGenerationMode.NONE;
      case STABLE_SECRET -> AddressGenerationMode.STABLE_PRIVACY;
      case RANDOM -> AddressGenerationMode.RANDOM;
    };
  }

  private static MacvlanMode mode(MacvtapMode mode) {
    return switch (mode) {
      case VEPA -> MacvlanMode.VEPA;
      case BRIDGE -> MacvlanMode.BRIDGE;
      case PRIVATE -> MacvlanMode.PRIVATE;
      case PASSTHRU -> MacvlanMode.PASSTHRU;
    };
  }

  private int configure(LinkPlan plan, NetlinkStep.ConfigureLink configure) {
    int index = index(plan, configure.name(), configure.index());
    if (index < 0) {
      return missing(configure.name());
    }
    LinkSettings settings = configure.settings();
    int master = 0;
    if (settings.master() != null && !settings.master().isEmpty()) {
      master = index(plan, settings.master(), 0);
      if (master < 0) {
        return missing(settings.master());
      }
    }
    link.set(index);
    changes.addLink(index);
    if (settings.mtu() != null) {
      link.mtu(settings.mtu());
    }
    if (settings.address() != null) {
      link.address(settings.address().value());
    }
    if (settings.master() != null) {
      link.master(master);
    }
    if (settings.alias() != null) {
      link.alias(settings.alias());
    }
    if (configure.index() == 0) {
      link.group(LinkGroups.DEFAULT); // it is made, or soon will be
    }
    if (settings.promiscuous() != null) {
      link.promiscuous(settings.promiscuous());
    }
    if (settings.addressGeneration() != null && transport.hasIpv6()) {
      link.addressGenerationMode(mode(settings.addressGeneration()));
    }
    if (settings.dormancy() != null) {
      link.dormant(settings.dormancy() == Dormancy.DORMANT);
      if (settings.dormancy() == Dormancy.ENDED) {
        link.operational();
      }
    }
    if (settings.arpIgnore() != null) {
      link.inetConf(InetConf.ARP_IGNORE, settings.arpIgnore());
    }
    if (settings.arpAnnounce() != null) {
      link.inetConf(InetConf.ARP_ANNOUNCE, settings.arpAnnounce());
    }
    if (settings.up() != null) {
      setUp(settings.up());
    }
    return end(link.end(), link.sequence());
  }

  private int rename(LinkPlan plan, NetlinkStep.RenameLink rename) {
    int index = index(plan, rename.name(), rename.index());
    if (index < 0) {
      return missing(rename.name());
    }
    plan.renaming().encode(link, index, rename);
    changes.addLink(index);
    return end(link.end(), link.sequence());
  }

  private int altname(LinkPlan plan, String name, int known, String altname, boolean add) {
    int index = index(plan, name, known);
    if (index < 0) {
      return missing(name);
    }
    LinkRequest request = add ? link.addAltname(index) : link.deleteAltname(index);
    changes.addLink(index);
    return end(request.alternativeName(altname).end(), link.sequence());
  }

  private int retire(NetlinkStep.RetireBridge retire) {
    link.set(retire.index()).name(retire.newName()).alias(retire.alias());
    if (retire.keeper() != null) {
      link.down();
    }
    changes.addLink(retire.index());
    return end(link.end(), link.sequence());
  }

  /** From here on it is known by the group, as one that was made is. */
  private int reuse(LinkPlan plan, NetlinkStep.ReuseBridge reuse) {
    link.set(reuse.index()).name(reuse.name()).alias("").group(plan.creationGroup());
    changes.addLink(reuse.index());
    return end(link.end(), link.sequence());
  }

  private int configureVf(LinkPlan plan, NetlinkStep.ConfigureVf configure) {
    int index = index(plan, configure.name(), configure.index());
    if (index < 0) {
      return missing(configure.name());
    }
    VfSettings settings = configure.settings();
    link.set(index);
    changes.addLink(index);
    vf.begin(settings.vf());
    if (settings.address() != null) {
      vf.address(settings.address().value());
    }
    if (settings.vlan() != null) {
      vlan(settings.vlan());
    }
    if (settings.rates() != null) {
      vf.rate(settings.rates().min(), settings.rates().max());
    }
    if (settings.spoofCheck() != null) {
      vf.spoofCheck(settings.spoofCheck());
    }
    if (settings.linkState() != null) {
      vf.linkState(linkState(settings.linkState()));
    }
    if (settings.rssQuery() != null) {
      vf.rssQuery(settings.rssQuery());
    }
    if (settings.trust() != null) {
      vf.trust(settings.trust());
    }
    if (settings.nodeGuid() != null) {
      vf.nodeGuid(settings.nodeGuid());
    }
    if (settings.portGuid() != null) {
      vf.portGuid(settings.portGuid());
    }
    vf.end();
    return end(link.end(), link.sequence());
  }

  /** As {@code ip} does: drivers that know one protocol only may know that form only. */
  private void vlan(VfVlan vlan) {
    if (vlan.protocol() == VlanProtocol.DOT1Q) {
      vf.vlan(vlan.id(), vlan.qos());
    } else {
      vf.vlan(vlan.id(), vlan.qos(), vlan.protocol().etherType());
    }
  }

  private static int linkState(VfLinkState state) {
    return switch (state) {
      case AUTO -> IFLA_VF_LINK_STATE_AUTO;
      case ENABLE -> IFLA_VF_LINK_STATE_ENABLE;
      case DISABLE -> IFLA_VF_LINK_STATE_DISABLE;
    };
  }

  private void setUp(boolean up) {
    if (up) {
      link.up();
    } else {
      link.down();
    }
  }

  private int entry(LinkPlan plan, EntryStep step) {
    int index = index(plan, step.name(), 0);
    if (index < 0) {
      return missing(step.name());
    }
    if (step.entry().kind() == LinkEntry.Kind.ADDRESS) {
      changes.addAddressed(index);
    }
    return end(entries.encode(step, index), entries.sequence());
  }

  private int route(LinkPlan plan, String name, RouteState state, boolean add) {
    int index = index(plan, name, 0);
    if (index < 0) {
      return missing(name);
    }
    byte[] network = state.prefixLength() == 0 ? null : state.destination().getAddress();
    int family = state.destination() instanceof Inet6Address ? AF_INET6 : AF_INET;
    if (add) {
      route
          .add(family, network, state.prefixLength())
          .protocol(state.protocol())
          .scope(state.scope());
    } else {
      route.delete(family, network, state.prefixLength());
    }
    route.outputInterface(index);
    if (state.gateway() != null) {
      route.gateway(state.gateway().getAddress());
    }
    if (state.preferredSource() != null) {
      route.preferredSource(state.preferredSource().getAddress());
    }
    if (state.metric() != 0) {
      route.priority(state.metric());
    }
    return end(route.end(), route.sequence());
  }

  private int neighbour(LinkPlan plan, NetlinkStep.AddProxyNeighbour add) {
    int index = index(plan, add.name(), 0);
    if (index < 0) {
      return missing(add.name());
    }
    return end(neighbour.addProxy(index, add.address().getAddress()).end(), neighbour.sequence());
  }

  private int missing(String name) {
    problem = "there is no link " + name;
    return -Errno.ENODEV;
  }

  private int end(boolean fitted, int sequenceUsed) {
    sequence = sequenceUsed;
    return fitted ? 1 : 0;
  }
}
