package io.fastvif.switchdev;

import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.plan.LinkId;
import java.util.HexFormat;

/**
 * What a hardware link tells of its switch. What the kernel does not say is null.
 *
 * @param id the link
 * @param portName {@code phys_port_name}
 * @param switchId {@code phys_switch_id} in hexadecimal digits
 * @param parent the device that it belongs to; of a representor, the card's physical function
 */
public record SwitchLink(LinkId id, String portName, String switchId, DevlinkHandle parent) {

  /**
   * Reads a link.
   *
   * @param link as the kernel tells it
   * @return null if it is no link of hardware
   */
  static SwitchLink read(LinkMessage link) {
    String device = link.parentDeviceName();
    byte[] switchId = link.physicalSwitchId();
    String portName = link.physicalPortName();
    if (device == null && switchId == null && portName == null) {
      return null;
    }
    String bus = link.parentBusName();
    return new SwitchLink(
        new LinkId(link.index(), link.name()),
        portName,
        switchId == null || switchId.length == 0 ? null : HexFormat.of().formatHex(switchId),
        device == null ? null : new DevlinkHandle(bus == null ? "" : bus, device));
  }
}
