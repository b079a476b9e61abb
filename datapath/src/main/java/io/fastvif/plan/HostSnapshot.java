package io.fastvif.plan;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * What planning knows of the host: its links, with their addresses and routes, and the parts that
 * do not come from rtnetlink's links, which are read when they are first asked for. Never changes,
 * and may be read by any thread. What answers for one link, VIF or bridge does not look through all
 * links; {@link #links()} does.
 */
public final class HostSnapshot {
  private static final LazyPart<OvsSnapshot> NO_OVS = new LazyPart<>(() -> OvsSnapshot.UNKNOWN);
  private static final LazyPart<SriovSnapshot> NO_SRIOV = new LazyPart<>(() -> SriovSnapshot.NONE);
  private static final LazyPart<FilterSnapshot> NO_FILTERS =
      new LazyPart<>(() -> FilterSnapshot.UNKNOWN);
  private static final LazyPart<DeviceSnapshot> NO_DEVICES =
      new LazyPart<>(() -> DeviceSnapshot.NONE);

  private final LinkTables tables;
  private final LazyParts<LinkEntries> entries;
  private final LazyParts<MovedLinks> movedLinks;
  private final LazyPart<OvsSnapshot> ovs;
  private final LazyPart<SriovSnapshot> sriov;
  private final LazyPart<FilterSnapshot> filters;
  private final LazyPart<DeviceSnapshot> devices;
  private final Map<String, ServedPort> vhostUserPorts;

  /** With links, addresses and routes alone. */
  HostSnapshot(LinkTables tables) {
    this(
        tables,
        new LazyParts<>(index -> LinkEntries.NONE),
        new LazyParts<>(index -> MovedLinks.NONE),
        NO_OVS,
        NO_SRIOV,
        NO_FILTERS,
        NO_DEVICES,
        Map.of());
  }

  private HostSnapshot(HostSnapshot links, HostParts parts) {
    tables = links.tables;
    entries = new LazyParts<>(parts.entries());
    movedLinks = new LazyParts<>(parts.movedLinks());
    ovs = new LazyPart<>(parts.ovs());
    sriov = new LazyPart<>(parts.sriov());
    filters = new LazyPart<>(parts.filters());
    devices = new LazyPart<>(() -> parts.devices().apply(this));
    vhostUserPorts = parts.vhostUserPorts();
  }

  private HostSnapshot(
      LinkTables tables,
      LazyParts<LinkEntries> entries,
      LazyParts<MovedLinks> movedLinks,
      LazyPart<OvsSnapshot> ovs,
      LazyPart<SriovSnapshot> sriov,
      LazyPart<FilterSnapshot> filters,
      LazyPart<DeviceSnapshot> devices,
      Map<String, ServedPort> vhostUserPorts) {
    this.tables = tables;
    this.entries = entries;
    this.movedLinks = movedLinks;
    this.ovs = ovs;
    this.sriov = sriov;
    this.filters = filters;
    this.devices = devices;
    this.vhostUserPorts = vhostUserPorts;
  }

  /** The same links, addresses and routes with all else taken from there. */
  public HostSnapshot with(HostParts parts) {
    return new HostSnapshot(this, parts);
  }

  /** The link of that name or alternative name, if there is one. */
  public Optional<LinkState> link(String name) {
    return tables.link(name);
  }

  /** The link of that index, if there is one. */
  public Optional<LinkState> link(int index) {
    return tables.link(index);
  }

  /** Every link, by index. */
  public Collection<LinkState> links() {
    return tables.links();
  }

  /** The links of the VIF of that id, see {@link LinkState#isOf}: those that are half made too. */
  public List<LinkState> linksOf(String vifId) {
    return tables.linksOf(vifId);
  }

  /**
   * The ports of the bridge of that index, and whatever else has it as its master; in any order.
   */
  public List<LinkState> ports(int master) {
    return tables.ports(master);
  }

  /** Whether {@link #ports} has any. */
  public boolean hasPorts(int master) {
    return tables.hasPorts(master);
  }

  /** The lowest MAC address that one of the {@link #ports} has, if one has any. */
  public Optional<MacAddress> lowestPortAddress(int master) {
    OptionalLong lowest = tables.lowestPortAddress(master);
    return lowest.isEmpty() ? Optional.empty() : Optional.of(new MacAddress(lowest.getAsLong()));
  }

  /** The links that lie on the link of that index, see {@link LinkState#lowerIndex()}; by index. */
  public List<LinkState> uppers(int lower) {
    return tables.uppers(lower);
  }

  /** The addresses of the link of that index. */
  public List<AddressState> addresses(int index) {
    return tables.addresses(index);
  }

  /**
   * The routes of the main table that leave by the link of that index, without those by which IPv6
   * addresses are reached.
   */
  public List<RouteState> routes(int index) {
    return tables.routes(index);
  }

  /** What hangs on the link of that index, with all that the kernel tells of it. */
  public LinkEntries entries(int index) {
    return entries.get(index);
  }

  /** The same with what hangs on links, read from there when it is first asked for. */
  public HostSnapshot withEntries(IntFunction<LinkEntries> reader) {
    return new HostSnapshot(
        tables, new LazyParts<>(reader), movedLinks, ovs, sriov, filters, devices, vhostUserPorts);
  }

  /** The links of other namespaces that lie on the link of that index. */
  public MovedLinks movedLinks(int index) {
    return movedLinks.get(index);
  }

  /** Open vSwitch's rows. */
  public OvsSnapshot ovs() {
    return ovs.get();
  }

  /** The same with Open vSwitch's rows, taken from there when they are first asked for. */
  public HostSnapshot withOvs(Supplier<OvsSnapshot> rows) {
    return new HostSnapshot(
        tables, entries, movedLinks, new LazyPart<>(rows), sriov, filters, devices, vhostUserPorts);
  }

  /** The SR-IOV network cards of the host. */
  public SriovSnapshot sriov() {
    return sriov.get();
  }

  /** The same with SR-IOV network cards, taken from there when they are first asked for. */
  public HostSnapshot withSriov(Supplier<SriovSnapshot> functions) {
    return new HostSnapshot(
        tables,
        entries,
        movedLinks,
        ovs,
        new LazyPart<>(functions),
        filters,
        devices,
        vhostUserPorts);
  }

  /** The PCI devices of the host, one by one. */
  public DeviceSnapshot devices() {
    return devices.get();
  }

  /** The same with PCI devices, taken from there when they are first asked for. */
  public HostSnapshot withDevices(Supplier<DeviceSnapshot> known) {
    return new HostSnapshot(
        tables, entries, movedLinks, ovs, sriov, filters, new LazyPart<>(known), vhostUserPorts);
  }

  /** The rules on what the host forwards. */
  public FilterSnapshot filters() {
    return filters.get();
  }

  /**
   * The same with the rules on what it forwards, taken from there when they are first asked for.
   */
  public HostSnapshot withFilters(Supplier<FilterSnapshot> rules) {
    return new HostSnapshot(
        tables, entries, movedLinks, ovs, sriov, new LazyPart<>(rules), devices, vhostUserPorts);
  }

  /** The virtual function at that PCI address, if there is one. */
  public Optional<VirtualFunctionState> virtualFunction(PciAddress address) {
    return sriov().virtualFunction(address);
  }

  /** The vhost-user port of the VIF of that id, if this process has a forwarder that serves it. */
  public Optional<ServedPort> vhostUserPort(String vifId) {
    return Optional.ofNullable(vhostUserPorts.get(vifId));
  }

  /** The same with the vhost-user ports of a forwarder, by the ids of their VIFs. */
  public HostSnapshot withVhostUserPorts(Map<String, ServedPort> ports) {
    return new HostSnapshot(
        tables, entries, movedLinks, ovs, sriov, filters, devices, Map.copyOf(ports));
  }
}
