package io.fastvif.cni;

import io.fastvif.netlink.route.LinkMessage;
import java.util.regex.Pattern;

/**
 * What a link is by its making: nobody changes it, whatever becomes of its name, alias and
 * addresses.
 *
 * @param kind such as {@code veth}; empty for a link of hardware
 * @param peer the index of the link that it lies on, for a veth of its other end; 0 for none. It is
 *     another once that link has moved to a namespace where its index was taken
 * @param peerNamespace the id of the peer's namespace in the link's; -1 if it is the same
 * @param bus the bus of its device; empty for a link of software
 * @param device the name of its device on the bus; empty for a link of software
 * @param port which port of the device it is; empty where its driver does not tell
 */
record DeviceFacts(
    String kind, int peer, int peerNamespace, String bus, String device, String port) {
  private static final Pattern REPRESENTOR = Pattern.compile("(c\\d+)?pf\\d+((vf|sf)\\d+)?");
  private static final String VETH = "veth";

  static DeviceFacts of(LinkMessage link) {
    return new DeviceFacts(
        orEmpty(link.kind()),
        link.link(),
        link.linkNamespace(),
        orEmpty(link.parentBusName()),
        orEmpty(link.parentDeviceName()),
        orEmpty(link.physicalPortName()));
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  /** Whether it is the link of a device that outlives every namespace. */
  boolean isHardware() {
    return !device.isEmpty();
  }

  /** In switchdev mode those of all functions belong to the physical one's device. */
  boolean isRepresentor() {
    return REPRESENTOR.matcher(port).matches();
  }

  /** Whether it has another end, by which it is known too. */
  boolean hasPeer() {
    return kind.equals(VETH) && peer != 0;
  }

  /** Whether both are links of the same device, or of software and the same kind. */
  boolean isLike(DeviceFacts other) {
    return kind.equals(other.kind) && isOfDevice(other);
  }

  private boolean isOfDevice(DeviceFacts other) {
    return bus.equals(other.bus) && device.equals(other.device);
  }

  /** Whether the other is of the same device, and of the same port of it as far as is known. */
  boolean isSamePort(DeviceFacts other) {
    return isHardware()
        && isOfDevice(other)
        && (port.isEmpty() ? !other.isRepresentor() : port.equals(other.port));
  }

  /** Whether both are of one device, beside each other. */
  boolean isSibling(DeviceFacts other) {
    return isHardware() && isOfDevice(other) && isRepresentor() == other.isRepresentor();
  }
}
