package io.fastvif.driver;

import io.fastvif.vif.InvalidInputException;

/** What a hypervisor can attach to a guest. */
public enum EndpointType {
  /**
   * A bridge, with the name of the guest's port on it. libvirt: type bridge, or as a tap if the
   * port exists.
   */
  BRIDGE("bridge"),
  /** A tap that is connected already. libvirt: type ethernet, target {@code managed='no'}. */
  TAP("tap"),
  /** A vhost-user socket. libvirt: type vhostuser. */
  VHOST_USER("vhost-user"),
  /** A PCI device that the guest gets for itself. libvirt: type hostdev. */
  PCI_DEVICE("pci-device"),
  /** A macvtap that is on a device of the host already. libvirt: type ethernet, as a tap. */
  MACVTAP("macvtap"),
  /** A device that a virtual machine has, for a container inside it. */
  NESTED("nested");

  private final String word;

  EndpointType(String word) {
    this.word = word;
  }

  /**
   * Reads the word that {@link #toString} gives.
   *
   * @throws InvalidInputException if it is none of them
   */
  public static EndpointType parse(String text) {
    for (EndpointType type : values()) {
      if (type.word.equals(text)) {
        return type;
      }
    }
    throw InvalidInputException.ofValue(
        "",
        text,
        "is not an endpoint type",
        "bridge, tap, vhost-user, pci-device, macvtap or nested");
  }

  /** The word for messages and ids. */
  @Override
  public String toString() {
    return word;
  }
}
