package io.fastvif.plugin.ovs;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PlannedNames;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.UnplugStage;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.OpenVSwitchProfile;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.List;

/** Plugs VIFs into Open vSwitch. */
public final class OvsPlugin implements VifPlugin {
  static final String NAME = "ovs";
  private static final String TYPES =
      String.join(
          ", ",
          VifOpenVSwitch.OBJECT_NAME,
          VifBridge.OBJECT_NAME,
          VifVhostUser.OBJECT_NAME,
          VifHostDevice.OBJECT_NAME);

  private final OvsOptions options;

  /** Finds the plugin. */
  public static final class Factory implements VifPluginFactory {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      return OvsOptions.NAMES;
    }

    @Override
    public List<String> engineOptions() {
      return OvsOptions.OF_ENGINE;
    }

    @Override
    public HostPluginInfo describe() {
      HostPortProfileInfo port =
          HostPortProfileInfo.of(
              PortProfileOpenVSwitch.OBJECT_NAME, Version.V1_0, PortProfileOpenVSwitch.CURRENT);
      HostPortProfileInfo representor =
          HostPortProfileInfo.of(
              PortProfileOvsRepresentor.OBJECT_NAME,
              Version.V1_0,
              PortProfileOvsRepresentor.CURRENT);
      HostPortProfileInfo fastPath =
          HostPortProfileInfo.of(
              PortProfileFpOpenVSwitch.OBJECT_NAME, Version.V1_0, PortProfileFpOpenVSwitch.CURRENT);
      return HostPluginInfo.of(
          NAME,
          HostVifInfo.of(VifBridge.OBJECT_NAME, Version.V1_0, VifBridge.CURRENT, port),
          HostVifInfo.of(VifOpenVSwitch.OBJECT_NAME, Version.V1_0, VifOpenVSwitch.CURRENT, port),
          HostVifInfo.of(
              VifVhostUser.OBJECT_NAME,
              Version.V1_0,
              VifVhostUser.CURRENT,
              port,
              representor,
              fastPath),
          HostVifInfo.of(
              VifHostDevice.OBJECT_NAME, Version.V1_0, VifHostDevice.CURRENT, port, representor));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new OvsPlugin(OvsOptions.of(options));
    }
  }

  private OvsPlugin(OvsOptions options) {
    this.options = options;
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    OvsVif checked = OvsVif.of(vif, options);
    if (checked.profile().createsTap() && !(vif instanceof VifOpenVSwitch)) {
      throw InvalidInputException.ofValue(
          "port_profile.create_tap",
          "true",
          "is not for a " + vif.objectName(),
          "a " + VifOpenVSwitch.OBJECT_NAME);
    }
    checkNames(vif, checked);
    OvsPlan plan = new OvsPlan(checked, name(vif), host);
    switch (vif) {
      case VifOpenVSwitch port -> GenericPort.plug(plan, checked, portName(port), instance);
      case VifBridge bridge ->
          HybridPort.plug(plan, checked, bridge.bridgeName().require("bridge_name"), instance);
      case VifVhostUser vhostUser -> {
        if (checked.profile() instanceof PortProfileFpOpenVSwitch fastPath) {
          OvsFastPathPort.plug(plan, checked, vhostUser, fastPath, instance);
        } else {
          OvsVhostUserPort.plug(plan, checked, vhostUser, instance);
        }
      }
      case VifHostDevice device -> RepresentorPort.plug(plan, checked, device, instance);
      default -> throw VifChecks.wrongType(vif, TYPES, NAME);
    }
    return plan.plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    OvsVif checked = OvsVif.toUnplug(vif, options);
    OvsPlan plan = new OvsPlan(checked, name(vif), host);
    switch (vif) {
      case VifOpenVSwitch port -> {
        String hybridBridge = OvsNames.hybridBridge(checked.id());
        if (!options.perPortBridge()
            && host.link(hybridBridge).isPresent()
            && !plan.isOthersDevice(hybridBridge)) {
          HybridPort.unplug(plan, checked, hybridBridge);
        } else {
          GenericPort.unplug(plan, checked, portName(port));
        }
      }
      case VifBridge bridge ->
          HybridPort.unplug(plan, checked, bridge.bridgeName().require("bridge_name"));
      case VifVhostUser vhostUser -> {
        if (checked.profile() instanceof PortProfileFpOpenVSwitch fastPath) {
          OvsFastPathPort.unplug(plan, checked, vhostUser, fastPath);
        } else {
          OvsVhostUserPort.unplug(plan, checked);
        }
      }
      case VifHostDevice device -> RepresentorPort.unplug(plan, checked, device);
      default -> throw VifChecks.wrongType(vif, TYPES, NAME);
    }
    return plan.unplug();
  }

  @Override
  public void unplugKnown(String vifId, PlanBuilder plan) {
    new KnownPorts(vifId, plan).unplug();
  }

  @Override
  public UnplugStage unplugStage() {
    return UnplugStage.SWITCH;
  }

  @Override
  public HypervisorTask hypervisorTask(Vif vif) {
    if (!(vif instanceof VifOpenVSwitch)
        || !(vif.portProfile().orElse(null) instanceof OpenVSwitchProfile profile)
        || !(options.perPortBridge() || profile.createsPort())) {
      return HypervisorTask.CONNECT_DEVICE;
    }
    return profile.hypervisorTask();
  }

  private void checkNames(Vif vif, OvsVif checked) {
    String id = checked.id();
    PlannedNames names = new PlannedNames();
    boolean isFastPath =
        checked.profile() instanceof PortProfileFpOpenVSwitch fastPath && fastPath.usesHybridPlug();
    if (isFastPath || vif instanceof VifBridge) {
      names.addOfId(id, OvsNames.bridgeEnd(id)).addOfId(id, OvsNames.switchEnd(id));
    }
    if (vif instanceof VifOpenVSwitch && options.perPortBridge()) {
      names.addOfId(id, OvsNames.portBridge(id));
    }
    names.add("network.bridge", checked.bridge());
    if (isFastPath && checked.profile() instanceof PortProfileFpOpenVSwitch fastPath) {
      names.add("port_profile.bridge_name", hybridBridge(vif, fastPath));
    }
    if (vif instanceof VifBridge bridge) {
      names.add("bridge_name", bridge.bridgeName().orElse(""));
    }
    names.add("vif_name", name(vif));
  }

  /** The Linux bridge of a hybrid plug with a fast path. */
  public static String hybridBridge(Vif vif, PortProfileFpOpenVSwitch profile) {
    String given = profile.bridgeName().orElse("");
    return given.isEmpty() ? OvsNames.hybridBridge(VifChecks.id(vif)) : given;
  }

  private static String portName(VifOpenVSwitch vif) {
    return vif.vifName().require("vif_name");
  }

  private static String name(Vif vif) {
    return switch (vif) {
      case VifOpenVSwitch port -> port.vifName().orElse("");
      case VifBridge bridge -> bridge.vifName().orElse("");
      case VifVhostUser vhostUser -> vhostUser.portName();
      default -> "";
    };
  }
}
