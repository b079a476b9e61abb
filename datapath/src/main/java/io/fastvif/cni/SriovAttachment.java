package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plugin.PlanBuilder;
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
    PodFunction.find(host.snapshot(), keys.device());
  }

  @Override
  public PlugPlan plug(AttachmentPlan pod, HostSnapshot host) {
    PlanBuilder plan = pod.begin(pod.id().ifName(), host);
    PodFunction function = PodFunction.lease(plan, pod, keys.device(), null);
    function.set(keys.settings());
    info.write(plan, pod, DeviceInfo.ofPci(keys.device(), function.physicalFunction()));
    function.move(keys.settings().address());
    return plan.plug();
  }

  @Override
  public List<CniResult.Link> links(AttachmentPlan pod, PlugPlan plugged, HostSnapshot host) {
    return List.of(PodFunction.link(pod, host, keys.device(), keys.settings().address()));
  }

  @Override
  public void check(AttachmentCheck check) {
    PciAddress device = keys.device();
    if (device == null) {
      throw check.differs(SriovKeys.DEVICE_ID + " is missing");
    }
    PodFunction.check(check, device, keys.settings());
    PciAddress physical = PodFunction.find(check.host(), device).physicalFunction();
    info.check(check, DeviceInfo.ofPci(device, physical));
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
