package io.fastvif.switchdev;

import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.vif.PciAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The functions of a host, each read when it is first asked for. */
final class HostFunctions implements SriovSnapshot {
  private final RepresentorIndex index;
  private final Sysfs sysfs;
  private final Function<PciAddress, EswitchMode> modes;
  private final Map<PciAddress, Optional<VirtualFunctionState>> virtual = new ConcurrentHashMap<>();
  private final Map<PciAddress, Optional<PhysicalFunctionState>> physical =
      new ConcurrentHashMap<>();

  HostFunctions(RepresentorIndex index, Sysfs sysfs, Function<PciAddress, EswitchMode> modes) {
    this.index = index;
    this.sysfs = sysfs;
    this.modes = modes;
  }

  @Override
  public Optional<VirtualFunctionState> virtualFunction(PciAddress address) {
    return virtual.computeIfAbsent(
        address,
        vf ->
            sysfs
                .physicalFunction(vf)
                .flatMap(
                    pf -> {
                      OptionalInt number = sysfs.number(pf, vf);
                      return number.isPresent()
                          ? Optional.of(read(pf, number.getAsInt(), vf))
                          : Optional.empty();
                    }));
  }

  @Override
  public List<VirtualFunctionState> virtualFunctions(PciAddress physicalFunction) {
    List<VirtualFunctionState> all = new ArrayList<>();
    sysfs
        .virtualFunctions(physicalFunction)
        .forEach(
            (number, vf) ->
                virtual
                    .computeIfAbsent(vf, key -> Optional.of(read(physicalFunction, number, vf)))
                    .ifPresent(all::add));
    return all;
  }

  private VirtualFunctionState read(PciAddress pf, int number, PciAddress vf) {
    List<LinkId> links = index.linksOf(vf);
    return new VirtualFunctionState(
        vf,
        pf,
        number,
        index.ofVirtualFunction(pf, number).orElse(null),
        links.isEmpty() ? null : links.getFirst(),
        sysfs.driver(vf).orElse(null),
        sysfs.iommuGroup(vf));
  }

  @Override
  public Optional<PhysicalFunctionState> physicalFunction(PciAddress address) {
    return physical.computeIfAbsent(address, this::readPhysical);
  }

  private Optional<PhysicalFunctionState> readPhysical(PciAddress pf) {
    OptionalInt total = sysfs.totalVfs(pf);
    if (total.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new PhysicalFunctionState(
            pf,
            index.ofPhysicalFunction(pf).orElse(null),
            sysfs.driver(pf).orElse(null),
            total.getAsInt(),
            sysfs.numVfs(pf).orElse(0),
            modes.apply(pf)));
  }

  @Override
  public List<PhysicalFunctionState> physicalFunctions() {
    return sysfs.physicalFunctions().stream()
        .map(this::physicalFunction)
        .flatMap(Optional::stream)
        .toList();
  }
}
