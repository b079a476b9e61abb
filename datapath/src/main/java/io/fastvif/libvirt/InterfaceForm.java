package io.fastvif.libvirt;

/**
 * How a guest's interface is attached: one of the five forms that all VIF types come down to, or a
 * PCI device that is no network interface to libvirt. The source is libvirt's {@code formatdomain},
 * "Network interfaces".
 */
public sealed interface InterfaceForm
    permits BridgeForm, EthernetForm, VhostUserForm, HostdevForm, DirectForm, PlainHostdevForm {
  /** What an error calls it, such as {@code an interface of type bridge}. */
  default String description() {
    return "an interface of type " + type();
  }

  /** The value of the element's {@code type}. */
  String type();

  /** The name of the device or port, as {@code <target dev>} gives it; null for none. */
  default String target() {
    return null;
  }
}
