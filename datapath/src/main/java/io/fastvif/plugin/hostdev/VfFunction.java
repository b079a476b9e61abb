package io.fastvif.plugin.hostdev;

import io.fastvif.plan.DeviceState;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.FormerDevice.FormerRepresentor;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfSteps;
import io.fastvif.plan.VfVlan;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plan.VlanProtocol;
import io.fastvif.plugin.DeviceSteps;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.VifChecks;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VifHostDevice;
import java.util.List;

/**
 * The device as a virtual function, if it is one: its settings and its representor.
 *
 * @param state null if it is none
 * @param physical the link of its physical function; null if it is not in this namespace
 * @param settings null if they are not known
 * @param representor null if there is none in this namespace
 */
record VfFunction(
    VirtualFunctionState state, LinkId physical, VfSettings settings, LinkState representor) {

  static VfFunction of(HostSnapshot host, PciAddress address, DeviceSteps device) {
    VirtualFunctionState state = host.virtualFunction(address).orElse(null);
    if (state == null) {
      return new VfFunction(null, null, null, null);
    }
    LinkId representor = state.representor();
    return new VfFunction(
        state,
        device.physicalLink().orElse(null),
        device.settings().orElse(null),
        representor == null ? null : host.link(representor.index()).orElse(null));
  }

  /** Whether the device is a virtual function. */
  boolean exists() {
    return state != null;
  }

  /** How the device is, for unplugging to go back to. */
  FormerDevice asItIs(DeviceSteps steps, String boundTo) {
    DeviceState device = steps.state();
    return new FormerDevice(
        device.driver(),
        device.override(),
        boundTo,
        settings,
        representor == null
            ? null
            : new FormerRepresentor(representor.name(), representor.mtu(), representor.up()),
        steps.link());
  }

  /** What the VIF and the options want, and all else as a driver starts with. */
  void set(PlanBuilder plan, VifHostDevice vif, boolean isSwitched, HostDeviceOptions options) {
    if (settings == null) {
      cannotSet(plan, vif, options);
      return;
    }
    VfSettings wanted =
        VfSettings.of(state.number())
            .withAddress(VifChecks.functionAddress(vif))
            .withVlan(isSwitched ? null : vlan(vif))
            .orElse(options.settings());
    boolean isOptional = options.unsupported() == Unsupported.IGNORE;
    VfSteps.forUser(physical, settings, wanted, isOptional).forEach(plan::add);
  }

  private static VfVlan vlan(VifHostDevice vif) {
    int id = VifChecks.vlan(vif.network().orElse(null));
    return id == 0 ? null : new VfVlan(id, 0, VlanProtocol.DOT1Q);
  }

  private void cannotSet(PlanBuilder plan, VifHostDevice vif, HostDeviceOptions options) {
    boolean nothing =
        vif.address().orElse(null) == null && vlan(vif) == null && options.settings().isEmpty();
    if (nothing) {
      return;
    }
    String problem =
        exists()
            ? "is a function of " + state.physicalFunction() + ", which has no link here"
            : "is not a virtual function, so its address and VLAN are not set";
    if (vif.devType().get() == HostDeviceType.GENERIC && exists()) {
      throw InvalidInputException.ofValue(
          "dev_address",
          vif.devAddress().get().toString(),
          problem,
          "one whose address can be set");
    }
    plan.note(vif.devAddress().get() + " " + problem);
  }

  /** The representor as it was, wherever it is now. */
  void restoreKnown(PlanBuilder plan, FormerDevice former) {
    if (representor == null || former.representor() == null) {
      return;
    }
    if (plan.hasStep(OvsStep.ChangeOvs.class::isInstance)) {
      // ovs-vswitchd finds a port that it takes out of the kernel's datapath by its name.
      plan.add(PlannedStep.own(new OvsStep.AwaitOvs(List.of()), null));
    }
    plan.change(representor, LinkSettings.NONE.withUp(false), false);
    restoreRepresentor(plan, former);
  }

  /** The representor as it was; after the steps that take it out of the switch and down. */
  void restoreRepresentor(PlanBuilder plan, FormerDevice former) {
    FormerRepresentor was = former.representor();
    if (was == null || representor == null) {
      return;
    }
    String name = representor.name();
    int index = representor.index();
    if (!was.name().equals(name) && !plan.renames(index)) {
      plan.add(
          PlannedStep.own(
              new NetlinkStep.RenameLink(name, index, was.name()),
              new NetlinkStep.RenameLink(was.name(), index, name)));
    }
    if (was.mtu() != representor.mtu()) {
      plan.add(
          PlannedStep.own(
              new NetlinkStep.ConfigureLink(
                  was.name(), index, LinkSettings.NONE.withMtu(was.mtu())),
              new NetlinkStep.ConfigureLink(
                  was.name(), index, LinkSettings.NONE.withMtu(representor.mtu()))));
    }
    if (was.up()) {
      plan.add(
          PlannedStep.own(
              new NetlinkStep.ConfigureLink(was.name(), index, LinkSettings.NONE.withUp(true)),
              null));
    }
  }
}
