package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;

/**
 * A tap that is connected by others than libvirt, or a macvtap.
 *
 * @param target its name; null lets libvirt choose
 * @param managed whether libvirt makes it, and deletes it when the guest ends; if not, it is there
 *     already, and libvirt opens it and leaves it. For one that is there but managed libvirt 9.0
 *     says that it exists already, and then deletes it
 */
public record EthernetForm(String target, boolean managed) implements InterfaceForm {
  /**
   * Checks the name.
   *
   * @throws InvalidInputException if it is not taken by libvirt, or is missing where the device is
   *     there already
   */
  public EthernetForm {
    if (target == null && !managed) {
      throw InvalidInputException.of("vif_name", "is not set", "the name of the tap that is there");
    }
    LibvirtValues.deviceName("vif_name", target);
  }

  /** A tap that libvirt makes. */
  public EthernetForm(String target) {
    this(target, true);
  }

  @Override
  public String type() {
    return "ethernet";
  }
}
