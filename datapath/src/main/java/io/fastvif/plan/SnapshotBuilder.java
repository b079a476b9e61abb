package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Builds snapshots of what a reader of the host, or a test, has found. It may go on after a
 * snapshot: the next one shares with it all that was not changed. One thread at a time may use it.
 */
public final class SnapshotBuilder {
  private final VersionedMap<Integer, LinkState> links = new VersionedMap<>();
  private final VersionedMap<String, LinkState> names = new VersionedMap<>();
  private final VersionedMap<String, List<LinkState>> vifs = new VersionedMap<>();
  private final VersionedMap<Integer, List<AddressState>> addresses = new VersionedMap<>();
  private final VersionedMap<Integer, List<RouteState>> routes = new VersionedMap<>();

  /** The links that have the link of an index as their master, by MAC address. */
  private final VersionedMap<Integer, LinkOrder> ports = new VersionedMap<>();

  /** The links that lie on the link of an index. */
  private final VersionedMap<Integer, LinkOrder> uppers = new VersionedMap<>();

  private final Map<PciAddress, VirtualFunctionState> virtualFunctions = new HashMap<>();
  private final Map<PciAddress, PhysicalFunctionState> physicalFunctions = new HashMap<>();
  private final Map<PciAddress, DeviceState> devices = new HashMap<>();
  private final Map<PciAddress, VfSettings> settings = new HashMap<>();
  private final Map<PciAddress, DeviceLease> leases = new HashMap<>();
  private final Map<PciAddress, String> unreadableLeases = new HashMap<>();
  private String namespace;
  private final Map<Integer, LinkEntries> entries = new HashMap<>();
  private Supplier<OvsSnapshot> ovs;

  /** The last one, as long as nothing has changed. */
  private HostSnapshot snapshot;

  /** Nothing found yet. */
  public SnapshotBuilder() {}

  /** The link of that index, or null. */
  public LinkState link(int index) {
    return links.get(index);
  }

  /** Whether a link is a port of the link of that index, or lies on it. */
  public boolean hasUsers(int index) {
    return ports.get(index) != null || uppers.get(index) != null;
  }

  /** How many links there are. */
  public int linkCount() {
    return links.size();
  }

  /** Adds a link, or puts it in the place of the one with its index. */
  public SnapshotBuilder link(LinkState link) {
    LinkState old = links.get(link.index());
    if (link.equals(old)) {
      return this;
    }
    snapshot = null;
    links.put(link.index(), link);
    if (old != null) {
      forgetNames(old);
    }
    if (!usesAlike(link, old)) {
      forgetUse(old);
      noteUse(link);
    }
    names.put(link.name(), link);
    for (String altname : link.altnames()) {
      names.put(altname, link);
    }
    String owner = owner(link);
    if (old != null && !Objects.equals(owner(old), owner)) {
      forgetVif(old);
    }
    if (owner != null) {
      vifs.put(owner, with(vifs.get(owner), link));
    }
    return this;
  }

  /** Removes a link with its addresses and routes. */
  public SnapshotBuilder removeLink(int index) {
    LinkState old = links.remove(index);
    if (old != null) {
      snapshot = null;
      forgetUse(old);
      forgetNames(old);
      forgetVif(old);
    }
    return addresses(index, List.of()).routes(index, List.of());
  }

  /** Adds an address to the link of that index. */
  public SnapshotBuilder address(int index, AddressState address) {
    return addresses(index, with(addresses.get(index), address));
  }

  /** Sets all addresses of the link of that index. */
  public SnapshotBuilder addresses(int index, List<AddressState> all) {
    set(addresses, index, all);
    return this;
  }

  /** Whether the link of that index has an address. */
  public boolean hasAddresses(int index) {
    return addresses.get(index) != null;
  }

  /** Removes the addresses of all links. */
  public SnapshotBuilder clearAddresses() {
    snapshot = null;
    addresses.clear();
    return this;
  }

  /** Adds a route that leaves by the link of that index. */
  public SnapshotBuilder route(int index, RouteState route) {
    return routes(index, with(routes.get(index), route));
  }

  /** Sets all routes that leave by the link of that index. */
  public SnapshotBuilder routes(int index, List<RouteState> all) {
    set(routes, index, all);
    return this;
  }

  /** Whether a route leaves by the link of that index. */
  public boolean hasRoutes(int index) {
    return routes.get(index) != null;
  }

  /** Whether there is any route. */
  public boolean hasRoutes() {
    return routes.size() != 0;
  }

  /** Removes the routes of all links. */
  public SnapshotBuilder clearRoutes() {
    snapshot = null;
    routes.clear();
    return this;
  }

  /** Says what hangs on the link of that index. */
  public SnapshotBuilder entries(int index, LinkEntries all) {
    snapshot = null;
    entries.put(index, all);
    return this;
  }

  /** Takes the rows of Open vSwitch from there when they are first asked for. */
  public SnapshotBuilder ovs(Supplier<OvsSnapshot> rows) {
    snapshot = null;
    ovs = rows;
    return this;
  }

  /** Adds a virtual function. */
  public SnapshotBuilder virtualFunction(VirtualFunctionState function) {
    snapshot = null;
    virtualFunctions.put(function.address(), function);
    return this;
  }

  /** Adds a physical function. */
  public SnapshotBuilder physicalFunction(PhysicalFunctionState function) {
    snapshot = null;
    physicalFunctions.put(function.address(), function);
    return this;
  }

  /** Adds a PCI device. */
  public SnapshotBuilder device(DeviceState device) {
    snapshot = null;
    devices.put(device.address(), device);
    return this;
  }

  /** Says what a physical function has set of the virtual one at that address. */
  public SnapshotBuilder settings(PciAddress virtualFunction, VfSettings set) {
    snapshot = null;
    settings.put(virtualFunction, set);
    return this;
  }

