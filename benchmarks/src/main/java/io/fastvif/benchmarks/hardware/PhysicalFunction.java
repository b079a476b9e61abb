package io.fastvif.benchmarks.hardware;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A physical function with its VFs and their representors, as sysfs has them.
 *
 * @param address where it is on the bus
 * @param driver its driver
 * @param name its network device, in switchdev mode the uplink
 * @param index that device's index
 * @param vfs the numbers of its VFs, ascending
 * @param representors those of its VFs, by VF; none in legacy mode
 * @see <a
 *     href="https://docs.kernel.org/networking/representors.html#how-are-representors-identified">How
 *     are representors identified?</a>
 */
record PhysicalFunction(
    PciAddress address,
    String driver,
    String name,
    int index,
    List<Integer> vfs,
    List<Representor> representors) {
  private static final String VF_LINK = "virtfn";

  /** The name of a VF's port; the first number is that of its PF. c0 is this host's side. */
  private static final Pattern VF_PORT = Pattern.compile("(?:c0)?pf(\\d{1,3})vf(\\d{1,4})");

  /** Keeps copies of the lists. */
  PhysicalFunction {
    vfs = List.copyOf(vfs);
    representors = List.copyOf(representors);
  }

  /** The names of all ports but uplinks (p0): of PFs, VFs and subfunctions, also other hosts'. */
  private static final Pattern FUNCTION_PORT = Pattern.compile("(?:c\\d+)?pf\\d.*");

  /**
   * Finds a PF.
   *
   * @param option what the address was given as, for messages
   * @param sysfs {@code /sys}
   * @throws InvalidInputException if there is none at that address, or it has no VFs
   * @throws IOException if sysfs cannot be read
   */
  static PhysicalFunction find(String option, PciAddress address, Path sysfs) throws IOException {
    Path device = sysfs.resolve("bus/pci/devices/" + address);
    if (!Files.exists(device)) {
      throw wrong(option, address, "is not a PCI device of this host");
    }
    if (Files.exists(device.resolve("physfn"))) {
      String pf = device.resolve("physfn").toRealPath().getFileName().toString();
      throw wrong(option, address, "is a VF, of the PF " + pf);
    }
    if (!Files.exists(device.resolve("sriov_totalvfs"))) {
      throw wrong(option, address, "has no SR-IOV");
    }
    String uplink =
        names(device.resolve("net")).stream()
            .filter(name -> !FUNCTION_PORT.matcher(portName(sysfs, name)).matches())
            .findFirst()
            .orElseThrow(() -> wrong(option, address, "has no network device"));
    List<Integer> vfs = vfs(device);
    if (vfs.isEmpty()) {
      throw InvalidInputException.ofValue(
          option,
          address.toString(),
          "has no VFs",
          "some, as made by: echo 4 > /sys/bus/pci/devices/" + address + "/sriov_numvfs");
    }
    Path driver = device.resolve("driver");
    return new PhysicalFunction(
        address,
        Files.exists(driver) ? driver.toRealPath().getFileName().toString() : "no driver",
        uplink,
        index(sysfs, uplink),
        vfs,
        representors(sysfs, uplink, address.function()));
  }

  private static InvalidInputException wrong(String option, PciAddress address, String problem) {
    return InvalidInputException.ofValue(
        option,
        address.toString(),
        problem,
        "the address of an SR-IOV physical function (ls -d /sys/bus/pci/devices/*/sriov_totalvfs)");
  }

  /** Whether each VF has its representor. */
  boolean isInSwitchdevMode() {
    return representors.size() == vfs.size();
  }

  private static List<Integer> vfs(Path device) throws IOException {
    return names(device).stream()
        .filter(name -> name.startsWith(VF_LINK))
        .map(name -> Integer.valueOf(name.substring(VF_LINK.length())))
        .sorted()
        .toList();
  }

  /** The ports of the uplink's switch that are named after a VF of that PF. */
  private static List<Representor> representors(Path sysfs, String uplink, int pf)
      throws IOException {
    Optional<String> id = attribute(sysfs, uplink, "phys_switch_id");
    List<Representor> found = new ArrayList<>();
    if (id.isEmpty()) {
      return found;
    }
    for (String name : names(sysfs.resolve("class/net"))) {
      Matcher port = VF_PORT.matcher(portName(sysfs, name));
      if (port.matches()
          && Integer.parseInt(port.group(1)) == pf
          && id.equals(attribute(sysfs, name, "phys_switch_id"))) {
        found.add(new Representor(Integer.parseInt(port.group(2)), name, index(sysfs, name)));
      }
    }
    found.sort(Comparator.comparingInt(Representor::vf));
    return found;
  }

  /** The name of the port that a network device is; empty if the driver does not say. */
  private static String portName(Path sysfs, String name) {
    return attribute(sysfs, name, "phys_port_name").orElse("");
  }

  private static int index(Path sysfs, String name) throws IOException {
    return Integer.parseInt(
        attribute(sysfs, name, "ifindex").orElseThrow(() -> new IOException(name + " is gone")));
  }

  /**
   * An attribute of a network device. Reading one that it does not have is an error of the file.
   */
  private static Optional<String> attribute(Path sysfs, String name, String attribute) {
    try {
      String text = Files.readString(sysfs.resolve("class/net").resolve(name).resolve(attribute));
      return Optional.of(text.strip()).filter(value -> !value.isEmpty());
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
