package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;

/**
 * A virtual function handed to the guest; libvirt sets its MAC address and VLAN through the
 * physical function, and unbinds and binds it.
 *
 * @param address the host device
 * @param virtualPort null for none
 */
public record HostdevForm(PciAddress address, VirtualPort virtualPort) implements InterfaceForm {
  /**
   * Checks the virtual port.
   *
   * @throws InvalidInputException if it is anything but 802.1Qbh
   */
  public HostdevForm {
    if (virtualPort != null && !(virtualPort instanceof VirtualPort.Qbh)) {
      throw Restrictions.violation(
          "virtualport " + virtualPort.type(), "an interface of type hostdev");
    }
  }

  @Override
  public String type() {
    return "hostdev";
  }
}
