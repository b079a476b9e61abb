package io.fastvif.observe.reader;

import io.fastvif.lease.DeviceLeases;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.pci.IommuGroups;
import io.fastvif.pci.PciDevices;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.DeviceState;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/** The PCI devices of this host, each looked at when it is first asked for. */
public final class HostDevices implements DeviceSnapshot {
  private final PciDevices pci;
  private final DeviceLeases leases;
  private final String namespace;
  private final HostSnapshot host;
  private final IntFunction<List<VfSettings>> vfs;
  private final Map<PciAddress, Optional<DeviceState>> states = new ConcurrentHashMap<>();
  private final Map<PciAddress, Optional<DeviceLease>> holders = new ConcurrentHashMap<>();
  private final Map<Integer, List<VfSettings>> settings = new ConcurrentHashMap<>();

  /**
   * @param namespace whose host's devices they are, by its {@link io.fastvif.netns.Netns#identity}
   * @param host whose SR-IOV functions they are
   * @param vfs reads the settings of the virtual functions of the link of that index
   */
  public HostDevices(
      PciDevices pci,
      DeviceLeases leases,
      String namespace,
      HostSnapshot host,
      IntFunction<List<VfSettings>> vfs) {
    this.pci = pci;
    this.leases = leases;
    this.namespace = namespace;
    this.host = host;
    this.vfs = vfs;
  }

  @Override
  public Optional<DeviceState> device(PciAddress address) {
    return states.computeIfAbsent(
        address, key -> pci.exists(key) ? Optional.of(state(key)) : Optional.empty());
  }

  private DeviceState state(PciAddress address) {
    try {
      IommuGroups groups = pci.groups();
      Optional<List<PciAddress>> members = groups.members(address);
      List<DeviceState.Neighbour> others = new ArrayList<>();
      for (PciAddress member : members.orElse(List.of())) {
        if (!member.equals(address)) {
          others.add(
              new DeviceState.Neighbour(
                  member, pci.driver(member).orElse(null), groups.isBridge(member)));
        }
      }
      return new DeviceState(
          address,
          pci.driver(address).orElse(null),
          pci.override(address).orElse(null),
          others,
          members.isPresent());
    } catch (IOException failed) {
      throw new UncheckedIOException("PCI device " + address + ": " + failed.getMessage(), failed);
    }
  }

  @Override
  public Optional<VfSettings> settings(PciAddress virtualFunction) {
    Optional<VirtualFunctionState> function = host.virtualFunction(virtualFunction);
    Optional<PhysicalFunctionState> physical =
        function.flatMap(vf -> host.sriov().physicalFunction(vf.physicalFunction()));
    if (physical.isEmpty() || physical.get().link() == null) {
      return Optional.empty();
    }
    return settings.computeIfAbsent(physical.get().link().index(), this::read).stream()
        .filter(vf -> vf.vf() == function.get().number())
        .findFirst();
  }

  private List<VfSettings> read(int link) {
    try {
      return vfs.apply(link);
    } catch (NetlinkException gone) {
      return List.of(); // the link is no longer in this namespace
    }
  }

  @Override
  public Optional<DeviceLease> lease(PciAddress address) {
    return holders.computeIfAbsent(
        address,
        key -> {
          try {
            return leases.read(key);
          } catch (IOException failed) {
            throw new UncheckedIOException(
                "the lease of " + key + ": " + failed.getMessage(), failed);
          }
        });
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public Map<PciAddress, DeviceLease> leases() {
    return read(DeviceLeases::all);
  }

  @Override
  public Map<PciAddress, String> unreadableLeases() {
    return read(DeviceLeases::unreadable);
  }

  private interface Reading<T> {
    T read(DeviceLeases leases) throws IOException;
  }

  private <T> T read(Reading<T> reading) {
    try {
      return reading.read(leases);
    } catch (IOException failed) {
      throw new UncheckedIOException("the leases of devices: " + failed.getMessage(), failed);
    }
  }
}
