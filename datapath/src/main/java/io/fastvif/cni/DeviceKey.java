package io.fastvif.cni;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which of the host's links a pod is to have. Of several keys the first counts, in the order that
 * they have here.
 *
 * @param name its name; empty for none
 * @param mac its MAC address; null for none
 * @param kernelPath the folder of its device below {@code /sys/devices}; null for none
 * @param pci the PCI device that it belongs to; null for none
 */
record DeviceKey(String name, MacAddress mac, Path kernelPath, PciAddress pci) {
  private static final String DEVICE = "device";
  private static final String KERNEL_PATH = "kernelpath";
  private static final String PCI = "pciBusID";
  private static final String ID = "deviceID";
  private static final Path DEVICES = Path.of("/sys/devices");
  private static final Path BUSES = Path.of("/sys/bus");
  private static final String PCI_BUS = "pci";
  private static final String VIRTIO_BUS = "virtio";

  /** Reads the keys of the reference plugin; all of them may be missing. */
  static DeviceKey read(ConfigObject top, ConfigObject runtime) {
    String name = top.text(DEVICE);
    if (!name.isEmpty() && !AttachmentId.isLinkName(name)) {
      throw CniException.ofKey(DEVICE, name, "the name of a link");
    }
    String path = top.text(KERNEL_PATH);
    PciAddress fixed = pci(top, PCI);
    PciAddress given = pci(runtime, ID);
    return new DeviceKey(
        name,
        top.mac("hwaddr"),
        path.isEmpty() ? null : kernelPath(path),
        given == null ? fixed : given);
  }

  /** The address of a PCI device; null if it is missing. */
  static PciAddress pci(ConfigObject object, String key) {
    String text = object.text(key);
    try {
      return text.isEmpty() ? null : PciAddress.parse(text);
    } catch (InvalidInputException wrong) {
      throw CniException.ofKey(
          object.place(key), text, "the address of a PCI device, such as 0000:3b:02.1");
    }
  }

  private static Path kernelPath(String text) {
    try {
      Path path = Path.of(text);
      if (path.startsWith(DEVICES)
          && path.normalize().equals(path)
          && path.getNameCount() > DEVICES.getNameCount()) {
        return path;
      }
    } catch (InvalidPathException wrong) {
      throw CniException.ofKey(KERNEL_PATH, text, "a path below /sys/devices/");
    }
    throw CniException.ofKey(KERNEL_PATH, text, "a path below /sys/devices/");
  }

  /** Whether none is given. */
  boolean isEmpty() {
    return name.isEmpty() && mac == null && kernelPath == null && pci == null;
  }

  /**
   * The PCI device of the link, as far as a snapshot tells; its lease keeps others from it. One
   * with several links, such as a card with two ports, is no link's alone.
   */
  Optional<PciAddress> pciDevice(HostSnapshot host) {
    if (name.isEmpty() && mac == null && kernelPath == null) {
      return Optional.of(pci);
    }
    Stream<LinkState> found =
        name.isEmpty() ? host.links().stream().filter(this::isIt) : host.link(name).stream();
    return found
        .findFirst()
        .map(LinkState::device)
        .filter(
            device ->
                host.links().stream().filter(link -> device.equals(link.device())).count() == 1);
  }

  private boolean isIt(LinkState link) {
    return mac == null
        ? link.device() != null
            && kernelPath.getFileName().toString().equals(link.device().toString())
        : mac.equals(link.address());
  }

  /** Whether it is the one that a pod has; false if only the PCI device is known. */
  boolean isOf(PodDevice taken) {
    if (!name.isEmpty()) {
      return name.equals(taken.name());
    }
    if (mac != null) {
      return mac.equals(taken.mac());
    }
    return kernelPath != null && taken.facts().device().equals(kernelPath.getFileName().toString());
  }

  /**
   * The index of the link.
   *
   * @param host of the namespace in which it is looked for
   * @throws IOException if there is none
   */
  int find(RouteSocket host) throws IOException {
    int index = name.isEmpty() ? first(DeviceLink.all(host)) : host.indexOf(name);
    if (index == 0) {
      throw new IOException("there is no " + this);
    }
    return index;
  }

  private boolean isIt(DeviceLink link) {
    if (mac != null) {
      return mac.equals(link.mac());
    }
    DeviceFacts facts = link.facts();
    if (!facts.isHardware() || facts.isRepresentor()) {
      return false;
    }
    return kernelPath == null
        ? isOfPci(facts.bus(), facts.device())
        : facts.device().equals(kernelPath.getFileName().toString())
            && kernelPath.equals(folder(facts.bus(), facts.device()));
  }

  /** The link of a virtio device lies below the PCI device. */
  private boolean isOfPci(String bus, String device) {
    if (bus.equals(PCI_BUS)) {
      return device.equals(pci.toString());
    }
    Path folder = bus.equals(VIRTIO_BUS) ? folder(bus, device) : null;
    return folder != null && folder.getParent().getFileName().toString().equals(pci.toString());
  }

  /** Null for a device that is gone. */
  private static Path folder(String bus, String device) {
    try {
      return BUSES.resolve(bus).resolve("devices").resolve(device).toRealPath();
    } catch (IOException gone) {
      return null;
    }
  }

  private int first(List<DeviceLink> links) {
    return links.stream().filter(this::isIt).findFirst().map(DeviceLink::index).orElse(0);
  }

  @Override
  public String toString() {
    if (!name.isEmpty()) {
      return "link " + name;
    }
    if (mac != null) {
      return "link with the MAC address " + mac;
    }
    return "link of " + (kernelPath == null ? "the PCI device " + pci : kernelPath);
  }
}
