package io.fastvif.pci;

import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The PCI devices below one root of sysfs. Reading needs no privilege, binding needs root. */
public final class PciDevices {
  /** Where the kernel mounts sysfs. */
  public static final Path SYSFS = Path.of("/sys");

  private static final String NO_OVERRIDE = "(null)";
  private static final String VFIO = "vfio";

  private final Path devices;
  private final Path drivers;
  private final IommuGroups groups;

  /**
   * Of a tree.
   *
   * @param sysfs the root, normally {@link #SYSFS}
   */
  public PciDevices(Path sysfs) {
    devices = sysfs.resolve("bus/pci/devices");
    drivers = sysfs.resolve("bus/pci/drivers");
    groups = new IommuGroups(this, sysfs);
  }

  /** The groups of devices that the IOMMU cannot tell apart. */
  public IommuGroups groups() {
    return groups;
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

  /** The only driver that the kernel binds a device to by itself, if one is set. */
  public Optional<String> override(PciAddress device) throws IOException {
    String text = Files.readString(folder(device).resolve("driver_override")).strip();
    return text.isEmpty() || text.equals(NO_OVERRIDE) ? Optional.empty() : Optional.of(text);
  }

  /**
   * Binds a device to a driver, verified afterwards; a failure puts back what was.
   *
   * @param driver the driver it shall have, which must be loaded; empty for none
   * @param override what shall be its {@code driver_override}; null for none
   * @return false if it was so already
   * @throws IOException if there is no such device or driver, the driver refuses the device, or it
   *     is a driver of VFIO's and the device has no IOMMU group of its own
   */
  public boolean bind(PciAddress device, Optional<String> driver, String override)
      throws IOException {
    if (!exists(device)) {
      throw new IOException("there is no PCI device " + device);
    }
    if (driver.isPresent() && !Files.exists(drivers.resolve(driver.get()))) {
      throw new IOException("the driver " + driver.get() + " is not loaded");
    }
    Optional<String> formerDriver = driver(device);
    Optional<String> formerOverride = override(device);
    if (formerDriver.equals(driver) && formerOverride.equals(Optional.ofNullable(override))) {
      return false;
    }
    if (driver.isPresent() && driver.get().startsWith(VFIO)) {
      groups.checkOwn(device);
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

  /**
   * Makes so many virtual functions of a physical one, verified afterwards; a failure puts back how
   * many there were.
   *
   * @return false if there are as many already
   * @throws IOException if it is no physical function, or its driver refuses the number
   */
  public boolean setVfCount(PciAddress physicalFunction, int count) throws IOException {
    Path file = folder(physicalFunction).resolve("sriov_numvfs");
    if (!Files.exists(file)) {
      throw new IOException(physicalFunction + " cannot have virtual functions");
    }
    int former = readNumber(file);
    if (former == count) {
      return false;
    }
    try {
      if (former != 0 && count != 0) {
        write(file, "0"); // the kernel answers EBUSY to any other number
      }
      write(file, "" + count);
      int made = readNumber(file);
      if (made != count) {
        throw new IOException(
            physicalFunction + " has " + made + " virtual functions, expected " + count);
      }
    } catch (IOException refused) {
      try {
        if (readNumber(file) != former) {
          write(file, "" + former);
        }
      } catch (IOException alsoRefused) {
        refused.addSuppressed(alsoRefused);
      }
      throw refused;
    }
    return true;
  }

  private static int readNumber(Path file) throws IOException {
    return Integer.parseInt(Files.readString(file).strip());
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
  private static void write(Path file, String text) throws IOException {
    try {
      FileIo.writeText(HostPath.text(file), (text == null ? "" : text) + "\n");
    } catch (SystemCallException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  private Path folder(PciAddress device) {
    return devices.resolve(device.toString());
  }
}
