package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;

/**
 * A tap device that libvirt puts on a bridge of Linux or of Open vSwitch.
 *
 * @param bridge the bridge
 * @param target the tap's name; null lets libvirt choose
 * @param virtualPort null for a Linux bridge
 */
public record BridgeForm(String bridge, String target, VirtualPort virtualPort)
    implements InterfaceForm {
  /**
   * Checks the parts.
   *
   * @throws InvalidInputException if a name is not taken by libvirt, or the virtual port is none of
   *     a bridge
   */
  public BridgeForm {
    LibvirtValues.bridgeName("bridge_name", bridge);
    LibvirtValues.deviceName("vif_name", target);
    if (virtualPort instanceof VirtualPort.Qbg || virtualPort instanceof VirtualPort.Qbh) {
      throw Restrictions.violation(
          "virtualport " + virtualPort.type(), "an interface of type bridge");
    }
  }

  /** Whether libvirt adds the port to a bridge of Open vSwitch. */
  public boolean isOpenVSwitch() {
    return virtualPort instanceof VirtualPort.OpenVSwitch;
  }

  @Override
  public String type() {
    return "bridge";
  }

  @Override
  public String description() {
    String port = virtualPort == null ? "" : " with virtualport " + virtualPort.type();
    return "an interface of type bridge" + port;
  }
}
