package io.fastvif.switchdev;

import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.generic.devlink.DevlinkPort;
import io.fastvif.pci.SriovFunctions;
import io.fastvif.plan.LinkId;
import io.fastvif.vif.PciAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * An index of representors: which link stands for which function, as the kernel had it at one time.
 * Immutable.
 *
 * <p>Of several that would do, the first of these is taken: one that devlink lists under the
 * physical function itself; one that devlink lists under another function of the same switch, which
 * bonded cards do; one that is only named so. A physical function's number is the function of its
 * PCI address, as os-vif has it. Functions of other hosts are passed over.
 */
public final class RepresentorIndex {
  private final List<Representor> representors;
  private final Map<Integer, List<Representor>> vfs = new HashMap<>();
  private final Map<Integer, List<Representor>> sfs = new HashMap<>();
  private final Map<DevlinkHandle, List<SwitchLink>> byParent = new HashMap<>();
  private final SriovFunctions functions;

  private RepresentorIndex(
      List<Representor> representors, Collection<SwitchLink> links, SriovFunctions functions) {
    this.representors = List.copyOf(representors);
    this.functions = functions;
    for (Representor one : representors) {
      Map<Integer, List<Representor>> map =
          switch (one.kind()) {
            case VF -> vfs;
            case SF -> sfs;
            case UPLINK, PF -> null;
          };
      if (map != null && !one.external()) {
        map.computeIfAbsent(one.number(), number -> new ArrayList<>(2)).add(one);
      }
    }
    for (SwitchLink link : links) {
      if (link.parent() != null) {
        byParent.computeIfAbsent(link.parent(), parent -> new ArrayList<>(2)).add(link);
      }
    }
    byParent.values().forEach(all -> all.sort(BY_INDEX));
  }

  private static final Comparator<SwitchLink> BY_INDEX =
      Comparator.comparingInt(link -> link.id().index());

  /**
   * Makes the index.
   *
   * @param ports of devlink; none where the kernel or the drivers have none
   * @param links the links of hardware in the namespace
   * @param functions where the PCI bus is looked up
   */
  public static RepresentorIndex of(
      Collection<DevlinkPort> ports, Collection<SwitchLink> links, SriovFunctions functions) {
    Map<Integer, DevlinkPort> portOf = new HashMap<>();
    for (DevlinkPort port : ports) {
      if (port.link() != 0) {
        portOf.put(port.link(), port);
      }
    }
    List<Representor> found = new ArrayList<>();
    for (SwitchLink link : links.stream().sorted(BY_INDEX).toList()) {
      Representor representor = ofPort(link, portOf.get(link.id().index()));
      if (representor == null) {
        representor = ofName(link);
      }
      if (representor != null) {
        found.add(representor);
      }
    }
    return new RepresentorIndex(found, links, functions);
  }

  /** What devlink says of a link; null if nothing that counts here. */
  private static Representor ofPort(SwitchLink link, DevlinkPort port) {
    if (port == null) {
      return null;
    }
    PortKind kind;
    OptionalInt number;
    switch (port.flavour()) {
      case PHYSICAL -> {
        kind = PortKind.UPLINK;
        number = OptionalInt.of(port.number().orElse(port.index()));
      }
      case PCI_PF -> {
        kind = PortKind.PF;
        number = port.pf();
      }
      case PCI_VF -> {
        kind = PortKind.VF;
        number = port.vf();
      }
      case PCI_SF -> {
        kind = PortKind.SF;
        number = port.sf();
      }
      default -> {
        return null;
      }
    }
    if (number.isEmpty()) {
      return null;
    }
    return new Representor(
        link.id(),
        kind,
        port.device(),
        port.controller(),
        port.pf(),
        number.getAsInt(),
        port.external(),
        link.switchId(),
        true);
  }

  /** What the name of a switch's port says of a link; null if nothing. */
  private static Representor ofName(SwitchLink link) {
    if (link.portName() == null || link.switchId() == null) {
      return null;
    }
    Optional<PortName> parsed = PortName.parse(link.portName());
    if (parsed.isEmpty()) {
      return null;
    }
    PortName name = parsed.get();
    return new Representor(
        link.id(),
        name.kind(),
        link.parent(),
        name.controller(),
        name.pf(),
        name.number(),
        name.controller().orElse(0) != 0, // this host is controller 0 to itself
        link.switchId(),
        false);
  }

  /** All representors and uplinks, by the link's index. */
  public List<Representor> all() {
    return representors;
  }

  /** The representor of the virtual function at that PCI address. */
  public Optional<LinkId> ofVirtualFunction(PciAddress vf) {
    Optional<PciAddress> pf = functions.physicalFunction(vf);
    if (pf.isEmpty()) {
      return Optional.empty();
    }
    OptionalInt number = functions.number(pf.get(), vf);
    return number.isEmpty() ? Optional.empty() : ofVirtualFunction(pf.get(), number.getAsInt());
  }

