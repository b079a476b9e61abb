package io.fastvif.plugin.nested;

import io.fastvif.files.HostPath;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostPortProfileInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.DeviceState;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.DeviceSteps;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifNestedDpdk;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Binds a VIFNestedDPDK's device to a driver of user space, and describes it for the pod. */
public final class NestedDpdkPlugin implements VifPlugin {
  private static final String NAME = "nested_dpdk";
  private static final String FIELD = "pci_address";

  private final String driver;
  private final Path folder;
  private final int defaultMtu;

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
      return List.of("driver", "description_folder", "network_device_mtu");
    }

    @Override
    public HostPluginInfo describe() {
      return HostPluginInfo.of(
          NAME,
          HostVifInfo.of(
              VifNestedDpdk.OBJECT_NAME,
              Version.V1_0,
              VifNestedDpdk.CURRENT,
              HostPortProfileInfo.of(
                  PortProfileK8sDpdk.OBJECT_NAME, Version.V1_0, PortProfileK8sDpdk.CURRENT)));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new NestedDpdkPlugin(options);
    }
  }

  private NestedDpdkPlugin(PluginOptions options) {
    driver = options.text("driver", "");
    folder = folder(options.text("description_folder", "/run/fastvif/pods"));
    defaultMtu = options.number("network_device_mtu", NumberRange.MTU).orElse(1500);
  }

  private static Path folder(String text) {
    try {
      Path path = HostPath.of(text);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException noPath) {
      // said below
    }
    throw InvalidInputException.ofValue(
        NAME + ".description_folder", text, "is not the path of a folder", "an absolute path");
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifNestedDpdk nested = check(vif);
    PciAddress address = address(nested);
    String given = nested.devDriver().require("dev_driver");
    String wanted = driver.isEmpty() ? given : driver;
    if (!wanted.matches("[A-Za-z0-9_-]+")) {
      throw InvalidInputException.ofValue(
          "dev_driver", wanted, "is not the name of a driver", "such as vfio-pci");
    }
    PlanBuilder plan = new PlanBuilder(VifChecks.id(vif), "", host);
    plan.device(address.toString());
    DeviceSteps steps = DeviceSteps.of(plan, VifChecks.id(vif), FIELD, address);
    DeviceState now = steps.state();
    steps.take(
        new FormerDevice(
            now.driver(),
            now.override(),
            wanted,
            steps.settings().orElse(null),
            null,
            steps.link()));
    steps.bind(wanted);
    String text =
        PodDescription.of(
            nested,
            address,
            wanted,
            (PortProfileK8sDpdk) vif.portProfile().orElse(null),
            VifChecks.mtu(vif.network().orElse(null), defaultMtu));
    plan.add(
        PlannedStep.own(
            new DeviceStep.DescribeDevice(file(vif), text),
            new DeviceStep.DescribeDevice(file(vif), null)));
    return plan.plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    PciAddress address = address(check(vif));
    PlanBuilder plan = new PlanBuilder(VifChecks.id(vif), "", host);
    DeviceSteps steps = DeviceSteps.of(plan, VifChecks.id(vif), FIELD, address);
    if (steps.isPlugged()) {
      plan.device(address.toString());
      plan.add(PlannedStep.own(new DeviceStep.DescribeDevice(file(vif), null), null));
      steps.restore();
    }
    steps.giveBack();
    return plan.unplugged();
  }

  @Override
  public void unplugKnown(String vifId, PlanBuilder plan) {
    boolean hasDevice =
        plan.host().devices().leases().values().stream()
            .anyMatch(lease -> lease.holder().equals(vifId));
    if (hasDevice && vifId.indexOf('/') < 0) {
      plan.add(
          PlannedStep.own(
              new DeviceStep.DescribeDevice(folder.resolve(vifId + ".json"), null), null));
    }
  }

  private Path file(Vif vif) {
    String id = VifChecks.id(vif);
    if (id.indexOf('/') >= 0) {
      throw InvalidInputException.ofValue("id", id, "cannot name a file", "one without a slash");
    }
    return folder.resolve(id + ".json");
  }

  private static PciAddress address(VifNestedDpdk vif) {
    try {
      return PciAddress.parse(vif.pciAddress().require(FIELD));
    } catch (InvalidInputException wrong) {
      throw wrong.path().isEmpty() ? wrong.under(FIELD) : wrong;
    }
  }

  private static VifNestedDpdk check(Vif vif) {
    VifNestedDpdk nested =
        VifChecks.type(vif, VifNestedDpdk.class, VifNestedDpdk.OBJECT_NAME, NAME);
    PortProfile profile = vif.portProfile().orElse(null);
    if (profile != null && !(profile instanceof PortProfileK8sDpdk)) {
      throw InvalidInputException.ofValue(
          "port_profile",
          profile.objectName(),
          "is not taken by the plugin " + NAME,
          "VIFPortProfileK8sDPDK or none");
    }
    return nested;
  }
}
