package io.fastvif.switchdev;

import io.fastvif.pci.PciDevices;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
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
  private final PciDevices pci;
  private final Function<PciAddress, EswitchMode> modes;
  private final Map<PciAddress, Optional<VirtualFunctionState>> virtual = new ConcurrentHashMap<>();
  private final Map<PciAddress, Optional<PhysicalFunctionState>> physical =
      new ConcurrentHashMap<>();

  HostFunctions(RepresentorIndex index, PciDevices pci, Function<PciAddress, EswitchMode> modes) {
    this.index = index;
    this.pci = pci;
    this.modes = modes;
  }

  @Override
  public Optional<VirtualFunctionState> virtualFunction(PciAddress address) {
    return virtual.computeIfAbsent(
        address,
        vf ->
            pci.sriov()
                .physicalFunction(vf)
                .flatMap(
                    pf -> {
                      OptionalInt number = pci.sriov().number(pf, vf);
                      return number.isPresent()
                          ? Optional.of(read(pf, number.getAsInt(), vf))
                          : Optional.empty();
                    }));
  }

  @Override
  public List<VirtualFunctionState> virtualFunctions(PciAddress physicalFunction) {
    List<VirtualFunctionState> all = new ArrayList<>();
    pci.sriov()
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
        driver(vf),
        iommuGroup(vf));
  }

  private String driver(PciAddress function) {
    try {
      return pci.driver(function).orElse(null);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private OptionalInt iommuGroup(PciAddress function) {
    try {
      return pci.groups().number(function);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public Optional<PhysicalFunctionState> physicalFunction(PciAddress address) {
    return physical.computeIfAbsent(address, this::readPhysical);
  }

  private Optional<PhysicalFunctionState> readPhysical(PciAddress pf) {
    OptionalInt total = pci.sriov().maxVfCount(pf);
    if (total.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new PhysicalFunctionState(
            pf,
            index.ofPhysicalFunction(pf).orElse(null),
            driver(pf),
            total.getAsInt(),
            pci.sriov().vfCount(pf).orElse(0),
            modes.apply(pf)));
  }

  @Override
  public List<PhysicalFunctionState> physicalFunctions() {
    return pci.sriov().physicalFunctions().stream()
        .map(this::physicalFunction)
        .flatMap(Optional::stream)
        .toList();
  }
}
