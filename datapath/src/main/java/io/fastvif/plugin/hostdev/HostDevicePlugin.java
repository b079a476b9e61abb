package io.fastvif.plugin.hostdev;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plugin.DeviceSteps;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.plugin.ovs.OvsPlugin;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifHostDevice;
import java.util.List;
import java.util.Optional;

/** Plugs a VIFHostDevice: a PCI device that a guest has for itself. */
public final class HostDevicePlugin implements VifPlugin {
  private static final String NAME = "hostdev";
  private static final String FIELD = "dev_address";

  private final HostDeviceOptions options;
  private final VifPlugin ovs;

  /** Finds the plugin. */
  public static final class Factory implements VifPluginFactory {
    /** Makes the factory. */
    public Factory() {}

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      return HostDeviceOptions.names();
    }

    @Override
    public HostPluginInfo describe() {
      return HostPluginInfo.of(
          NAME,
          HostVifInfo.of(
              VifHostDevice.OBJECT_NAME,
              Version.V1_0,
              VifHostDevice.CURRENT,
              HostPortProfileInfo.of(
                  PortProfileOpenVSwitch.OBJECT_NAME, Version.V1_0, PortProfileOpenVSwitch.CURRENT),
              HostPortProfileInfo.of(
                  PortProfileOvsRepresentor.OBJECT_NAME,
                  Version.V1_0,
                  PortProfileOvsRepresentor.CURRENT)));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new HostDevicePlugin(options);
    }
  }

  private HostDevicePlugin(PluginOptions options) {
    this.options = HostDeviceOptions.of(options);
    ovs = new OvsPlugin.Factory().create(options);
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifHostDevice device = check(vif);
    boolean isSwitched = isSwitched(vif);
    PciAddress address = device.devAddress().require(FIELD);
    PlanBuilder plan = new PlanBuilder(VifChecks.id(vif), "", host);
    plan.device(address.toString());
    DeviceSteps steps = DeviceSteps.of(plan, VifChecks.id(vif), FIELD, address);
    VfFunction function = VfFunction.of(host, address, steps);
    steps.take(function.asItIs(steps, options.driver().isEmpty() ? null : options.driver()));
    function.set(plan, device, isSwitched, options);
    if (!options.driver().isEmpty()) {
      steps.bind(options.driver());
    }
    if (isSwitched) {
      plan.append(ovs.plug(vif, instance, host));
    }
    return plan.plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifHostDevice device = check(vif);
    PciAddress address = device.devAddress().require(FIELD);
    PlanBuilder plan = new PlanBuilder(VifChecks.id(vif), "", host);
    DeviceSteps steps = DeviceSteps.of(plan, VifChecks.id(vif), FIELD, address);
    if (steps.isPlugged()) {
      plan.device(address.toString());
      VfFunction function = VfFunction.of(host, address, steps);
      if (isSwitched(vif)) {
        plan.append(ovs.unplug(vif, instance, host));
      }
      function.restoreRepresentor(plan, steps.former().orElseThrow());
      steps.restore();
    } else if (isSwitched(vif) && host.ovs().isKnown()) {
      // The database outlives the lease, as over a reboot; the device may be another VIF's by now.
      plan.append(ovs.unplug(vif, instance, host.withSriov(() -> SriovSnapshot.NONE)));
    }
    steps.giveBack();
    return plan.unplugged();
  }

  @Override
  public void unplugKnown(String vifId, PlanBuilder plan) {
    HostSnapshot host = plan.host();
    host.devices()
        .leases()
        .forEach(
            (address, lease) -> {
              if (lease.holder().equals(vifId) && lease.former() != null) {
                plan.device(address.toString());
                DeviceSteps steps = DeviceSteps.of(plan, vifId, "id", address);
                VfFunction.of(host, address, steps)
                    .restoreKnown(plan, steps.former().orElseThrow());
                steps.restore();
                steps.giveBack();
              }
            });
  }

  private static VifHostDevice check(Vif vif) {
    VifHostDevice device =
        VifChecks.type(vif, VifHostDevice.class, VifHostDevice.OBJECT_NAME, NAME);
    device.devType().require("dev_type");
    return device;
  }

  /** Whether the device's representor is a port of Open vSwitch. */
  private static boolean isSwitched(Vif vif) {
    Optional<PortProfile> profile = Optional.ofNullable(vif.portProfile().orElse(null));
    if (profile.isEmpty()
        || profile.get() instanceof PortProfileOpenVSwitch
        || profile.get() instanceof PortProfileOvsRepresentor) {
      return profile.isPresent();
    }
    throw InvalidInputException.ofValue(
        "port_profile",
        profile.get().objectName(),
        "is not taken by the plugin " + NAME,
        "VIFPortProfileOpenVSwitch, VIFPortProfileOVSRepresentor, or none");
  }
}
