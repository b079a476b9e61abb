package io.fastvif.plugin.bridge;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.plugin.HostSideAddress;
import io.fastvif.plugin.PlanBuilder;
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

/** Plugs a VIFBridge into a Linux bridge. */
public final class LinuxBridgePlugin implements VifPlugin {
  private static final String NAME = "linux_bridge";
  private static final String BRIDGE_FIELD = "bridge_name";
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
    if (!network.isMultiHost() && network.providesBridge()) {
      if (vif.isTrafficFiltered()) {
        forwarding.release(plan, id, host.filters().bridgesOf(id));
      } else {
        forwarding.ensure(plan, id, bridge, !network.providesVlan());
      }
      bridges.ensure(plan, bridge, network, mtu);
    }
    if (portKind != CreatePort.NONE) {
      String name = bridged.vifName().require("vif_name");
      MacAddress guest = vif.address().orElse(null);
      LinkSettings fixed = LinkSettings.NONE.withMtu(mtu).withAddress(HostSideAddress.of(guest));
      LinkSettings rest = LinkSettings.NONE.withMaster(bridge);
      if (portKind == CreatePort.TAP) {
        plan.port(
            new Step.CreateTap(name, false, false, OptionalInt.empty(), OptionalInt.empty()),
            LinkSettings.NONE,
            rest.withMtu(fixed.mtu()).withAddress(fixed.address()));
      } else {
        String peer = peerName(id);
        plan.port(
            new Step.CreateVeth(name, fixed.address(), peer, guest, mtu),
            fixed,
            rest.withPromiscuous(true));
        plan.peer(peer);
      }
    }
    return plan.plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifBridge bridged = check(vif);
    String id = VifChecks.id(vif);
    PlanBuilder plan = builder(bridged, host);
    plan.delete(vif.isPreservedOnDelete());
    Network network = vif.network().orElse(null);
    if (network != null
        && bridged.bridgeName().hasValue()
        && !network.isMultiHost()
        && network.providesBridge()) {
      bridges.settle(plan, bridged.bridgeName().get(), network);
    }
    if (host.filters().isKnown()) {
      forwarding.release(plan, id, host.filters().bridgesOf(id));
    } else if (!vif.isTrafficFiltered() && bridged.bridgeName().hasValue()) {
      forwarding.release(plan, id, List.of(bridged.bridgeName().get()));
    }
    return plan.unplugged();
  }

  @Override
  public void unplugKnown(String vifId, PlanBuilder plan) {
    forwarding.release(plan, vifId, plan.host().filters().bridgesOf(vifId));
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
