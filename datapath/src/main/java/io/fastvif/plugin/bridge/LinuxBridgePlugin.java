package io.fastvif.plugin.bridge;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SharedBridge;
import io.fastvif.plugin.BrokenOff;
import io.fastvif.plugin.HostSideAddress;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PlannedNames;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntSupplier;

/** Plugs a VIFBridge into a Linux bridge. */
public final class LinuxBridgePlugin implements VifPlugin {
  private static final String NAME = "linux_bridge";
  private static final String BRIDGE_FIELD = "bridge_name";
  private static final String NAME_FIELD = "vif_name";
  private static final int PEER_NAME_CHARACTERS = 14; // as os-vif cuts the names that it makes up

  private final CreatePort portKind;
  private final BridgePlanner bridges;
  private final ForwardingPolicy forwarding;
  private final int defaultMtu;

  /** Finds the plugin. */
  public static final class Factory implements VifPluginFactory {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      List<String> all =
          new ArrayList<>(
              List.of("create_port", "flat_interface", "vlan_interface", "network_device_mtu"));
      all.addAll(ForwardingPolicy.OPTIONS);
      return List.copyOf(all);
    }

    @Override
    public List<String> repeatableOptions() {
      return List.of(ForwardingPolicy.INTERFACES);
    }

    @Override
    public HostPluginInfo describe() {
      return HostPluginInfo.of(
          NAME, HostVifInfo.of(VifBridge.OBJECT_NAME, Version.V1_0, Version.V1_0));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new LinuxBridgePlugin(options);
    }
  }

  private LinuxBridgePlugin(PluginOptions options) {
    portKind = options.choice("create_port", CreatePort.NONE);
    bridges =
        new BridgePlanner(options.text("flat_interface", ""), options.text("vlan_interface", ""));
    forwarding = new ForwardingPolicy(options);
    defaultMtu = options.mtu();
  }

  /** The name of the guest's end of the veth pair made for a VIF. */
  public static String peerName(String vifId) {
    String name = "gst" + vifId;
    return name.substring(0, Math.min(name.length(), PEER_NAME_CHARACTERS));
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifBridge bridged = check(vif);
    Network network = vif.network().require("network");
    String id = VifChecks.id(vif);
    PlanBuilder plan = builder(bridged, host);
    String bridge = plan.bridgeName(BRIDGE_FIELD, bridged.bridgeName().require(BRIDGE_FIELD));
    int mtu = VifChecks.mtu(network, defaultMtu);
    boolean makesBridge = !network.isMultiHost() && network.providesBridge();
    PlannedNames names = new PlannedNames();
    if (portKind == CreatePort.VETH) {
      names.addOfId(id, peerName(id));
    }
    names.add(BRIDGE_FIELD, bridge);
    if (makesBridge) {
      bridges.name(names, network);
    }
    if (portKind != CreatePort.NONE) {
      names.add(NAME_FIELD, bridged.vifName().require(NAME_FIELD));
    }
    if (makesBridge && portKind == CreatePort.NONE) {
      BridgePlanner.requireBridge(host, bridge); // a port of ours would be refused by the kernel
    }
    plan.share(new SharedBridge(bridge, null)); // with all whose ports are on it
    bridges.settleOthers(plan, bridge, makesBridge ? network : null, () -> mtu, true);
    if (makesBridge) {
      if (vif.isTrafficFiltered()) {
        forwarding.release(plan, id, host.filters().bridgesOf(id));
      } else {
        forwarding.ensure(plan, id, bridge, !network.providesVlan());
      }
      bridges.ensure(plan, bridge, network, mtu);
    }
    if (portKind != CreatePort.NONE) {
      String name = bridged.vifName().get();
      boolean isGuests = portKind == CreatePort.VETH; // a tap's guest has another device
      MacAddress guest = isGuests ? VifChecks.deviceAddress(vif) : vif.address().orElse(null);
      LinkSettings fixed = LinkSettings.NONE.withMtu(mtu).withAddress(HostSideAddress.of(guest));
      LinkSettings rest = LinkSettings.NONE.withMaster(bridge);
      if (portKind == CreatePort.TAP) {
        plan.port(
            new LocalStep.CreateTap(name, false, false, OptionalInt.empty(), OptionalInt.empty()),
            LinkSettings.NONE,
            rest.withMtu(fixed.mtu()).withAddress(fixed.address()));
      } else {
        String peer = peerName(id);
        VifChecks.noPairOfAnotherName(host, id, name, peer);
        plan.port(
            new NetlinkStep.CreateVeth(name, fixed.address(), peer, guest, mtu),
            fixed,
            rest.withPromiscuous(true));
        plan.peer(peer);
      }
    }
    if (makesBridge) {
      bridges.finish(plan, bridge, network, mtu);
    }
    return plan.plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifBridge bridged = check(vif);
    String id = VifChecks.id(vif);
    PlanBuilder plan = builder(bridged, host);
    plan.delete(vif.isPreservedOnDelete());
    if (bridged.bridgeName().hasValue()) {
      settle(plan, bridged.bridgeName().get(), vif.network().orElse(null));
    }
    if (host.filters().isKnown()) {
      forwarding.release(plan, id, host.filters().bridgesOf(id));
    } else if (!vif.isTrafficFiltered() && bridged.bridgeName().hasValue()) {
      forwarding.release(plan, id, List.of(bridged.bridgeName().get()));
    }
    return plan.unplugged();
  }

  private void settle(PlanBuilder plan, String bridge, Network network) {
    boolean makesBridge = network != null && !network.isMultiHost() && network.providesBridge();
    IntSupplier mtu = () -> network == null ? 0 : VifChecks.mtu(network, defaultMtu);
    bridges.settleOthers(plan, bridge, makesBridge ? network : null, mtu, false);
    if (makesBridge) {
      bridges.settle(plan, bridge, network, mtu);
    }
  }

  @Override
  public void unplugKnown(String vifId, PlanBuilder plan) {
    plan.host().linksOf(vifId).stream()
        .flatMap(link -> plan.host().link(link.master()).stream())
        .map(LinkState::name)
        .distinct()
        .forEach(bridge -> settle(plan, bridge, null));
    forwarding.release(plan, vifId, plan.host().filters().bridgesOf(vifId));
  }

  /** Moves of uplinks, which nobody may come to end whose VIF has a port on the bridge. */
  @Override
  public List<BrokenOff> brokenOff(HostSnapshot host) {
    List<BrokenOff> moves = new ArrayList<>();
    for (LinkState bridge : host.links()) {
      for (int uplink : FormerBridge.uplinks(bridge)) {
        String mark = "half moved to link " + bridge.index() + ": link " + uplink;
        moves.add(new BrokenOff(bridge.name(), mark, plan -> settle(plan, bridge.name(), null)));
      }
    }
    return moves;
  }

  @Override
  public HypervisorTask hypervisorTask(Vif vif) {
    if (!(vif instanceof VifBridge)) {
      return HypervisorTask.CONNECT_DEVICE;
    }
    return switch (portKind) {
      case NONE -> HypervisorTask.CONNECT_DEVICE;
      case TAP -> HypervisorTask.OPEN_DEVICE;
      case VETH -> HypervisorTask.NONE;
    };
  }

  private static VifBridge check(Vif vif) {
    VifBridge bridged = VifChecks.type(vif, VifBridge.class, VifBridge.OBJECT_NAME, NAME);
    VifChecks.noProfile(vif, NAME);
    return bridged;
  }

  private static PlanBuilder builder(VifBridge vif, HostSnapshot host) {
    return new PlanBuilder(VifChecks.id(vif), vif.vifName().orElse(""), host);
  }
}
