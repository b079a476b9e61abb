package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/** Devices that were all named in advance. */
final class KnownDevices implements DeviceSnapshot {
  private final Map<PciAddress, DeviceState> devices;
  private final Map<PciAddress, VfSettings> settings;
  private final Map<PciAddress, DeviceLease> leases;
  private final Map<PciAddress, String> unreadable;
  private final String namespace;

  KnownDevices(
      Map<PciAddress, DeviceState> devices,
      Map<PciAddress, VfSettings> settings,
      Map<PciAddress, DeviceLease> leases,
      Map<PciAddress, String> unreadable,
      String namespace) {
    this.namespace = namespace;
    this.devices = Map.copyOf(devices);
    this.settings = Map.copyOf(settings);
    this.leases = Map.copyOf(leases);
    this.unreadable = Map.copyOf(unreadable);
  }

  @Override
  public Optional<DeviceState> device(PciAddress address) {
    return Optional.ofNullable(devices.get(address));
  }

  @Override
  public Optional<VfSettings> settings(PciAddress virtualFunction) {
    return Optional.ofNullable(settings.get(virtualFunction));
  }

  @Override
  public Optional<DeviceLease> lease(PciAddress address) {
    if (unreadable.containsKey(address)) {
      throw new UncheckedIOException(new IOException(unreadable.get(address)));
    }
    return Optional.ofNullable(leases.get(address));
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public Map<PciAddress, DeviceLease> leases() {
    return leases;
  }

  @Override
  public Map<PciAddress, String> unreadableLeases() {
    return unreadable;
  }
}
