package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;

/**
 * A macvtap device that libvirt makes on a device of the host.
 *
 * @param source the host's device
 * @param mode how frames are passed on
 * @param target the macvtap's name; null lets libvirt choose
 * @param virtualPort null for none
 */
public record DirectForm(String source, SourceMode mode, String target, VirtualPort virtualPort)
    implements InterfaceForm {
  /**
   * Checks the parts.
   *
   * @throws InvalidInputException if a name is not taken by libvirt, or the virtual port is neither
   *     802.1Qbg nor 802.1Qbh
   */
  public DirectForm {
    LibvirtValues.deviceName("source device", source);
    LibvirtValues.deviceName("vif_name", target);
    if (virtualPort instanceof VirtualPort.OpenVSwitch
        || virtualPort instanceof VirtualPort.Midonet) {
      throw Restrictions.violation(
          "virtualport " + virtualPort.type(), "an interface of type direct");
    }
  }

  @Override
  public String type() {
    return "direct";
  }

  @Override
  public String description() {
    return "an interface of type direct in mode " + mode;
  }
}
