package io.fastvif.libvirt;

import io.fastvif.vif.PciAddress;

/**
 * A PCI device handed to the guest as {@code <hostdev>}: to libvirt it is no network interface, so
 * it has no MAC address.
 *
 * @param address the host device
 */
public record PlainHostdevForm(PciAddress address) implements InterfaceForm {
  @Override
  public String type() {
    return "pci";
  }

  @Override
  public String description() {
    return "a plain hostdev";
  }
}
