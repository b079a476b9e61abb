package io.fastvif.plugin.direct;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.VifChecks;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VifDirect;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The device below a VIF's macvtap.
 *
 * @param function the virtual function that the device is; null if it is none
 * @param physicalFunction the link of that function's physical one; null if there is none
 * @param link the network device of the VIF's PCI device
 * @param vlanName the name of its VLAN that is used in its place; empty for none
 * @param vlanId that VLAN's id; 0 for none
 * @param vlan that VLAN's link; null if there is none, or it is to be made
 */
record SourceDevice(
    VirtualFunctionState function,
    LinkId physicalFunction,
    LinkState link,
    String vlanName,
    int vlanId,
    LinkState vlan) {

  /**
   * Finds it.
   *
   * @throws InvalidInputException if the host has no such device
   */
  static SourceDevice find(VifDirect vif, HostSnapshot host) {
    PciAddress address = vif.devAddress().require("dev_address");
    VirtualFunctionState function = host.virtualFunction(address).orElse(null);
    LinkId physical = function == null ? null : physical(function.physicalFunction(), host);
    LinkState link = link(address, function, host);
    String vlanName = vif.vlanName().orElse("");
    if (vlanName.isEmpty()) {
      return new SourceDevice(function, physical, link, "", 0, null);
    }
    Network network = vif.network().orElse(null);
    int wanted = VifChecks.vlan(network);
    Optional<LinkState> vlan = host.link(vlanName);
    if (vlan.isPresent()) {
      checkVlan(vlan.get(), link, wanted);
      int id = vlan.get().lower().vlanId();
      return new SourceDevice(function, physical, link, vlan.get().name(), id, vlan.get());
    }
    if (wanted == 0 || !network.providesVlan()) {
      throw InvalidInputException.ofValue(
          "vlan_name",
          vlanName,
          "does not exist",
          "an existing VLAN, or a network with vlan and should_provide_vlan");
    }
    return new SourceDevice(function, physical, link, vlanName, wanted, null);
  }

  private static LinkState link(
      PciAddress address, VirtualFunctionState function, HostSnapshot host) {
    LinkId known =
        function != null
            ? function.link()
            : host.sriov().physicalFunction(address).map(PhysicalFunctionState::link).orElse(null);
    if (known != null && host.link(known.index()).isPresent()) {
      return host.link(known.index()).get();
    }
    List<LinkState> links =
        host.links().stream().filter(link -> address.equals(link.device())).toList();
    if (links.size() == 1) {
      return links.getFirst();
    }
    String names = links.stream().map(LinkState::name).collect(Collectors.joining(", "));
    throw InvalidInputException.ofValue(
        "dev_address",
        address.toString(),
        links.isEmpty() ? "has no network device" : "has several network devices, " + names,
        "a PCI device with one network device in this namespace");
  }

  private static LinkId physical(PciAddress address, HostSnapshot host) {
    return host.sriov().physicalFunction(address).map(PhysicalFunctionState::link).orElse(null);
  }

  private static void checkVlan(LinkState vlan, LinkState device, int wanted) {
    boolean isVlan = vlan.kind().equals("vlan") && vlan.lower() != null;
    if (!isVlan || vlan.lower().index() != device.index()) {
      throw InvalidInputException.ofValue(
          "vlan_name", vlan.name(), "is another device", "a VLAN of " + device.name());
    }
    if (wanted != 0 && vlan.lower().vlanId() != wanted) {
      throw InvalidInputException.ofValue(
          "vlan_name",
          vlan.name(),
          "is VLAN " + vlan.lower().vlanId(),
          "VLAN " + wanted + ", that of the network");
    }
  }

  /** The name of what the macvtap lies on. */
  String lowerName() {
    return vlanName.isEmpty() ? link.name() : vlanName;
  }

  /** The index of what the macvtap lies on; 0 if it is to be made. */
  int lowerIndex() {
    return vlanName.isEmpty() ? link.index() : vlan == null ? 0 : vlan.index();
  }

  /** The maximum MTU of a macvtap on it. */
  int mtu() {
    return vlan == null ? link.mtu() : vlan.mtu();
  }

  /** Whether the VLAN is to be made. */
  boolean lacksVlan() {
    return !vlanName.isEmpty() && vlan == null;
  }

  /** The device, and the VLAN if it is there. */
  List<LinkState> links() {
    return vlan == null ? List.of(link) : List.of(link, vlan);
  }
}
