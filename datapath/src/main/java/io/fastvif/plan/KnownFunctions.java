package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Functions that were all named in advance. */
final class KnownFunctions implements SriovSnapshot {
  private final Map<PciAddress, VirtualFunctionState> virtual;
  private final Map<PciAddress, PhysicalFunctionState> physical;

  KnownFunctions(
      Map<PciAddress, VirtualFunctionState> virtual,
      Map<PciAddress, PhysicalFunctionState> physical) {
    this.virtual = Map.copyOf(virtual);
    this.physical = Map.copyOf(physical);
  }

  @Override
  public Optional<VirtualFunctionState> virtualFunction(PciAddress address) {
    return Optional.ofNullable(virtual.get(address));
  }

  @Override
  public List<VirtualFunctionState> virtualFunctions(PciAddress physicalFunction) {
    return virtual.values().stream()
        .filter(function -> function.physicalFunction().equals(physicalFunction))
        .sorted(Comparator.comparingInt(VirtualFunctionState::number))
        .toList();
  }

  @Override
  public Optional<PhysicalFunctionState> physicalFunction(PciAddress address) {
    return Optional.ofNullable(physical.get(address));
  }

  @Override
  public List<PhysicalFunctionState> physicalFunctions() {
    return physical.values().stream()
        .sorted(Comparator.comparing(function -> function.address().toString()))
        .toList();
  }
}
