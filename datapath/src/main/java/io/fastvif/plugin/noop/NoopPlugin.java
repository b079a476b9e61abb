package io.fastvif.plugin.noop;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifVhostUser;
import java.util.List;

/**
 * Takes VIFVHostUser without port profile (its socket is the hypervisor's or another switch's),
 * VIFHostDevice without one (its representor is with the switch on the card, Nova's vnic_type
 * remote-managed) and VIFNestedDPDK (its device is the pod's), and does nothing for them.
 */
public final class NoopPlugin implements VifPlugin {
  private static final String NAME = "noop";

  /** Finds the plugin. */
  public static final class Factory implements VifPluginFactory {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      return List.of();
    }

    @Override
    public HostPluginInfo describe() {
      return HostPluginInfo.of(
          NAME,
          HostVifInfo.of(VifVhostUser.OBJECT_NAME, Version.V1_0, new Version(1, 1)),
          HostVifInfo.of(VifHostDevice.OBJECT_NAME, Version.V1_0, VifHostDevice.CURRENT),
          HostVifInfo.of(
              VifNestedDpdk.OBJECT_NAME,
              Version.V1_0,
              Version.V1_0,
              HostPortProfileInfo.of(
                  PortProfileK8sDpdk.OBJECT_NAME, Version.V1_0, new Version(1, 1))));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new NoopPlugin();
    }
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    return plan(vif, host).plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    return plan(vif, host).unplug(true);
  }

  private static PlanBuilder plan(Vif vif, HostSnapshot host) {
    switch (vif) {
      case VifVhostUser vhostUser -> VifChecks.noProfile(vhostUser, NAME);
      case VifHostDevice device -> VifChecks.noProfile(device, NAME);
      case VifNestedDpdk nested -> checkProfile(nested);
      default ->
          throw VifChecks.wrongType(vif, "VIFVHostUser, VIFHostDevice or VIFNestedDPDK", NAME);
    }
    return new PlanBuilder(VifChecks.id(vif), "", host);
  }

  private static void checkProfile(VifNestedDpdk vif) {
    PortProfile profile = vif.portProfile().orElse(null);
    if (profile != null && !(profile instanceof PortProfileK8sDpdk)) {
      throw InvalidInputException.ofValue(
          "port_profile",
          profile.objectName(),
          "is not taken by the plugin " + NAME,
          "VIFPortProfileK8sDPDK or none");
    }
  }
}
