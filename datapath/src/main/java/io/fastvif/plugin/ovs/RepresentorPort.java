package io.fastvif.plugin.ovs;

import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.TemporaryName;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VifHostDevice;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A VIFHostDevice: the port is the virtual function's representor, a link of the kernel's or a port
 * of DPDK's.
 */
final class RepresentorPort {
  private static final String KERNEL_DATAPATH = "system";

  private RepresentorPort() {}

  static void plug(OvsPlan plan, OvsVif vif, VifHostDevice device, InstanceInfo instance) {
    PciAddress address = device.devAddress().require("dev_address");
    VirtualFunctionState function =
        plan.host().virtualFunction(address).orElseThrow(() -> noFunction(address));
    plan.ensureBridge(vif.bridge(), vif.datapathType());
    if (vif.datapathType().equals(KERNEL_DATAPATH)) {
      LinkState representor = named(plan, vif, representor(plan, address, function));
      plan.devices().change(representor, LinkSettings.NONE.withMtu(vif.mtu()).withUp(true), false);
      plan.addPort(vif.bridge(), GenericPort.port(vif, representor.name(), vif.bridge(), instance));
    } else {
      String name = OvsNames.dpdkRepresentor(vif.id());
      plan.addPort(
          vif.bridge(),
          new OvsPort(
              name,
              "dpdk",
              options(function),
              vif.externalIds(instance, vif.bridge()),
              OptionalInt.empty(),
              vif.creation(name, vif.bridge())));
    }
    plan.changeOvs();
  }

  /** The options by which DPDK finds a function's representor. */
  static Map<String, String> options(VirtualFunctionState function) {
    return Map.of(
        "dpdk-devargs", function.physicalFunction() + ",representor=[" + function.number() + "]");
  }

  /** Neither the function nor its representor need be there any more. */
  static void unplug(OvsPlan plan, OvsVif vif, VifHostDevice device) {
    PciAddress address = device.devAddress().require("dev_address");
    boolean isKernels = vif.datapathType().equals(KERNEL_DATAPATH);
    LinkState representor =
        isKernels
            ? plan.host()
                .virtualFunction(address)
                .map(VirtualFunctionState::representor)
                .flatMap(link -> plan.host().link(link.index()))
                .orElse(null)
            : null;
    if (representor != null) {
      plan.deletePort(vif.bridge(), representor.name(), vif.interfaceId());
    } else if (!isKernels) {
      plan.deletePort(vif.bridge(), OvsNames.dpdkRepresentor(vif.id()), vif.interfaceId());
    }
    plan.deletePortsOf(vif.bridge(), vif.interfaceId());
    plan.deleteTrunkBridge();
    plan.changeOvs();
    if (representor != null && !plan.isOthersPort(representor.name())) {
      plan.awaitRelease(representor);
      giveBack(plan.devices(), representor);
    }
  }

  /** The representor down, under its former name; the switch has released it by then. */
  static void giveBack(PlanBuilder plan, LinkState representor) {
    plan.change(representor, LinkSettings.NONE.withUp(false), false);
    TemporaryName.takeBack(plan, representor);
  }

  private static LinkState named(OvsPlan plan, OvsVif vif, LinkState representor) {
    Optional<String> name = vif.representorName();
    return name.isEmpty()
        ? representor
        : TemporaryName.give(
            plan.devices(), representor, name.get(), vif.options().keepsFormerName());
  }

  private static LinkState representor(
      OvsPlan plan, PciAddress address, VirtualFunctionState function) {
    LinkId representor = function.representor();
    if (representor == null) {
      throw InvalidInputException.ofValue(
          "dev_address",
          address.toString(),
          "has no representor",
          "a virtual function of a card in switchdev mode");
    }
    return plan.host()
        .link(representor.index())
        .orElseThrow(
            () ->
                InvalidInputException.ofValue(
                    "dev_address",
                    address.toString(),
                    "has the representor " + representor + ", which is not in this namespace",
                    "a representor that is"));
  }

  private static InvalidInputException noFunction(PciAddress address) {
    return InvalidInputException.ofValue(
        "dev_address",
        address.toString(),
        "is not a virtual function of this host",
        "the PCI address of one");
  }
}
