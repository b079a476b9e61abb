package io.fastvif.vif;

/** How libvirt is told of a host device: os-vif's VIFHostDeviceDevType. */
public enum HostDeviceType {
  /** As a network interface of type hostdev. */
  ETHERNET,
  /** As a plain PCI device. */
  GENERIC;

  /**
   * Reads the word of os-vif's JSON.
   *
   * @throws InvalidInputException if it is none of them
   */
  public static HostDeviceType parse(String text) {
    return switch (text) {
      case "ethernet" -> ETHERNET;
      case "generic" -> GENERIC;
      default ->
          throw InvalidInputException.ofValue("", text, "is not known here", "ethernet or generic");
    };
  }

  /** The word of os-vif's JSON. */
  @Override
  public String toString() {
    return switch (this) {
      case ETHERNET -> "ethernet";
      case GENERIC -> "generic";
    };
  }
}
