package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.List;
import java.util.Optional;

/**
 * What planning knows of the host's SR-IOV network cards. A function is looked at when it is first
 * asked for, and stays as it was then. May be read by any thread.
 */
public interface SriovSnapshot {

  /** Nothing is known, or there are no such cards. */
  SriovSnapshot NONE =
      new SriovSnapshot() {
        @Override
        public Optional<VirtualFunctionState> virtualFunction(PciAddress address) {
          return Optional.empty();
        }

        @Override
        public List<VirtualFunctionState> virtualFunctions(PciAddress physicalFunction) {
          return List.of();
        }

        @Override
        public Optional<PhysicalFunctionState> physicalFunction(PciAddress address) {
          return Optional.empty();
        }

        @Override
        public List<PhysicalFunctionState> physicalFunctions() {
          return List.of();
        }
      };

  /** The virtual function at that PCI address, if there is one. */
  Optional<VirtualFunctionState> virtualFunction(PciAddress address);

  /** The virtual functions of a physical one, by number; none if it has none or is not one. */
  List<VirtualFunctionState> virtualFunctions(PciAddress physicalFunction);

  /** The physical function at that PCI address, if there is one that can have virtual ones. */
  Optional<PhysicalFunctionState> physicalFunction(PciAddress address);

  /** All physical functions that can have virtual ones, by address. */
  List<PhysicalFunctionState> physicalFunctions();
}
