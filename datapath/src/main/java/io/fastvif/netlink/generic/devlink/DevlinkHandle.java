package io.fastvif.netlink.generic.devlink;

import java.util.Objects;

/**
 * What names a device of devlink, as in {@code pci/0000:03:00.0}.
 *
 * @param bus such as {@code pci} or {@code netdevsim}
 * @param device its name on the bus
 */
public record DevlinkHandle(String bus, String device) {
  /** The bus of the cards that have PCI addresses. */
  public static final String PCI = "pci";

  /** Checks that both are there. */
  public DevlinkHandle {
    Objects.requireNonNull(bus);
    Objects.requireNonNull(device);
  }

  /**
   * Reads the form that {@code devlink} shows.
   *
   * @param text {@code BUS/DEVICE}
   * @return the handle
   * @throws IllegalArgumentException if it is anything else
   */
  public static DevlinkHandle parse(String text) {
    int slash = text.indexOf('/');
    if (slash <= 0 || slash == text.length() - 1 || text.indexOf('/', slash + 1) >= 0) {
      throw new IllegalArgumentException(text + " is not of the form BUS/DEVICE");
    }
    return new DevlinkHandle(text.substring(0, slash), text.substring(slash + 1));
  }

  /** Whether it names a PCI device. */
  public boolean isPci() {
    return bus.equals(PCI);
  }

  @Override
  public String toString() {
    return bus + "/" + device;
  }
}
