package io.fastvif.plugin.direct;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.MacvtapMode;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PortAssociation;
import io.fastvif.plugin.BrokenOff;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PlannedNames;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfile8021Qbg;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifDirect;
import java.util.List;

/** Plugs a VIFDirect as a macvtap. */
public final class DirectPlugin implements VifPlugin {
  static final String NAME = "direct";

  private final TapFile file;
  private final boolean isolated;
  private final Promiscuity promiscuity;
  private final SwitchPort ports;

  /** Finds the plugin. */
  public static final class Factory implements VifPluginFactory {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      return List.of(
          "device_folder",
          "owner",
          "group",
          "mode",
          "private",
          "promiscuous",
          "association",
          "association_timeout",
          "host_uuid",
          "lldpad_pid_file");
    }

    @Override
    public HostPluginInfo describe() {
      return HostPluginInfo.of(
          NAME,
          HostVifInfo.of(
              VifDirect.OBJECT_NAME,
              Version.V1_0,
              VifDirect.CURRENT,
              HostPortProfileInfo.of(
                  PortProfile8021Qbg.OBJECT_NAME, Version.V1_0, PortProfile8021Qbg.CURRENT),
              HostPortProfileInfo.of(
                  PortProfile8021Qbh.OBJECT_NAME, Version.V1_0, PortProfile8021Qbh.CURRENT)));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new DirectPlugin(options);
    }
  }

  private DirectPlugin(PluginOptions options) {
    file = TapFile.of(options);
    isolated = options.flag("private", false);
    promiscuity = options.choice("promiscuous", Promiscuity.AUTO);
    ports = SwitchPort.of(options);
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifDirect direct = check(vif);
    VifChecks.deviceAddress(vif);
    new PlannedNames()
        .add("vlan_name", direct.vlanName().orElse(""))
        .add("vif_name", direct.vifName().orElse(""));
    SourceDevice source = SourceDevice.find(direct, host);
    MacvtapPlanner planner = planner(direct, host);
    planner.plug(
        source,
        mode(direct.mode().require("mode")),
        isPromiscuous(source),
        mtu(direct, source),
        ports.port(vif, instance, source, true));
    return planner.plan().plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifDirect direct = check(vif);
    MacvtapPlanner planner = planner(direct, host);
    boolean preserve = vif.isPreservedOnDelete();
    PortAssociation port = null;
    if (!preserve && vif.portProfile().hasValue() && planner.isPlugged()) {
      port = port(vif, instance, direct, planner, host);
    }
    planner.unplug(preserve, port, source(direct, host));
    return planner.plan().unplugged();
  }

  @Override
  public void unplugKnown(String vifId, PlanBuilder plan) {
    new MacvtapPlanner(plan, vifId, "", null, file, ports).unplugKnown();
  }

  @Override
  public List<BrokenOff> brokenOff(HostSnapshot host) {
    return host.links().stream()
        .filter(device -> BroughtUp.isLeft(host, device))
        .map(
            device ->
                new BrokenOff(
                    device.name(),
                    "brought up: link " + device.index(),
                    plan -> BroughtUp.setDown(plan, device)))
        .toList();
  }

  @Override
  public HypervisorTask hypervisorTask(Vif vif) {
    return vif instanceof VifDirect ? HypervisorTask.OPEN_DEVICE : HypervisorTask.CONNECT_DEVICE;
  }

  /** The links that the VIF lies on; none where its device or VLAN is gone. */
  private static List<LinkState> source(VifDirect vif, HostSnapshot host) {
    try {
      return SourceDevice.find(vif, host).links().reversed();
    } catch (InvalidInputException gone) {
      return List.of();
    }
  }

  /** The port on the switch outside; null where the device that it was asked by is gone. */
  private PortAssociation port(
      Vif vif, InstanceInfo instance, VifDirect direct, MacvtapPlanner planner, HostSnapshot host) {
    try {
      return ports.port(vif, instance, SourceDevice.find(direct, host), false);
    } catch (InvalidInputException gone) {
      planner.plan().note("its port is not given up: " + gone.getMessage());
      return null;
    }
  }

  private MacvtapPlanner planner(VifDirect vif, HostSnapshot host) {
    String id = VifChecks.id(vif);
    String name = vif.vifName().require("vif_name");
    return new MacvtapPlanner(
        new PlanBuilder(id, name, host), id, name, vif.address().orElse(null), file, ports);
  }

  private static VifDirect check(Vif vif) {
    return VifChecks.type(vif, VifDirect.class, VifDirect.OBJECT_NAME, NAME);
  }

  private MacvtapMode mode(DirectMode mode) {
    return switch (mode) {
      case VEPA -> MacvtapMode.VEPA;
      case BRIDGE -> isolated ? MacvtapMode.PRIVATE : MacvtapMode.BRIDGE;
      case PASSTHROUGH -> MacvtapMode.PASSTHRU;
    };
  }

  private boolean isPromiscuous(SourceDevice source) {
    return switch (promiscuity) {
      case AUTO -> source.function() == null;
      case ON -> true;
      case OFF -> false;
    };
  }

  private static int mtu(VifDirect vif, SourceDevice source) {
    int mtu = VifChecks.mtu(vif.network().orElse(null), source.mtu());
    if (mtu > source.mtu()) {
      throw InvalidInputException.ofValue(
          "network.mtu",
          "" + mtu,
          "is greater than the MTU of " + source.lowerName(),
          "at most " + source.mtu());
    }
    return mtu;
  }
}
