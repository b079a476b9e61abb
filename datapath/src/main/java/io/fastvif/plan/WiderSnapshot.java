package io.fastvif.plan;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** A snapshot of the kernel with what does not come from rtnetlink. */
final class WiderSnapshot extends DelegatingSnapshot {
  private final Supplier<OvsSnapshot> rows;
  private final Supplier<SriovSnapshot> functions;
  private final Supplier<DeviceSnapshot> pci;
  private final Supplier<FilterSnapshot> rules;
  private final Function<String, Optional<ServedPort>> ports;
  private volatile OvsSnapshot ovs;
  private volatile SriovSnapshot sriov;
  private volatile DeviceSnapshot devices;
  private volatile FilterSnapshot filters;

  WiderSnapshot(
      HostSnapshot kernel,
      Supplier<OvsSnapshot> rows,
      Supplier<SriovSnapshot> functions,
      Supplier<DeviceSnapshot> pci,
      Supplier<FilterSnapshot> rules,
      Function<String, Optional<ServedPort>> ports) {
    super(kernel);
    this.rows = rows;
    this.functions = functions;
    this.pci = pci;
    this.rules = rules;
    this.ports = ports;
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
  public SriovSnapshot sriov() {
    SriovSnapshot read = sriov;
    if (read == null) {
      read = functions.get();
      sriov = read;
    }
    return read;
  }

  @Override
  public DeviceSnapshot devices() {
    DeviceSnapshot read = devices;
    if (read == null) {
      read = pci.get();
      devices = read;
    }
    return read;
  }

  @Override
  public FilterSnapshot filters() {
    FilterSnapshot read = filters;
    if (read == null) {
      read = rules.get();
      filters = read;
    }
    return read;
  }

  @Override
  public Optional<ServedPort> vhostUserPort(String vifId) {
    return ports.apply(vifId);
  }
}
