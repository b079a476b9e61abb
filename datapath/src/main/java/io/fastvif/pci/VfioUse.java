package io.fastvif.pci;

import io.fastvif.bindings.HeldException;
import io.fastvif.files.FileHolder;
import io.fastvif.files.HostPath;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which process uses a device through VFIO. The kernel takes such a device from vfio-pci only when
 * that process has closed it, and whoever asks for that is in the kernel until then, and cannot be
 * killed.
 *
 * @see <a href="https://docs.kernel.org/driver-api/vfio.html">VFIO</a>
 */
final class VfioUse {
  private final Path devices;
  private final Path files;

  /**
   * @param devices the folder of PCI devices in sysfs
   * @param dev where device files are, normally {@code /dev}
   */
  VfioUse(Path devices, Path dev) {
    this.devices = devices;
    files = dev.resolve("vfio");
  }

  /** Whether a driver is one of VFIO's: vfio-pci, or a variant such as mlx5_vfio_pci. */
  static boolean isDriver(String name) {
    return name.contains("vfio");
  }

  /**
   * Checks that nobody uses one of the devices that VFIO has.
   *
   * @throws HeldException if a process has the file of its group or its own open
   */
  void checkUnused(Collection<PciAddress> some) throws IOException {
    List<String> bound = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (PciAddress device : some) {
      Path folder = devices.resolve(device.toString());
      if (isBound(folder)) {
        bound.add(device.toString());
        addNames(folder, names);
      }
    }
    Optional<FileHolder> user = names.isEmpty() ? Optional.empty() : FileHolder.of(names);
    if (user.isPresent()) {
      throw new HeldException(
          (bound.size() == 1 ? "" : "one of ")
              + String.join(", ", bound)
              + " is used by "
              + user.get()
              + ", which has to let it go before");
    }
  }

  private static boolean isBound(Path device) throws IOException {
    try {
      Path driver = Files.readSymbolicLink(device.resolve("driver"));
      return isDriver(driver.getFileName().toString());
    } catch (NoSuchFileException unbound) {
      return false;
    }
  }

  private void addNames(Path device, Set<String> names) throws IOException {
    Path group = device.resolve("iommu_group");
    if (Files.isSymbolicLink(group)) {
      String number = Files.readSymbolicLink(group).getFileName().toString();
      names.add(HostPath.text(files.resolve(number)));
      names.add(HostPath.text(files.resolve("noiommu-" + number)));
    }
    try (DirectoryStream<Path> own = Files.newDirectoryStream(device.resolve("vfio-dev"))) {
      for (Path entry : own) {
        names.add(HostPath.text(files.resolve("devices").resolve(entry.getFileName())));
      }
    } catch (NoSuchFileException before62) {
      // a kernel that gives devices no files of their own
    }
  }
}
