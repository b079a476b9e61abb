package io.fastvif.plan;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A snapshot that adds something to another one: all else is the other's. */
abstract class DelegatingSnapshot implements HostSnapshot {
  private final HostSnapshot kernel;

  DelegatingSnapshot(HostSnapshot kernel) {
    this.kernel = kernel;
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
  public List<LinkState> ports(int master) {
    return kernel.ports(master);
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

  @Override
  public LinkEntries entries(int index) {
    return kernel.entries(index);
  }

  @Override
  public MovedLinks movedLinks(int index) {
    return kernel.movedLinks(index);
  }
}
