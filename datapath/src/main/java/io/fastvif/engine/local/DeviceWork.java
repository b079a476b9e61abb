package io.fastvif.engine.local;

import io.fastvif.lease.DeviceLeases;
import io.fastvif.lease.VfUse;
import io.fastvif.pci.PciDevices;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.MacvtapStep;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.RestoreLink;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.switchdev.NamespaceFunctions;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Does the slow steps on devices, in the namespace of the calling thread. */
public final class DeviceWork implements DeviceActions {
  private final PciDevices pci;
  private final DeviceLeases leases;
  private final NamespaceFunctions functions;
  private final Supplier<HostSnapshot> links;
  private final Function<HostSnapshot, DeviceSnapshot> devices;

  /**
   * @param links reads the namespace's links
   * @param devices the PCI devices, for a host whose SR-IOV functions they are
   */
  public DeviceWork(
      PciDevices pci,
      DeviceLeases leases,
      NamespaceFunctions functions,
      Supplier<HostSnapshot> links,
      Function<HostSnapshot, DeviceSnapshot> devices) {
    this.pci = pci;
    this.leases = leases;
    this.functions = functions;
    this.links = links;
    this.devices = devices;
  }

  @Override
  public boolean perform(DeviceStep step) throws IOException {
    return switch (step) {
      case DeviceStep.BindDriver bind ->
          pci.bind(bind.device(), Optional.ofNullable(bind.driver()), bind.override());
      case DeviceStep.SetVfCount set -> pci.sriov().setVfCount(set.device(), set.count());
      case DeviceStep.SetEswitch set -> functions.perform(set);
      case DeviceStep.LeaseDevice lease ->
          leases.change(lease.device(), lease.seen(), lease.wanted());
      case DeviceStep.DescribeDevice describe -> TextFile.bring(describe.file(), describe.text());
      case DeviceStep.SetMovedMtu set -> MovedLinkMtu.set(set);
      case RestoreLink restore -> FormerLinks.restore(restore, linkOf(restore.device()));
      case MacvtapStep macvtap -> MacvtapSteps.perform(macvtap, this::userOfFunctions);
    };
  }

  /** The link of a device; null if it has none, or several, in this namespace. */
  private LinkState linkOf(PciAddress device) {
    HostSnapshot host = links.get();
    Optional<VirtualFunctionState> function = functions.snapshot().virtualFunction(device);
    if (function.isPresent()) {
      LinkId own = function.get().link();
      return own == null ? null : host.link(own.index()).orElse(null);
    }
    List<LinkState> found =
        host.links().stream().filter(link -> device.equals(link.device())).toList();
    return found.size() == 1 ? found.getFirst() : null;
  }

  /** Who uses virtual functions of a link, in words; null for nobody. */
  private String userOfFunctions(int link) {
    SriovSnapshot sriov = functions.snapshot();
    HostSnapshot here = links.get().withSriov(() -> sriov);
    HostSnapshot host = here.withDevices(() -> devices.apply(here));
    for (PhysicalFunctionState physical : sriov.physicalFunctions()) {
      if (physical.link() != null && physical.link().index() == link) {
        for (VirtualFunctionState function : sriov.virtualFunctions(physical.address())) {
          VfUse use = VfUse.of(host, function);
          if (!use.isFree()) {
            return "its VF " + function.number() + " is in use: " + use.reason();
          }
        }
      }
    }
    return null;
  }
}
