package io.fastvif.cni;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PluginStep;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.hostdev.HostDevicePlugin;
import io.fastvif.trace.Log;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The leases that attachments have of PCI devices, so that nobody else changes them meanwhile. */
final class PodLeases {
  private PodLeases() {}

  /** The ids of the attachments of this host that have some. */
  static Set<String> holders(HostSnapshot host) {
    DeviceSnapshot devices = host.devices();
    return devices.leases().values().stream()
        .filter(lease -> isOf(devices, lease))
        .map(DeviceLease::holder)
        .filter(Aliases::isPod)
        .collect(Collectors.toSet());
  }

  /** One of another host, in a namespace of its own, may have the same name. */
  private static boolean isOf(DeviceSnapshot devices, DeviceLease lease) {
    return lease.former() != null
        && (devices.namespace() == null || devices.namespace().equals(lease.namespace()));
  }

  /**
   * Plans to leave an attachment's devices as they were, and what stands for them, and to give them
   * back.
   */
  static void giveBack(String vifId, PlanBuilder plan) {
    DeviceSnapshot devices = plan.host().devices();
    boolean hasSome =
        devices.leases().values().stream()
            .anyMatch(lease -> lease.holder().equals(vifId) && isOf(devices, lease));
    if (hasSome) {
      new HostDevicePlugin.Factory()
          .create(new PluginOptions("hostdev", Map.of()))
          .unplugKnown(vifId, plan);
    }
  }

  /**
   * Plans to fail if an attachment has a device whose lease cannot be read: it would be forgotten
   * as it is. Others go on, and the device stays reserved.
   *
   * @param named the device that the configuration names; null for none
   */
  static void requireReadable(String vifId, PciAddress named, PodDevices taken, PlanBuilder plan) {
    Map<PciAddress, String> unreadable = plan.host().devices().unreadableLeases();
    if (!unreadable.isEmpty()) {
      AttachmentPlan.add(plan, new RequireLease(vifId, named, taken, unreadable));
    }
  }

  /** Fails if it has such a device, by the configuration or by what is written down of its link. */
  private record RequireLease(
      String vifId, PciAddress named, PodDevices taken, Map<PciAddress, String> unreadable)
      implements PluginStep {
    @Override
    public boolean perform() throws IOException {
      String ofLink = taken.read(vifId).map(device -> device.facts().device()).orElse("");
      for (Map.Entry<PciAddress, String> one : unreadable.entrySet()) {
        if (one.getKey().equals(named) || one.getKey().toString().equals(ofLink)) {
          throw new IOException(one.getValue());
        }
        Log.warning(PodLeases.class, one.getValue());
      }
      return false;
    }

    @Override
    public boolean undo() {
      return false;
    }

    @Override
    public String toString() {
      return "look whether " + vifId + " has a device whose lease cannot be read";
    }
  }
}