  /** The representor of a virtual function. */
  public Optional<LinkId> ofVirtualFunction(PciAddress pf, int vf) {
    return find(vfs.get(vf), pf);
  }

  /** The representor of a virtual function of a device that need not be on PCI. */
  public Optional<LinkId> ofVirtualFunction(DevlinkHandle device, int pf, int vf) {
    return find(vfs.get(vf), device, pf);
  }

  /** The representor of a subfunction. */
  public Optional<LinkId> ofSubfunction(PciAddress pf, int sf) {
    return find(sfs.get(sf), pf);
  }

  /** The representor of a subfunction of a device that need not be on PCI. */
  public Optional<LinkId> ofSubfunction(DevlinkHandle device, int pf, int sf) {
    return find(sfs.get(sf), device, pf);
  }

  private static Optional<LinkId> find(List<Representor> candidates, DevlinkHandle device, int pf) {
    return first(candidates, one -> device.equals(one.device()) && one.pf().orElse(pf) == pf);
  }

  private Optional<LinkId> find(List<Representor> candidates, PciAddress pf) {
    if (candidates == null) {
      return Optional.empty();
    }
    DevlinkHandle device = handle(pf);
    int number = pf.function();
    Optional<LinkId> own =
        first(
            candidates,
            one -> one.ofDevlink() && device.equals(one.device()) && isOfPf(one, number));
    if (own.isPresent()) {
      return own;
    }
    String switchId = switchOf(pf);
    if (switchId == null) {
      return Optional.empty();
    }
    // Where the name does not say whose the function is, the parent must.
    return first(
            candidates,
            one -> switchId.equals(one.switchId()) && one.ofDevlink() && isOfPf(one, number))
        .or(
            () ->
                first(
                    candidates,
                    one ->
                        switchId.equals(one.switchId())
                            && device.equals(one.device())
                            && one.pf().orElse(number) == number))
        .or(
            () ->
                first(
                    candidates,
                    one ->
                        switchId.equals(one.switchId())
                            && (isOfPf(one, number)
                                || (one.pf().isEmpty() && one.device() == null))));
  }

  private static boolean isOfPf(Representor one, int pf) {
    return one.pf().isPresent() && one.pf().getAsInt() == pf;
  }

  private static Optional<LinkId> first(
      List<Representor> candidates, Predicate<Representor> condition) {
    return candidates == null
        ? Optional.empty()
        : candidates.stream().filter(condition).findFirst().map(Representor::link);
  }

  /**
   * The link of a physical function: in switchdev mode the uplink, in legacy mode its only one. The
   * PCI device of a physical function has the uplink and all its representors as its links.
   */
  public Optional<LinkId> ofPhysicalFunction(PciAddress pf) {
    return uplink(handle(pf)).map(SwitchLink::id);
  }

  /** The uplink of a device that need not be on PCI: of several, the first. */
  public Optional<LinkId> uplinkOf(DevlinkHandle device) {
    return uplink(device).map(SwitchLink::id);
  }

  private Optional<SwitchLink> uplink(DevlinkHandle device) {
    List<SwitchLink> links = byParent.getOrDefault(device, List.of());
    Optional<Representor> listed =
        representors.stream()
            .filter(one -> one.kind() == PortKind.UPLINK && device.equals(one.device()))
            .min(
                Comparator.comparing((Representor one) -> !one.ofDevlink())
                    .thenComparingInt(Representor::number));
    if (listed.isPresent()) {
      LinkId link = listed.get().link();
      return Optional.of(
          links.stream()
              .filter(one -> one.id().equals(link))
              .findFirst()
              .orElseGet(() -> new SwitchLink(link, null, listed.get().switchId(), device)));
    }
    return links.stream().filter(RepresentorIndex::isNoFunctions).findFirst();
  }

  /** Whether a link of a physical function is not named as a representor of a function. */
  private static boolean isNoFunctions(SwitchLink link) {
    return link.portName() == null
        || PortName.parse(link.portName()).filter(name -> name.kind() != PortKind.UPLINK).isEmpty();
  }

  /** The id of the switch that a physical function is on; null in legacy mode. */
  private String switchOf(PciAddress pf) {
    DevlinkHandle device = handle(pf);
    return uplink(device)
        .map(SwitchLink::switchId)
        .or(
            () ->
                byParent.getOrDefault(device, List.of()).stream()
                    .map(SwitchLink::switchId)
                    .filter(Objects::nonNull)
                    .findFirst())
        .orElse(null);
  }

  /**
   * A function's own links, where a network driver has bound it; for a physical function in
   * switchdev mode also the representors.
   */
  public List<LinkId> linksOf(PciAddress function) {
    return byParent.getOrDefault(handle(function), List.of()).stream().map(SwitchLink::id).toList();
  }

  /** The handle of a PCI device. */
  static DevlinkHandle handle(PciAddress address) {
    return new DevlinkHandle(DevlinkHandle.PCI, address.toString());
  }
}
