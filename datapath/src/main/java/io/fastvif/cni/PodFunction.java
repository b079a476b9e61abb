package io.fastvif.cni;

import io.fastvif.plan.DeviceState;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.FormerDevice.FormerRepresentor;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfSteps;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.DeviceSteps;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.Optional;

/**
 * A virtual function that a pod is to have for itself: it is leased before anything is changed of
 * it, then set by its physical function, and its link moves into the pod at last, unless a driver
 * of DPDK's has bound it.
 */
final class PodFunction {
  private final PlanBuilder plan;
  private final AttachmentPlan pod;
  private final VirtualFunctionState state;
  private final boolean hasLink;
  private final DeviceSteps steps;

  private PodFunction(PlanBuilder plan, AttachmentPlan pod, VirtualFunctionState state) {
    this.plan = plan;
    this.pod = pod;
    this.state = state;
    hasLink = !HostDeviceAttachment.isInUserSpace(plan.host(), state.address());
    steps = DeviceSteps.of(plan, pod.id().vifId(), SriovKeys.DEVICE_ID, state.address());
  }

  /**
   * The function at an address.
   *
   * @throws InvalidInputException if there is none
   */
  static VirtualFunctionState find(HostSnapshot host, PciAddress address) {
    return host.virtualFunction(address)
        .orElseThrow(
            () -> refused(address, "is not a virtual function of this host", "the address of one"));
  }

  /**
   * The link that stands for a function on the host.
   *
   * @throws InvalidInputException if there is none
   */
  static LinkState representor(HostSnapshot host, VirtualFunctionState function) {
    return Optional.ofNullable(function.representor())
        .flatMap(link -> host.link(link.index()))
        .orElseThrow(
            () ->
                refused(
                    function.address(),
                    "has no representor in this namespace",
                    "a virtual function of a card in switchdev mode"));
  }

  private static InvalidInputException refused(
      PciAddress address, String problem, String expected) {
    return InvalidInputException.ofValue(
        SriovKeys.DEVICE_ID, address.toString(), problem, expected);
  }

  /**
   * Plans to lease a function.
   *
   * @param representor what stands for it and is changed too; null for nothing
   * @throws InvalidInputException if another has it
   */
  static PodFunction lease(
      PlanBuilder plan, AttachmentPlan pod, PciAddress address, LinkState representor) {
    PodFunction function = new PodFunction(plan, pod, find(plan.host(), address));
    plan.device(address.toString());
    function.lease(representor);
    if (function.hasLink && function.state.link() == null) {
      throw refused(address, "has no link in this namespace", "one that nobody has");
    }
    return function;
  }

  private void lease(LinkState representor) {
    DeviceState device = steps.state();
    steps.take(
        new FormerDevice(
            device.driver(),
            device.override(),
            null,
            steps.settings().orElse(null),
            representor == null
                ? null
                : new FormerRepresentor(representor.name(), representor.mtu(), representor.up()),
            hasLink ? steps.link() : null));
  }

  /**
   * Plans to set it: what is wanted, and all else but its MAC address as a driver starts with.
   *
   * @param asked of any number
   */
  void set(VfSettings asked) {
    VfSettings wanted = VfSettings.of(state.number()).orElse(asked);
    VfSettings now = steps.settings().orElse(null);
    if (now != null) {
      MacAddress mac = wanted.address() == null ? now.address() : wanted.address();
      VfSteps.forUser(steps.physicalLink().orElseThrow(), now, wanted.withAddress(mac), false)
          .forEach(plan::add);
    } else if (!wanted.isEmpty()) {
      throw refused(
          state.address(),
          "cannot be set: its physical function has no link in this namespace",
          "one whose physical function has");
    }
  }

  /** The address of the physical function. */
  PciAddress physicalFunction() {
    return state.physicalFunction();
  }

  /** The MAC address that it has now; null if that is not known. */
  MacAddress mac() {
    return Optional.ofNullable(state.link())
        .flatMap(link -> plan.host().link(link.index()))
        .map(LinkState::address)
        .or(() -> steps.settings().map(VfSettings::address))
        .orElse(null);
  }

  /**
   * Plans to move its link, and to set it up in the pod.
   *
   * @param mac null for its own
   */
  void move(MacAddress mac) {
    if (hasLink) {
      AttachmentPlan.add(plan, pod.takeLeased(new DeviceKey("", null, null, state.address()), mac));
      pod.addPod(plan, mac);
    }
  }

  /** The pod's link as it was made; without one, what stands for it in the result. */
  static CniResult.Link link(
      AttachmentPlan pod, HostSnapshot host, PciAddress device, MacAddress mac) {
    CniResult.Link link =
        HostDeviceAttachment.isInUserSpace(host, device)
            ? new CniResult.Link(pod.id().ifName(), mac, 0, pod.sandbox())
            : pod.linkAsMade();
    return link.of(device);
  }

  /** CHECK: that it is leased, set as it was asked, and its link in the pod as it should be. */
  static void check(AttachmentCheck check, PciAddress device, VfSettings asked) {
    check.requireLease(device);
    VfSettings wanted = VfSettings.of(find(check.host(), device).number()).orElse(asked);
    check
        .host()
        .devices()
        .settings(device)
        .ifPresent(
            now -> {
              VfSettings differing = now.before(wanted.unlike(now)); // what a driver tells of
              check.require(differing.isEmpty(), device + " has now" + differing.words());
            });
    if (!HostDeviceAttachment.isInUserSpace(check.host(), device)) {
      MacAddress found = check.podEnd();
      MacAddress mac = asked.address();
      check.require(
          mac == null || found.equals(mac), check.id().ifName() + " has not the MAC " + mac);
      check.requireDevice();
    }
  }
}
