package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A virtual function of a network card.
 *
 * @param address its own PCI address
 * @param physicalFunction the PCI address of the physical function that it belongs to
 * @param number its number there, counted from 0 ({@code ip link set PF vf NUMBER})
 * @param representor the link that stands for it on the host in switchdev mode; null if there is
 *     none in this namespace
 * @param link its own link, where a network driver has bound it; null if there is none in this
 *     namespace
 * @param driver the driver that has bound it; null for none
 * @param iommuGroup the number of its IOMMU group, if the host has an IOMMU that is switched on
 */
public record VirtualFunctionState(
    PciAddress address,
    PciAddress physicalFunction,
    int number,
    LinkId representor,
    LinkId link,
    String driver,
    OptionalInt iommuGroup) {

  /** Checks what every virtual function has. */
  public VirtualFunctionState {
    Objects.requireNonNull(address);
    Objects.requireNonNull(physicalFunction);
    Objects.requireNonNull(iommuGroup);
  }

  /** One that no driver has bound, without representor and IOMMU group. */
  public static VirtualFunctionState of(PciAddress address, PciAddress pf, int number) {
    return new VirtualFunctionState(address, pf, number, null, null, null, OptionalInt.empty());
  }

  /** The same with a representor. */
  public VirtualFunctionState withRepresentor(LinkId value) {
    return new VirtualFunctionState(
        address, physicalFunction, number, value, link, driver, iommuGroup);
  }

  /** The same with a driver, and the link that it made if it is a network driver, else null. */
  public VirtualFunctionState withDriver(String name, LinkId made) {
    return new VirtualFunctionState(
        address, physicalFunction, number, representor, made, name, iommuGroup);
  }
}
