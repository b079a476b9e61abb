package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.util.Map;
import java.util.Optional;

/**
 * What planning knows of single PCI devices: their binding, their settings, who has them. A device
 * is looked at when it is first asked for, and stays as it was then. May be read by any thread.
 */
public interface DeviceSnapshot {

  /** Nothing is known. */
  DeviceSnapshot NONE =
      new DeviceSnapshot() {
        @Override
        public Optional<DeviceState> device(PciAddress address) {
          return Optional.empty();
        }

        @Override
        public Optional<VfSettings> settings(PciAddress virtualFunction) {
          return Optional.empty();
        }

        @Override
        public Optional<DeviceLease> lease(PciAddress address) {
          return Optional.empty();
        }
      };

  /** The device at that address, if there is one. */
  Optional<DeviceState> device(PciAddress address);

  /**
   * What its physical function has set of a virtual function; empty if it is none, or its physical
   * function's link is not in this namespace. May take long: a driver may ask its firmware.
   */
  Optional<VfSettings> settings(PciAddress virtualFunction);

  /** Who has the device, if anybody. */
  Optional<DeviceLease> lease(PciAddress address);

  /** The network namespace that is planned for, as leases name it; null if that is not known. */
  default String namespace() {
    return null;
  }

  /** Who has which devices, all that is known of that. */
  default Map<PciAddress, DeviceLease> leases() {
    return Map.of();
  }

  /**
   * The devices whose leases cannot be read, each with why: somebody has them, and {@link #lease}
   * fails.
   */
  default Map<PciAddress, String> unreadableLeases() {
    return Map.of();
  }
}
