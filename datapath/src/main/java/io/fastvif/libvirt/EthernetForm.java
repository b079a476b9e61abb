package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;

/**
 * A tap device that is connected by others than libvirt.
 *
 * @param target the tap's name; null lets libvirt choose
 */
public record EthernetForm(String target) implements InterfaceForm {
  /**
   * Checks the name.
   *
   * @throws InvalidInputException if it is not taken by libvirt
   */
  public EthernetForm {
    LibvirtValues.deviceName("vif_name", target);
  }

  @Override
  public String type() {
    return "ethernet";
  }
}
