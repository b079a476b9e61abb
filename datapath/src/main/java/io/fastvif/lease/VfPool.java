package io.fastvif.lease;

import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfSteps;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The virtual functions of one physical function, as a pool to lease from. The plans go through an
 * engine as a VIF's do.
 */
public final class VfPool {
  private final HostSnapshot host;
  private final PhysicalFunctionState physical;

  private VfPool(HostSnapshot host, PhysicalFunctionState physical) {
    this.host = host;
    this.physical = physical;
  }

  /**
   * The pool of a physical function.
   *
   * @throws InvalidInputException if there is none that can have virtual ones at that address
   */
  public static VfPool of(HostSnapshot host, PciAddress physicalFunction) {
    return new VfPool(
        host,
        host.sriov()
            .physicalFunction(physicalFunction)
            .orElseThrow(
                () ->
                    InvalidInputException.ofValue(
                        "pf",
                        physicalFunction.toString(),
                        "is not a physical function of this host",
                        "the PCI address of one that can have virtual functions")));
  }

  /** The physical function. */
  public PhysicalFunctionState physicalFunction() {
    return physical;
  }

  /** All virtual functions that there are, by number, each with who has it. */
  public List<VfUse> uses() {
    return host.sriov().virtualFunctions(physical.address()).stream()
        .map(function -> VfUse.of(host, function))
        .toList();
  }

  /** The function that a holder has a lease of, if it has one. */
  public Optional<VfUse> heldBy(String holder) {
    return uses().stream()
        .filter(use -> use.lease() != null && use.lease().holder().equals(holder))
        .findFirst();
  }

  /** The free function with the lowest number, if one is free. */
  public Optional<VfUse> free() {
    return uses().stream().filter(VfUse::isFree).findFirst();
  }

  /**
   * Plans to lease a function to a holder and to reset it; settings that its driver does not
   * support are left out, and the result's notes say so. The plan fails, and nothing is changed, if
   * somebody else is faster: plan anew with a new snapshot.
   *
   * @throws InvalidInputException if somebody has it, or the host uses it
   */
  public PlugPlan lease(VfUse use, String holder) {
    VirtualFunctionState function = use.function();
    if (!use.isFree() && (use.lease() == null || !use.lease().holder().equals(holder))) {
      throw InvalidInputException.ofValue(
          "vf",
          function.address().toString(),
          use.lease() == null ? use.busy() : "is leased to " + use.lease().holder(),
          "a free one");
    }
    List<PlannedStep> steps = new ArrayList<>();
    if (use.lease() == null) {
      DeviceLease lease = DeviceLease.reserved(holder);
      steps.add(lease(function.address(), null, lease));
      steps.addAll(reset(function));
    }
    return plan(function, holder, steps);
  }

  /**
   * Plans to give a leased function back.
   *
   * @param plugged whether also one that is plugged, whose holder is gone: the settings are reset,
   *     the rest is left as it is
   * @throws InvalidInputException if nobody has it, or it is plugged
   */
  public PlugPlan release(VfUse use, boolean plugged) {
    VirtualFunctionState function = use.function();
    DeviceLease lease = use.lease();
    if (lease == null) {
      throw InvalidInputException.ofValue(
          "vf", function.address().toString(), "is not leased", "a leased one");
    }
    if (lease.former() != null && !plugged) {
      throw InvalidInputException.ofValue(
          "vf",
          function.address().toString(),
          "is plugged for " + lease.holder(),
          "one whose VIF is unplugged, which gives it back");
    }
    List<PlannedStep> steps = new ArrayList<>(reset(function));
    steps.add(lease(function.address(), lease, null));
    return plan(function, lease.holder(), steps);
  }

  private static PlannedStep lease(PciAddress device, DeviceLease seen, DeviceLease wanted) {
    return PlannedStep.own(
        new DeviceStep.LeaseDevice(device, seen, wanted),
        new DeviceStep.LeaseDevice(device, wanted, seen));
  }

  private List<PlannedStep> reset(VirtualFunctionState function) {
    Optional<VfSettings> now = host.devices().settings(function.address());
    LinkId link = physical.link();
    if (now.isEmpty() || link == null) {
      return List.of();
    }
    return VfSteps.of(link, now.get(), VfSettings.defaults(function.number()), true);
  }

  private static PlugPlan plan(
      VirtualFunctionState function, String holder, List<PlannedStep> steps) {
    String device = function.address().toString();
    return new PlugPlan(holder, device, Action.CHANGE, List.of(device), null, steps, List.of());
  }
}
