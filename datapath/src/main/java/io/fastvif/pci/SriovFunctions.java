package io.fastvif.pci;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Physical functions and their virtual ones (VFs). Nothing is cached: each call reads sysfs.
 *
 * @see <a href="https://docs.kernel.org/PCI/pci-iov-howto.html">PCI Express I/O virtualization</a>
 */
public final class SriovFunctions {
  private static final String VF_LINK = "virtfn";
  private static final String TOTAL = "sriov_totalvfs";
  private static final String COUNT = "sriov_numvfs";

  /** The class of network controllers, in the first byte of three. */
  private static final String NETWORK_CLASS = "0x02";

  private final Path devices;
  private final VfioUse vfio;

  SriovFunctions(Path devices, VfioUse vfio) {
    this.devices = devices;
    this.vfio = vfio;
  }

  /** The physical function that a VF belongs to; empty if the device is not a VF. */
  public Optional<PciAddress> physicalFunction(PciAddress vf) {
    return target(folder(vf).resolve("physfn"));
  }

  /** The number of a VF of that physical function; empty if it is not one of its VFs. */
  public OptionalInt number(PciAddress pf, PciAddress vf) {
    return virtualFunctions(pf).entrySet().stream()
        .filter(entry -> entry.getValue().equals(vf))
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  /** The VFs of a physical function, by number. */
  public SortedMap<Integer, PciAddress> virtualFunctions(PciAddress pf) {
    SortedMap<Integer, PciAddress> functions = new TreeMap<>();
    for (Path entry : entries(folder(pf))) {
      String name = entry.getFileName().toString();
      if (name.startsWith(VF_LINK)) {
        Optional<PciAddress> address = target(entry);
        if (address.isPresent()) {
          functions.put(Integer.valueOf(name.substring(VF_LINK.length())), address.get());
        }
      }
    }
    return functions;
  }

  /** The functions of network cards that can have VFs, by address. */
  public List<PciAddress> physicalFunctions() {
    List<PciAddress> functions = new ArrayList<>();
    for (Path entry : entries(devices)) {
      if (Files.exists(entry.resolve(TOTAL))
          && text(entry.resolve("class")).orElse("").startsWith(NETWORK_CLASS)) {
        address(entry).ifPresent(functions::add);
      }
    }
    return functions;
  }

  /** How many VFs a device can have; empty if it is not a physical function. */
  public OptionalInt maxVfCount(PciAddress pf) {
    return number(folder(pf).resolve(TOTAL));
  }

  /** How many VFs a device has; empty if it is not a physical function. */
  public OptionalInt vfCount(PciAddress pf) {
    return number(folder(pf).resolve(COUNT));
  }

  /**
   * Sets the number of VFs of a physical function, removing existing ones first, and verifies it; a
   * failure restores the former number. Equivalent to {@code echo COUNT >
   * /sys/bus/pci/devices/ADDRESS/sriov_numvfs}.
   *
   * @return false if it has as many already
   * @throws io.fastvif.bindings.HeldException if a process uses one of the functions through VFIO
   * @throws IOException if it is not a physical function, or its driver refuses the number
   */
  public boolean setVfCount(PciAddress pf, int count) throws IOException {
    Path file = folder(pf).resolve(COUNT);
    if (!Files.exists(file)) {
      throw new IOException(pf + " cannot have virtual functions");
    }
    int former = readCount(file);
    if (former == count) {
      return false;
    }
    vfio.checkUnused(virtualFunctions(pf).values());
    try {
      if (former != 0 && count != 0) {
        PciDevices.write(file, "0"); // the kernel answers EBUSY to any other number
      }
      PciDevices.write(file, "" + count);
      int made = readCount(file);
      if (made != count) {
        throw new IOException(pf + " has " + made + " virtual functions, expected " + count);
      }
    } catch (IOException refused) {
      try {
        if (readCount(file) != former) {
          PciDevices.write(file, "" + former);
        }
      } catch (IOException alsoRefused) {
        refused.addSuppressed(alsoRefused);
      }
      throw refused;
    }
    return true;
  }

  private static int readCount(Path file) throws IOException {
    return Integer.parseInt(Files.readString(file).strip());
  }

  private Path folder(PciAddress address) {
    return devices.resolve(address.toString());
  }

  private static Optional<PciAddress> address(Path path) {
    try {
      return Optional.of(PciAddress.parse(path.getFileName().toString()));
    } catch (InvalidInputException notOne) {
      return Optional.empty();
    }
  }

  /** The device that a symbolic link leads to. */
  private static Optional<PciAddress> target(Path link) {
    try {
      return address(Files.readSymbolicLink(link));
    } catch (FileSystemException absent) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file's line. Reading an attribute that a driver does not have is an error of the file. */
  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  private static OptionalInt number(Path file) {
    Optional<String> text = text(file);
    return text.isPresent() ? OptionalInt.of(Integer.parseInt(text.get())) : OptionalInt.empty();
  }

  private static List<Path> entries(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException absent) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
