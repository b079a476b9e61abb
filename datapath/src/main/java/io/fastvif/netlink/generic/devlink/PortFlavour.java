package io.fastvif.netlink.generic.devlink;

import static io.fastvif.bindings.linux.linux_h.*;

/**
 * What a port of a card's switch leads to.
 *
 * @see <a href="https://docs.kernel.org/networking/devlink/devlink-port.html">devlink ports</a>
 */
public enum PortFlavour {
  /** The wire: the uplink. */
  PHYSICAL(DEVLINK_PORT_FLAVOUR_PHYSICAL, "physical"),
  /** A processor inside of the card's switch. */
  CPU(DEVLINK_PORT_FLAVOUR_CPU, "cpu"),
  /** Another switch chip. */
  DSA(DEVLINK_PORT_FLAVOUR_DSA, "dsa"),
  /** A physical function. */
  PCI_PF(DEVLINK_PORT_FLAVOUR_PCI_PF, "pcipf"),
  /** A virtual function. */
  PCI_VF(DEVLINK_PORT_FLAVOUR_PCI_VF, "pcivf"),
  /** Nothing that is a port of a switch: what a virtual function itself has. */
  VIRTUAL(DEVLINK_PORT_FLAVOUR_VIRTUAL, "virtual"),
  /** Nothing yet. */
  UNUSED(DEVLINK_PORT_FLAVOUR_UNUSED, "unused"),
  /** A subfunction. */
  PCI_SF(DEVLINK_PORT_FLAVOUR_PCI_SF, "pcisf"),
  /** The kernel did not say, or said what is newer than this. */
  UNKNOWN(-1, "unknown");

  private final int value;
  private final String text;

  PortFlavour(int value, String text) {
    this.value = value;
    this.text = text;
  }

  static PortFlavour of(int value) {
    for (PortFlavour flavour : values()) {
      if (flavour.value == value) {
        return flavour;
      }
    }
    return UNKNOWN;
  }

  /** The word of {@code devlink port show}. */
  @Override
  public String toString() {
    return text;
  }
}
