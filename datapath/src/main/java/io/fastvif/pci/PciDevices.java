package io.fastvif.pci;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.files.KernelFile;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The PCI devices below one root of sysfs. Reading needs no privilege, binding needs root. */
public final class PciDevices {
  /** Where the kernel mounts sysfs. */
  public static final Path SYSFS = Path.of("/sys");

  private static final String NO_OVERRIDE = "(null)";

  private final Path devices;
  private final Path drivers;
  private final IommuGroups groups;
  private final SriovFunctions sriov;
  private final VfioUse vfio;

  /**
   * Reads the tree below that root.
   *
   * @param sysfs the root of sysfs, normally {@link #SYSFS}
   */
  public PciDevices(Path sysfs) {
    this(sysfs, Path.of("/dev"));
  }

  PciDevices(Path sysfs, Path dev) {
    devices = sysfs.resolve("bus/pci/devices");
    drivers = sysfs.resolve("bus/pci/drivers");
    groups = new IommuGroups(this, sysfs);
    vfio = new VfioUse(devices, dev);
    sriov = new SriovFunctions(devices, vfio);
  }

  /** The groups of devices that the IOMMU cannot tell apart. */
  public IommuGroups groups() {
    return groups;
  }

  /** The physical functions and their virtual ones. */
  public SriovFunctions sriov() {
    return sriov;
  }

  /** Whether there is a device at that address. */
  public boolean exists(PciAddress device) {
    return Files.exists(folder(device));
  }

  /** The driver that a device is bound to, if any. */
  public Optional<String> driver(PciAddress device) throws IOException {
    try {
      Path target = Files.readSymbolicLink(folder(device).resolve("driver"));
      return Optional.of(target.getFileName().toString());
    } catch (NoSuchFileException unbound) {
      return Optional.empty();
    }
  }

  /**
   * The names of a device's network links in the namespace that sysfs was mounted from, in order;
   * none if it is not a network device, or there is none at that address.
   */
  public List<String> linkNames(PciAddress device) throws IOException {
    try (Stream<Path> links = Files.list(folder(device).resolve("net"))) {
      return links.map(link -> HostPath.text(link.getFileName())).sorted().toList();
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  /** The only driver that the kernel binds a device to by itself, if one is set. */
  public Optional<String> override(PciAddress device) throws IOException {
    String text = Files.readString(folder(device).resolve("driver_override")).strip();
    return text.isEmpty() || text.equals(NO_OVERRIDE) ? Optional.empty() : Optional.of(text);
  }

  /**
   * Binds a device to a driver and verifies it; a failure restores the former binding.
   *
   * @param driver the driver it shall have, which must be loaded; empty for none
   * @param override what shall be its {@code driver_override}; null for none
   * @return false if it was so already
   * @throws io.fastvif.bindings.HeldException if it is to be taken from VFIO, and a process uses
   *     it: the kernel would wait for that
   * @throws IOException if there is no such device or driver, the driver refuses the device, or it
   *     is a driver of VFIO's and the device has no IOMMU group of its own
   */
  public boolean bind(PciAddress device, Optional<String> driver, String override)
      throws IOException {
    if (!exists(device)) {
      throw new FastvifIOException(FailureKind.NOT_FOUND, "there is no PCI device " + device);
    }
    if (driver.isPresent() && !Files.exists(drivers.resolve(driver.get()))) {
      throw new FastvifIOException(
          FailureKind.NOT_FOUND, "the driver " + driver.get() + " is not loaded");
    }
    Optional<String> formerDriver = driver(device);
    Optional<String> formerOverride = override(device);
    if (formerDriver.equals(driver) && formerOverride.equals(Optional.ofNullable(override))) {
      return false;
    }
    if (driver.isPresent() && VfioUse.isDriver(driver.get())) {
      groups.checkOwn(device);
    }
    if (!formerDriver.equals(driver)) {
      vfio.checkUnused(List.of(device));
    }
    try {
      change(device, driver, override);
    } catch (IOException refused) {
      try {
        change(device, formerDriver, formerOverride.orElse(null));
      } catch (IOException alsoRefused) {
        refused.addSuppressed(alsoRefused);
      }
      throw refused;
    }
    return true;
  }

  private void change(PciAddress device, Optional<String> driver, String override)
      throws IOException {
    Optional<String> current = driver(device);
    // A driver that does not know the device's ids takes it only while the override names it.
    write(folder(device).resolve("driver_override"), driver.orElse(override));
    if (!current.equals(driver)) {
      if (current.isPresent()) {
        write(drivers.resolve(current.get()).resolve("unbind"), device.toString());
      }
      if (driver.isPresent()) {
        write(drivers.resolve(driver.get()).resolve("bind"), device.toString());
      }
    }
    write(folder(device).resolve("driver_override"), override);
    Optional<String> bound = driver(device);
    if (!bound.equals(driver)) {
      throw new IOException(
          device
              + " is bound to "
              + bound.orElse("no driver")
              + ", expected "
              + driver.orElse("none"));
    }
  }

  /** With the driver's own errno, which Files.write would only tell in words. */
  static void write(Path file, String text) throws IOException {
    try {
      KernelFile.write(HostPath.text(file), (text == null ? "" : text) + "\n");
    } catch (SystemCallException refused) {
      throw new FastvifIOException(refused.getMessage(), refused);
    }
  }

  private Path folder(PciAddress device) {
    return devices.resolve(device.toString());
  }
}
