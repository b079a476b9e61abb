package io.fastvif.switchdev;

import io.fastvif.files.HostPath;
import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.plan.LinkId;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What sysfs tells of functions on the PCI bus. Nothing is kept: each call looks.
 *
 * @see <a href="https://docs.kernel.org/PCI/pci-iov-howto.html">PCI Express I/O virtualization</a>
 */
public final class Sysfs {
  private static final String VF_LINK = "virtfn";

  /** The class of network controllers, in the first byte of three. */
  private static final String NETWORK_CLASS = "0x02";

  private final Path devices;
  private final Path links;

  /**
   * @param root where it is mounted, {@code /sys}
   */
  public Sysfs(Path root) {
    devices = root.resolve("bus/pci/devices");
    links = root.resolve("class/net");
  }

  /** That of this host. */
  public static Sysfs ofHost() {
    return new Sysfs(Path.of("/sys"));
  }

  /** Whether there is a function at that address. */
  public boolean exists(PciAddress address) {
    return Files.isDirectory(device(address));
  }

  /** The physical function that a virtual one belongs to; empty if it is no virtual one. */
  public Optional<PciAddress> physicalFunction(PciAddress vf) {
    return target(device(vf).resolve("physfn")).flatMap(Sysfs::address);
  }

  /** The number of a virtual function of that physical one; empty if it is none. */
  public OptionalInt number(PciAddress pf, PciAddress vf) {
    return virtualFunctions(pf).entrySet().stream()
        .filter(entry -> entry.getValue().equals(vf))
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  /** The virtual functions of a physical one, by number. */
  public SortedMap<Integer, PciAddress> virtualFunctions(PciAddress pf) {
    SortedMap<Integer, PciAddress> functions = new TreeMap<>();
    for (Path entry : entries(device(pf))) {
      String name = entry.getFileName().toString();
      if (name.startsWith(VF_LINK)) {
        Optional<PciAddress> address = target(entry).flatMap(Sysfs::address);
        if (address.isPresent()) {
          functions.put(Integer.valueOf(name.substring(VF_LINK.length())), address.get());
        }
      }
    }
    return functions;
  }

  /** The functions of network cards that can have virtual ones, by address. */
  public List<PciAddress> physicalFunctions() {
    List<PciAddress> functions = new ArrayList<>();
    for (Path entry : entries(devices)) {
      if (Files.exists(entry.resolve("sriov_totalvfs"))
          && text(entry.resolve("class")).orElse("").startsWith(NETWORK_CLASS)) {
        address(entry.getFileName().toString()).ifPresent(functions::add);
      }
    }
    return functions;
  }

  /** How many virtual functions a physical one can have; empty if it is none. */
  public OptionalInt totalVfs(PciAddress pf) {
    return number(device(pf).resolve("sriov_totalvfs"));
  }

  /** How many virtual functions a physical one has; empty if it is none. */
  public OptionalInt numVfs(PciAddress pf) {
    return number(device(pf).resolve("sriov_numvfs"));
  }

  /**
   * Makes so many virtual functions, or takes all away with 0. The kernel wants them to be gone
   * before their number changes. Equivalent to {@code echo COUNT >
   * /sys/bus/pci/devices/ADDRESS/sriov_numvfs}.
   *
   * @throws IOException if the kernel or the driver refuses
   */
  public void setNumVfs(PciAddress pf, int count) throws IOException {
    Files.writeString(
        device(pf).resolve("sriov_numvfs"), Integer.toString(count), StandardOpenOption.WRITE);
  }

  /** The driver that has bound a function, if one has. */
  public Optional<String> driver(PciAddress address) {
    return target(device(address).resolve("driver"));
  }

  /** The IOMMU group of a function, if the host has an IOMMU that is switched on. */
  public OptionalInt iommuGroup(PciAddress address) {
    Optional<String> group = target(device(address).resolve("iommu_group"));
    return group.isPresent() ? OptionalInt.of(Integer.parseInt(group.get())) : OptionalInt.empty();
  }

  /** The links of all hardware, of the namespace that mounted sysfs. */
  public List<SwitchLink> links() {
    List<SwitchLink> all = new ArrayList<>();
    for (Path entry : entries(links)) {
      OptionalInt index = number(entry.resolve("ifindex"));
      Path device = entry.resolve("device");
      if (index.isPresent()) {
        String name = HostPath.text(entry.getFileName());
        String bus = target(device.resolve("subsystem")).orElse("");
        all.add(
            new SwitchLink(
                new LinkId(index.getAsInt(), name),
                text(entry.resolve("phys_port_name")).orElse(null),
                text(entry.resolve("phys_switch_id")).orElse(null),
                target(device).map(parent -> new DevlinkHandle(bus, parent)).orElse(null)));
      }
    }
    return all;
  }

  private Path device(PciAddress address) {
    return devices.resolve(address.toString());
  }

  private static Optional<PciAddress> address(String text) {
    try {
      return Optional.of(PciAddress.parse(text));
    } catch (InvalidInputException notOne) {
      return Optional.empty();
    }
  }

  /** The name of what a symbolic link leads to. */
  private static Optional<String> target(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link).getFileName().toString());
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
    } catch (IOException | UncheckedIOException e) {
      throw new UncheckedIOException(
          e instanceof IOException io ? io : ((UncheckedIOException) e).getCause());
    }
  }
}
