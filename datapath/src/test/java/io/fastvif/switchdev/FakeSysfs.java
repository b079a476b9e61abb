package io.fastvif.switchdev;

import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.pci.PciDevices;
import io.fastvif.plan.LinkId;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A tree of files like the kernel's, for functions on the PCI bus and their links. */
final class FakeSysfs {
  private final Path root;
  private int nextIndex = 2;

  FakeSysfs(Path root) {
    this.root = root;
    folder(root.resolve("bus/pci/devices"));
    folder(root.resolve("bus/netdevsim/devices"));
    folder(root.resolve("class/net"));
  }

  Path root() {
    return root;
  }

  PciDevices pci() {
    return new PciDevices(root);
  }

  /** The links of hardware, as netlink would show them. */
  List<SwitchLink> links() {
    List<SwitchLink> all = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(root.resolve("class/net"))) {
      for (Path link : links) {
        Path device = link.resolve("device");
        DevlinkHandle parent =
            Files.exists(device)
                ? new DevlinkHandle(target(device.resolve("subsystem")), target(device))
                : null;
        int index = Integer.parseInt(text(link.resolve("ifindex")));
        all.add(
            new SwitchLink(
                new LinkId(index, link.getFileName().toString()),
                text(link.resolve("phys_port_name")),
                text(link.resolve("phys_switch_id")),
                parent));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  /** A network card's function that can have virtual ones. */
  FakeSysfs pf(String address, int totalVfs) {
    Path device = pciDevice(address, "0x020000");
    write(device.resolve("sriov_totalvfs"), "" + totalVfs);
    write(device.resolve("sriov_numvfs"), "0");
    return this;
  }

  /** Virtual functions, from that address on. */
  FakeSysfs vfs(String pf, int count, String firstAddress) {
    PciAddress first = PciAddress.parse(firstAddress);
    Path device = device(pf);
    write(device.resolve("sriov_numvfs"), "" + count);
    for (int i = 0; i < count; i++) {
      int devfn = first.device() * 8 + first.function() + i;
      String vf = new PciAddress(first.domain(), first.bus(), devfn / 8, devfn % 8).toString();
      Path function = pciDevice(vf, "0x020000");
      link(function.resolve("physfn"), "../" + pf);
      link(device.resolve("virtfn" + i), "../" + vf);
    }
    return this;
  }

  /** Has a driver bind a function. */
  FakeSysfs driver(String address, String driver) {
    folder(root.resolve("bus/pci/drivers/" + driver));
    link(device(address).resolve("driver"), "../../../bus/pci/drivers/" + driver);
    return this;
  }

  FakeSysfs iommuGroup(String address, int group) {
    link(device(address).resolve("iommu_group"), "../../../kernel/iommu_groups/" + group);
    return this;
  }

  /** A link of a device on the PCI bus; port name and switch may be null. */
  int link(String name, String device, String portName, String switchId) {
    return netdev(name, device(device), portName, switchId);
  }

  /** A link without a device. */
  int virtualLink(String name, String portName, String switchId) {
    return netdev(name, root.resolve("devices/virtual"), portName, switchId);
  }

  private int netdev(String name, Path device, String portName, String switchId) {
    Path link = device.resolve("net/" + name);
    folder(link);
    write(link.resolve("ifindex"), "" + nextIndex);
    if (portName != null) {
      write(link.resolve("phys_port_name"), portName);
    }
    if (switchId != null) {
      write(link.resolve("phys_switch_id"), switchId);
    }
    link(link.resolve("subsystem"), "../../../../../class/net");
    if (Files.exists(device.resolve("class"))) {
      link(link.resolve("device"), "../../../" + device.getFileName());
    }
    link(root.resolve("class/net/" + name), "../../" + root.relativize(link).toString());
    return nextIndex++;
  }

  private Path device(String address) {
    return root.resolve("devices/pci0000:00/" + address);
  }

  private Path pciDevice(String address, String type) {
    Path device = device(address);
    folder(device);
    write(device.resolve("class"), type);
    link(device.resolve("subsystem"), "../../../bus/pci");
    link(root.resolve("bus/pci/devices/" + address), "../../../devices/pci0000:00/" + address);
    return device;
  }

  private static String target(Path link) throws IOException {
    return Files.readSymbolicLink(link).getFileName().toString();
  }

  private static String text(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file).strip() : null;
  }

  private static void folder(Path path) {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void link(Path path, String target) {
    try {
      Files.createSymbolicLink(path, Path.of(target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path path, String text) {
    try {
      Files.writeString(path, text + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
