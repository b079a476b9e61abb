package io.fastvif.cni;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.hostdev.HostDevicePlugin;
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
}
