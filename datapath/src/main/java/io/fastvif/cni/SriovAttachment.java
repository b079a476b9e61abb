package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.DeviceState;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfSteps;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.DeviceSteps;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.List;

/**
 * {@code sriov}: a virtual function of a network card, which the pod has for itself until it ends;
 * by the keys of sriov-cni. It is leased before anything is changed of it. What is said is set by
 * its physical function, all else but its MAC address is as a driver starts with; its link moves
 * into the pod, unless a driver of DPDK's has bound it.
 *
 * @see <a
 *     href="https://github.com/k8snetworkplumbingwg/sriov-cni/blob/master/docs/configuration-reference.md">sriov-cni</a>
 */
final class SriovAttachment implements PodAttachment {
  static final String NAME = "sriov";

  private final SriovKeys keys;
  private final DeviceInfo info;

  private SriovAttachment(ConfigObject top, NetworkConfiguration network) {
    keys = SriovKeys.read(top, network);
    info = DeviceInfo.read(network.runtime());
  }

  static PodAttachment read(ConfigObject top, NetworkConfiguration network) {
    return new SriovAttachment(top, network);
  }

  @Override
  public boolean takesDevices() {
    return true;
  }

  @Override
  public void require(VifHost host) {
    if (keys.device() == null) {
      throw CniException.ofKey(
          SriovKeys.DEVICE_ID, null, "the address of a virtual function, such as 0000:3b:02.1");
    }
    function(host.snapshot());
  }

  private VirtualFunctionState function(HostSnapshot host) {
    return host.virtualFunction(keys.device())
        .orElseThrow(() -> refused("is not a virtual function of this host", "the address of one"));
  }

  private InvalidInputException refused(String problem, String expected) {
    return InvalidInputException.ofValue(
        SriovKeys.DEVICE_ID, keys.device().toString(), problem, expected);
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    PciAddress address = keys.device();
    VirtualFunctionState function = function(host);
    boolean hasLink = !HostDeviceAttachment.isInUserSpace(host, address);
    PlanBuilder plan = pod.begin(pod.id().ifName(), host);
    plan.device(address.toString());
    DeviceSteps steps = DeviceSteps.of(plan, pod.id().vifId(), SriovKeys.DEVICE_ID, address);
    VfSettings now = steps.settings().orElse(null);
    DeviceState state = steps.state();
    steps.take(
        new FormerDevice(
            state.driver(), state.override(), null, now, null, hasLink ? steps.link() : null));
    if (hasLink && function.link() == null) {
      throw refused("has no link in this namespace", "one that nobody has");
    }
    set(plan, steps, now, keys.settings(function.number()));
    info.write(plan, pod, DeviceInfo.ofPci(address, function.physicalFunction()));
    if (hasLink) {
      MacAddress mac = keys.settings().address();
      AttachmentPlan.add(plan, pod.takeLeased(new DeviceKey("", null, null, address), mac));
      pod.addPod(plan, mac);
    }
    return plan.plug();
  }

  private void set(PlanBuilder plan, DeviceSteps steps, VfSettings now, VfSettings wanted) {
    if (now != null) {
      MacAddress mac = wanted.address() == null ? now.address() : wanted.address();
      VfSteps.forUser(steps.physicalLink().orElseThrow(), now, wanted.withAddress(mac), false)
          .forEach(plan::add);
    } else if (!wanted.isEmpty()) {
      throw refused(
          "cannot be set: its physical function has no link in this namespace",
          "one whose physical function has");
    }
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    CniResult.Link link =
        HostDeviceAttachment.isInUserSpace(host, keys.device())
            ? new CniResult.Link(pod.id().ifName(), keys.settings().address(), 0, pod.sandbox())
            : pod.linkAsMade();
    return List.of(link.of(keys.device()));
  }

  @Override
  public void check(AttachmentCheck check) {
    PciAddress device = keys.device();
    if (device == null) {
      throw check.differs(SriovKeys.DEVICE_ID + " is missing");
    }
    check.requireLease(device);
    VirtualFunctionState function = function(check.host());
    VfSettings wanted = keys.settings(function.number());
    check
        .host()
        .devices()
        .settings(device)
        .ifPresent(
            now -> {
              VfSettings differing = now.before(wanted.unlike(now)); // what a driver tells of
              check.require(differing.isEmpty(), device + " has now" + differing.words());
            });
    info.check(check, DeviceInfo.ofPci(device, function.physicalFunction()));
    if (!HostDeviceAttachment.isInUserSpace(check.host(), device)) {
      MacAddress found = check.podEnd();
      MacAddress mac = keys.settings().address();
      check.require(
          mac == null || found.equals(mac), check.id().ifName() + " has not the MAC " + mac);
      check.requireDevice();
    }
  }

  @Override
  public void status(VifHost host, String ofNetwork) {
    SriovSnapshot sriov = host.snapshot().sriov();
    boolean isThere =
        keys.device() == null
            ? sriov.physicalFunctions().stream()
                .map(PhysicalFunctionState::address)
                .anyMatch(address -> !sriov.virtualFunctions(address).isEmpty())
            : sriov.virtualFunction(keys.device()).isPresent();
    if (!isThere) {
      throw new CniException(
          CniException.UNAVAILABLE,
          keys.device() == null
              ? "there is no virtual function here"
              : "there is no virtual function " + keys.device() + " here");
    }
  }
}
