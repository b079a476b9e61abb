package io.fastvif.plan;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/**
 * A snapshot of the kernel with what hangs on links, each link's read when it is first asked for.
 */
final class EntriesSnapshot implements HostSnapshot {
  private final HostSnapshot kernel;
  private final IntFunction<LinkEntries> reader;
  private final Map<Integer, LinkEntries> read = new ConcurrentHashMap<>();

  EntriesSnapshot(HostSnapshot kernel, IntFunction<LinkEntries> reader) {
    this.kernel = kernel;
    this.reader = reader;
  }

  @Override
  public LinkEntries entries(int index) {
    return read.computeIfAbsent(index, reader::apply);
  }

  @Override
  public Optional<LinkState> link(String name) {
    return kernel.link(name);
  }

  @Override
  public Optional<LinkState> link(int index) {
    return kernel.link(index);
  }

  @Override
  public Collection<LinkState> links() {
    return kernel.links();
  }

  @Override
  public List<LinkState> linksOf(String vifId) {
    return kernel.linksOf(vifId);
  }

  @Override
  public List<AddressState> addresses(int index) {
    return kernel.addresses(index);
  }

  @Override
  public List<RouteState> routes(int index) {
    return kernel.routes(index);
  }

  @Override
  public OvsSnapshot ovs() {
    return kernel.ovs();
  }

  @Override
  public SriovSnapshot sriov() {
    return kernel.sriov();
  }

  @Override
  public DeviceSnapshot devices() {
    return kernel.devices();
  }

  @Override
  public FilterSnapshot filters() {
    return kernel.filters();
  }

  @Override
  public Optional<ServedPort> vhostUserPort(String vifId) {
    return kernel.vhostUserPort(vifId);
  }
}
