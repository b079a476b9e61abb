package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.DeviceState;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.DeviceSteps;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code host-device}: a link of the host's own, which the pod has for itself until it ends; by the
 * keys of the reference plugin. A PCI device is leased too, with its link or, where a driver of
 * DPDK's has bound it, without one.
 *
 * @see <a href="https://www.cni.dev/plugins/current/main/host-device/">host-device</a>
 */
final class HostDeviceAttachment implements PodAttachment {
  static final String NAME = "host-device";

  /** What makes no link of a device, but leaves it to programs. */
  private static final Set<String> USER_SPACE = Set.of("vfio-pci", "uio_pci_generic", "igb_uio");

  private final NetworkConfiguration network;
  private final DeviceKey key;
  private final DeviceInfo info;

  private HostDeviceAttachment(ConfigObject top, NetworkConfiguration network) {
    this.network = network;
    key = DeviceKey.read(top, network.runtime());
    info = DeviceInfo.read(network.runtime());
    if (info.isWanted() && key.pci() == null) {
      throw CniException.ofKey("runtimeConfig.CNIDeviceInfoFile", info.file(), "a PCI device");
    }
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new HostDeviceAttachment(top, network);
  }

  @Override
  public boolean takesDevices() {
    return true;
  }

  @Override
  public void require(VifHost host) {
    if (key.isEmpty()) {
      throw CniException.ofKey(
          "device", null, "the name of a link, or instead a hwaddr, a kernelpath or a pciBusID");
    }
    if (key.pci() != null && host.snapshot().devices().device(key.pci()).isEmpty()) {
      throw CniException.ofKey(
          "pciBusID", key.pci().toString(), "the address of a PCI device of this host");
    }
  }

  /** Whether a program of the pod drives the device by itself. */
  static boolean isInUserSpace(HostSnapshot host, PciAddress device) {
    return device != null
        && host.devices()
            .device(device)
            .map(DeviceState::driver)
            .filter(USER_SPACE::contains)
            .isPresent();
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    PlanBuilder plan = pod.begin(pod.id().ifName(), host);
    boolean hasLink = !isInUserSpace(host, key.pci());
    Optional<PciAddress> device = hasLink ? key.pciDevice(host) : Optional.of(key.pci());
    device.ifPresent(address -> lease(plan, pod.id(), address));
    if (info.isWanted()) {
      info.write(plan, pod, DeviceInfo.ofPci(key.pci(), null));
    }
    if (hasLink) {
      MacAddress mac = network.mac();
      AttachmentPlan.add(plan, pod.take(key, mac));
      pod.addPod(plan, mac);
    }
    return plan.plug();
  }

  private static void lease(PlanBuilder plan, AttachmentId id, PciAddress address) {
    plan.device(address.toString());
    DeviceSteps steps = DeviceSteps.of(plan, id.vifId(), "pciBusID", address);
    DeviceState state = steps.state();
    steps.take(new FormerDevice(state.driver(), state.override(), null, null, null));
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    PciAddress device = key.pci();
    if (!isInUserSpace(host, device)) {
      CniResult.Link made = pod.linkAsMade();
      return List.of(device == null ? made : made.of(device));
    }
    // Older versions have no way to tell of a device without a link.
    return CniVersion.isAtLeast(network.version(), "1.1.0")
        ? List.of(new CniResult.Link(pod.id().ifName(), null, 0, pod.sandbox()).of(device))
        : List.of();
  }

  @Override
  public void check(AttachmentCheck check) {
    PciAddress device = key.pci();
    if (device != null) {
      check.requireLease(device);
      info.check(check, DeviceInfo.ofPci(device, null));
    }
    if (isInUserSpace(check.host(), device)) {
      return;
    }
    MacAddress found = check.podEnd();
    check.require(
        network.mac() == null || found.equals(network.mac()),
        check.id().ifName() + " has not the MAC " + network.mac());
    check.requireDevice();
  }

  @Override
  public void status(VifHost host, String ofNetwork) {
    if (key.pci() != null && host.snapshot().devices().device(key.pci()).isEmpty()) {
      throw new CniException(
          CniException.UNAVAILABLE, "there is no PCI device " + key.pci() + " here");
    }
  }

  /**
   * Without a device there is nothing to look for: the runtime names one for each pod. One that a
   * pod has is as it should be.
   */
  @Override
  public void statusOfDevices(PodDevices taken) throws IOException {
    boolean mayHaveNoLink = key.isEmpty() || key.pci() != null;
    if (!mayHaveNoLink && taken.all().stream().noneMatch(key::isOf)) {
      try (RouteSocket socket = RouteSocket.open()) {
        key.find(socket);
      } catch (IOException missing) {
        throw new CniException(CniException.UNAVAILABLE, missing.getMessage(), "", missing);
      }
    }
  }
}
