package io.fastvif.plugin.fastpath;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.ServedPortSteps;
import io.fastvif.plugin.UnplugStage;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.plugin.ovs.OvsPlugin;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifVhostUser;
import java.util.List;

/** Plugs a VIFVHostUser with fastvif's own forwarder as its fast path. */
public final class FastPathPlugin implements VifPlugin {
  private static final String NAME = "vhostuser_fp";

  private final FastPathOptions options;
  private final VifPlugin ovs;

  /** Finds the plugin. */
  public static final class Factory implements VifPluginFactory {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      return FastPathOptions.names();
    }

    @Override
    public HostPluginInfo describe() {
      return HostPluginInfo.of(
          NAME,
          HostVifInfo.of(
              VifVhostUser.OBJECT_NAME,
              Version.V1_0,
              VifVhostUser.CURRENT,
              HostPortProfileInfo.of(
                  PortProfileFpBridge.OBJECT_NAME, Version.V1_0, PortProfileFpBridge.CURRENT),
              HostPortProfileInfo.of(
                  PortProfileFpOpenVSwitch.OBJECT_NAME,
                  Version.V1_0,
                  PortProfileFpOpenVSwitch.CURRENT),
              HostPortProfileInfo.of(
                  PortProfileFpTap.OBJECT_NAME, Version.V1_0, PortProfileFpTap.CURRENT)));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new FastPathPlugin(options);
    }
  }

  private FastPathPlugin(PluginOptions given) {
    options = FastPathOptions.of(given);
    ovs = new OvsPlugin.Factory().create(given.only(FastPathOptions.OF_OVS));
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    FastPathPort port = FastPathPort.of(check(vif), options, host);
    if (port.hasUplink()) {
      requireBridged(vif);
      port.open();
      return port.plan().plug();
    }
    switch (profile(vif)) {
      case PortProfileFpBridge bridge -> BridgedPort.plug(port, bridge);
      case PortProfileFpOpenVSwitch openVSwitch ->
          SwitchedPort.plug(port, openVSwitch, ovs.plug(vif, instance, host));
      case PortProfileFpTap tap -> RoutedPort.plug(port, tap);
      case PortProfile other -> throw wrongProfile(other);
    }
    port.open();
    return port.plan().plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    FastPathPort port = FastPathPort.toUnplug(check(vif), options, host);
    port.close();
    if (port.hasUplink()) {
      return port.plan().unplugged();
    }
    switch (profile(vif)) {
      case PortProfileFpOpenVSwitch openVSwitch -> port.addAll(ovs.unplug(vif, instance, host));
      case PortProfileFpBridge bridge -> {} // leaves with the tap
      case PortProfileFpTap tap -> {} // the routes and the rest go with the tap
      case PortProfile other -> throw wrongProfile(other);
    }
    port.deleteTap();
    port.plan().deleteUnfinished();
    return port.plan().unplugged();
  }

  @Override
  public void unplugKnown(String vifId, PlanBuilder plan) {
    ServedPortSteps.closeKnown(plan, vifId);
  }

  @Override
  public UnplugStage unplugStage() {
    return UnplugStage.GUEST;
  }

  private static VifVhostUser check(Vif vif) {
    return VifChecks.type(vif, VifVhostUser.class, VifVhostUser.OBJECT_NAME, NAME);
  }

  private static PortProfile profile(Vif vif) {
    return vif.portProfile().require("port_profile");
  }

  /** The uplink stands for the bridge; the other profiles ask for what it has not. */
  private static void requireBridged(Vif vif) {
    PortProfile profile = profile(vif);
    if (!(profile instanceof PortProfileFpBridge)) {
      throw InvalidInputException.ofValue(
          "port_profile",
          profile.objectName(),
          "has no place where the option uplink is set",
          PortProfileFpBridge.OBJECT_NAME);
    }
  }

  private static InvalidInputException wrongProfile(PortProfile profile) {
    return InvalidInputException.ofValue(
        "port_profile",
        profile.objectName(),
        "is not taken by the plugin " + NAME,
        String.join(
            ", ",
            PortProfileFpBridge.OBJECT_NAME,
            PortProfileFpOpenVSwitch.OBJECT_NAME,
            PortProfileFpTap.OBJECT_NAME));
  }
}