  /** Says who has the device at that address; null for nobody. */
  public SnapshotBuilder lease(PciAddress device, DeviceLease lease) {
    snapshot = null;
    if (lease == null) {
      leases.remove(device);
    } else {
      leases.put(device, lease);
    }
    return this;
  }

  /** Says that the lease of the device at that address cannot be read, and why. */
  public SnapshotBuilder unreadableLease(PciAddress device, String why) {
    snapshot = null;
    unreadableLeases.put(device, why);
    return this;
  }

  /** Says which namespace it is, as leases name it. */
  public SnapshotBuilder namespace(String identity) {
    snapshot = null;
    namespace = identity;
    return this;
  }

  /** Removes all links, addresses and routes. */
  public SnapshotBuilder clear() {
    snapshot = null;
    links.clear();
    names.clear();
    vifs.clear();
    ports.clear();
    uppers.clear();
    addresses.clear();
    routes.clear();
    return this;
  }

  /** The snapshot; the same one as before if nothing has changed. */
  public HostSnapshot build() {
    if (snapshot == null) {
      snapshot =
          new HostSnapshot(
              new LinkTables(
                  links.version(),
                  names.version(),
                  vifs.version(),
                  addresses.version(),
                  routes.version(),
                  ports.version(),
                  uppers.version()));
      if (!entries.isEmpty()) {
        Map<Integer, LinkEntries> known = Map.copyOf(entries);
        snapshot = snapshot.withEntries(index -> known.getOrDefault(index, LinkEntries.NONE));
      }
      if (!virtualFunctions.isEmpty() || !physicalFunctions.isEmpty()) {
        SriovSnapshot functions = new KnownFunctions(virtualFunctions, physicalFunctions);
        snapshot = snapshot.withSriov(() -> functions);
      }
      if (!devices.isEmpty()
          || !settings.isEmpty()
          || !leases.isEmpty()
          || !unreadableLeases.isEmpty()) {
        DeviceSnapshot known =
            new KnownDevices(devices, settings, leases, unreadableLeases, namespace);
        snapshot = snapshot.withDevices(() -> known);
      }
      if (ovs != null) {
        snapshot = snapshot.withOvs(ovs);
      }
    }
    return snapshot;
  }

  private <T> void set(VersionedMap<Integer, List<T>> map, int index, List<T> all) {
    if (all.isEmpty()) {
      if (map.remove(index) != null) {
        snapshot = null;
      }
    } else if (!all.equals(map.get(index))) {
      snapshot = null;
      map.put(index, List.copyOf(all));
    }
  }

  /** By what a link's VIF is found: its id, or the group in which its links are made. */
  private static String owner(LinkState link) {
    if (link.alias().isEmpty() && LinkGroups.isMaking(link.group())) {
      return LinkTables.making(link.group());
    }
    return Aliases.vifId(link.alias()).orElse(null);
  }

  private static boolean usesAlike(LinkState link, LinkState old) {
    return old != null
        && link.master() == old.master()
        && link.lowerIndex() == old.lowerIndex()
        && Objects.equals(link.address(), old.address());
  }

  private void noteUse(LinkState link) {
    int index = link.index();
    if (link.master() != 0) {
      LinkOrder others = ports.get(link.master());
      ports.put(link.master(), LinkOrder.with(others, LinkTables.portKey(link), index));
    }
    if (link.lowerIndex() != 0) {
      LinkOrder others = uppers.get(link.lowerIndex());
      uppers.put(link.lowerIndex(), LinkOrder.with(others, index, index));
    }
  }

  private void forgetUse(LinkState link) {
    if (link != null) {
      int index = link.index();
      forget(ports, link.master(), LinkTables.portKey(link), index);
      forget(uppers, link.lowerIndex(), index, index);
    }
  }

  private static void forget(
      VersionedMap<Integer, LinkOrder> users, int used, long key, int index) {
    LinkOrder all = used == 0 ? null : users.get(used);
    LinkOrder rest = LinkOrder.without(all, key, index);
    if (rest != null) {
      users.put(used, rest);
    } else if (all != null) {
      users.remove(used);
    }
  }

  /** A name may meanwhile be another link's. */
  private void forgetNames(LinkState link) {
    forgetName(link.name(), link.index());
    for (String altname : link.altnames()) {
      forgetName(altname, link.index());
    }
  }

  private void forgetName(String name, int index) {
    LinkState bearer = names.get(name);
    if (bearer != null && bearer.index() == index) {
      names.remove(name);
    }
  }

  private void forgetVif(LinkState link) {
    String owner = owner(link);
    List<LinkState> all = owner == null ? null : vifs.get(owner);
    if (all == null) {
      return;
    }
    List<LinkState> rest = all.stream().filter(one -> one.index() != link.index()).toList();
    if (rest.isEmpty()) {
      vifs.remove(owner);
    } else {
      vifs.put(owner, rest);
    }
  }

  /** By index, with one link for each. */
  private static List<LinkState> with(List<LinkState> all, LinkState link) {
    if (all == null || (all.size() == 1 && all.getFirst().index() == link.index())) {
      return List.of(link);
    }
    List<LinkState> more = new ArrayList<>(all.size() + 1);
    boolean placed = false;
    for (LinkState one : all) {
      if (!placed && one.index() >= link.index()) {
        more.add(link);
        placed = true;
      }
      if (one.index() != link.index()) {
        more.add(one);
      }
    }
    if (!placed) {
      more.add(link);
    }
    return List.copyOf(more);
  }

  private static <T> List<T> with(List<T> all, T one) {
    List<T> more = all == null ? new ArrayList<>(1) : new ArrayList<>(all);
    more.add(one);
    return more;
  }
}
