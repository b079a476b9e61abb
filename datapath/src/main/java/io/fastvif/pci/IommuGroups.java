package io.fastvif.pci;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The groups of devices that the IOMMU cannot tell from one another. A program in user space gets
 * the whole group or nothing: no device of it may be the kernel's at the same time.
 *
 * @see <a href="https://docs.kernel.org/driver-api/vfio.html">VFIO, groups</a>
 */
public final class IommuGroups {
  private static final String GROUP = "iommu_group";

  /** The class of PCI-to-PCI bridges (0604), above the programming interface's byte. */
  private static final int BRIDGE_CLASS = 0x0604;

  private static final int INTERFACE_BITS = 8;

  private final PciDevices pci;
  private final Path devices;
  private final Path withoutIommu;

  IommuGroups(PciDevices pci, Path sysfs) {
    this.pci = pci;
    devices = sysfs.resolve("bus/pci/devices");
    withoutIommu = sysfs.resolve("module/vfio/parameters/enable_unsafe_noiommu_mode");
  }

  /** The devices of a device's group, with itself, by address; empty if it has no group. */
  public Optional<List<PciAddress>> members(PciAddress device) throws IOException {
    List<PciAddress> members = new ArrayList<>();
    Path group = devices.resolve(device.toString()).resolve(GROUP).resolve("devices");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(group)) {
      for (Path entry : entries) {
        members.add(PciAddress.parse(entry.getFileName().toString()));
      }
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
    members.sort(Comparator.comparing(PciAddress::toString));
    return Optional.of(members);
  }

  /** The number of a device's group, if the host has an IOMMU that is switched on. */
  public OptionalInt number(PciAddress device) throws IOException {
    try {
      Path group = Files.readSymbolicLink(devices.resolve(device.toString()).resolve(GROUP));
      return OptionalInt.of(Integer.parseInt(group.getFileName().toString()));
    } catch (NoSuchFileException none) {
      return OptionalInt.empty();
    }
  }

  /** Whether the device is a bridge between PCI buses. */
  public boolean isBridge(PciAddress device) throws IOException {
    Path file = devices.resolve(device.toString()).resolve("class");
    String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    return Integer.decode(text) >>> INTERFACE_BITS == BRIDGE_CLASS;
  }

  /**
   * Checks that a device may be bound to a user-space driver: the rest of its group is bridges,
   * devices without a driver, and devices that VFIO has.
   *
   * @throws IOException if it has no group, or the kernel uses another device of it
   */
  public void checkOwn(PciAddress device) throws IOException {
    Optional<List<PciAddress>> members = members(device);
    if (members.isEmpty()) {
      if (isWithoutIommuAllowed()) {
        return;
      }
      throw new FastvifIOException(
          FailureKind.NOT_FOUND,
          device + " is in no IOMMU group: the host has no IOMMU, or it is switched off");
    }
    List<String> others = new ArrayList<>();
    for (PciAddress member : members.get()) {
      Optional<String> driver = pci.driver(member);
      if (!member.equals(device)
          && driver.isPresent()
          && !VfioUse.isDriver(driver.get())
          && !isBridge(member)) {
        others.add(member + " (" + driver.get() + ")");
      }
    }
    if (!others.isEmpty()) {
      throw new FastvifIOException(
          FailureKind.BUSY, device + " shares its IOMMU group with " + String.join(", ", others));
    }
  }

  private boolean isWithoutIommuAllowed() throws IOException {
    return Files.exists(withoutIommu) && Files.readString(withoutIommu).startsWith("Y");
  }
}
