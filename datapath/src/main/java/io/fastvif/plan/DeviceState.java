package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.List;
import java.util.Objects;

/**
 * A PCI device and those that the IOMMU cannot tell from it.
 *
 * @param address its address
 * @param driver the driver that has bound it; null for none
 * @param override its {@code driver_override}: the only driver that the kernel binds it to by
 *     itself; null for any that knows it
 * @param group the other devices of its IOMMU group; none if it has no group
 * @param hasGroup whether it is in an IOMMU group at all
 */
public record DeviceState(
    PciAddress address,
    String driver,
    String override,
    List<DeviceState.Neighbour> group,
    boolean hasGroup) {

  /** Checks the address and copies the list. */
  public DeviceState {
    Objects.requireNonNull(address);
    group = List.copyOf(group);
  }

  /**
   * Another device of the IOMMU group.
   *
   * @param address its address
   * @param driver the driver that has bound it; null for none
   * @param bridge whether it is a bridge, which hands on what others do
   */
  public record Neighbour(PciAddress address, String driver, boolean bridge) {
    @Override
    public String toString() {
      return address + " (" + driver + ")";
    }
  }
}
