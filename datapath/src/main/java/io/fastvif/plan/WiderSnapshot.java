package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A snapshot of the kernel with what does not come from rtnetlink. */
final class WiderSnapshot implements HostSnapshot {
  private final HostSnapshot kernel;
  private final Supplier<OvsSnapshot> rows;
  private final Map<PciAddress, VirtualFunctionState> functions;
  private volatile OvsSnapshot ovs;

  /**
   * @param functions null for those of the snapshot itself
   */
  WiderSnapshot(
      HostSnapshot kernel,
      Supplier<OvsSnapshot> rows,
      Map<PciAddress, VirtualFunctionState> functions) {
    this.kernel = kernel;
    this.rows = rows;
    this.functions = functions;
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
    OvsSnapshot read = ovs;
    if (read == null) {
      read = rows.get();
      ovs = read;
    }
    return read;
  }

  @Override
  public Optional<VirtualFunctionState> virtualFunction(PciAddress address) {
    return functions == null
        ? kernel.virtualFunction(address)
        : Optional.ofNullable(functions.get(address));
  }
}
