package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * What planning knows of the host: its links, and the addresses and routes of links. Never changes,
 * and may be read by any thread.
 */
public interface HostSnapshot {

  /** The link of that name or alternative name, if there is one. */
  Optional<LinkState> link(String name);

  /** The link of that index, if there is one. */
  Optional<LinkState> link(int index);

  /** Every link, by index. */
  Collection<LinkState> links();

  /** The links of the VIF of that id, see {@link LinkState#isOf}: those that are half made too. */
  List<LinkState> linksOf(String vifId);

  /**
   * The ports of the bridge of that index, and whatever else has it as its master; in any order.
   */
  List<LinkState> ports(int master);

  /** The addresses of the link of that index. */
  List<AddressState> addresses(int index);

  /**
   * The routes of the main table that leave by the link of that index, without those by which IPv6
   * addresses are reached.
   */
  List<RouteState> routes(int index);

  /** What hangs on the link of that index, with all that the kernel tells of it. */
  default LinkEntries entries(int index) {
    return LinkEntries.NONE;
  }

  /** The same with what hangs on links, read from there when it is first asked for. */
  default HostSnapshot withEntries(IntFunction<LinkEntries> reader) {
    return new EntriesSnapshot(this, reader);
  }

  /** The links of other namespaces that lie on the link of that index. */
  default MovedLinks movedLinks(int index) {
    return MovedLinks.NONE;
  }

  /** The same with the links of other namespaces, looked for when they are first asked for. */
  default HostSnapshot withMovedLinks(IntFunction<MovedLinks> reader) {
    return new MovedLinksSnapshot(this, reader);
  }

  /** Open vSwitch's rows. */
  default OvsSnapshot ovs() {
    return OvsSnapshot.UNKNOWN;
  }

  /** The same with Open vSwitch's rows, taken from there when they are first asked for. */
  default HostSnapshot withOvs(Supplier<OvsSnapshot> rows) {
    return new WiderSnapshot(
        this, rows, this::sriov, this::devices, this::filters, this::vhostUserPort);
  }

  /** The SR-IOV network cards of the host. */
  default SriovSnapshot sriov() {
    return SriovSnapshot.NONE;
  }

  /** The same with SR-IOV network cards, taken from there when they are first asked for. */
  default HostSnapshot withSriov(Supplier<SriovSnapshot> functions) {
    return new WiderSnapshot(
        this, this::ovs, functions, this::devices, this::filters, this::vhostUserPort);
  }

  /** The PCI devices of the host, one by one. */
  default DeviceSnapshot devices() {
    return DeviceSnapshot.NONE;
  }

  /** The same with PCI devices, taken from there when they are first asked for. */
  default HostSnapshot withDevices(Supplier<DeviceSnapshot> devices) {
    return new WiderSnapshot(
        this, this::ovs, this::sriov, devices, this::filters, this::vhostUserPort);
  }

  /** The rules on what the host forwards. */
  default FilterSnapshot filters() {
    return FilterSnapshot.UNKNOWN;
  }

  /**
   * The same with the rules on what it forwards, taken from there when they are first asked for.
   */
  default HostSnapshot withFilters(Supplier<FilterSnapshot> filters) {
    return new WiderSnapshot(
        this, this::ovs, this::sriov, this::devices, filters, this::vhostUserPort);
  }

  /** The virtual function at that PCI address, if there is one. */
  default Optional<VirtualFunctionState> virtualFunction(PciAddress address) {
    return sriov().virtualFunction(address);
  }

  /** The vhost-user port of the VIF of that id, if this process has a forwarder that serves it. */
  default Optional<ServedPort> vhostUserPort(String vifId) {
    return Optional.empty();
  }

  /** The same with the vhost-user ports of a forwarder, by the ids of their VIFs. */
  default HostSnapshot withVhostUserPorts(Map<String, ServedPort> ports) {
    Map<String, ServedPort> copy = Map.copyOf(ports);
    return new WiderSnapshot(
        this,
        this::ovs,
        this::sriov,
        this::devices,
        this::filters,
        vifId -> Optional.ofNullable(copy.get(vifId)));
  }
}
