package io.fastvif.switchdev.pool;

import io.fastvif.plan.DeviceLease;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The leases of a host's devices, in their folder. May be used by any thread. */
public final class DeviceLeases {
  /** Where all processes of the host look for leases. */
  public static final Path FOLDER = Path.of("/run/fastvif/devices");

  private final DeviceFiles files;

  /**
   * The leases of a folder.
   *
   * @param folder normally {@link #FOLDER}; made when the first lease is written
   */
  public DeviceLeases(Path folder) {
    files = new DeviceFiles(folder);
  }

  /**
   * Who has a device, if anybody.
   *
   * @throws IOException also if the file is not a lease
   */
  public Optional<DeviceLease> read(PciAddress device) throws IOException {
    Optional<String> text = files.read(device);
    return text.isEmpty() ? Optional.empty() : Optional.of(LeaseText.parse(text.get()));
  }

  /** All leases, by device. */
  public Map<PciAddress, DeviceLease> all() throws IOException {
    Map<PciAddress, DeviceLease> leases = new TreeMap<>(Comparator.comparing(PciAddress::toString));
    for (Map.Entry<PciAddress, String> file : files.all().entrySet()) {
      if (!file.getValue().isEmpty()) {
        leases.put(file.getKey(), LeaseText.parse(file.getValue()));
      }
    }
    return leases;
  }

  /**
   * Changes a device's lease from what it was seen to be to what it shall be.
   *
   * @param seen null for none
   * @param wanted null for none
   * @return false if it is so already
   * @throws IOException if it is neither: somebody else was there first
   */
  public boolean change(PciAddress device, DeviceLease seen, DeviceLease wanted)
      throws IOException {
    return files.locked(
        () -> {
          DeviceLease now = read(device).orElse(null);
          if (Objects.equals(now, wanted)) {
            return false;
          }
          if (!Objects.equals(now, seen)) {
            throw new IOException(taken(device, now, seen));
          }
          if (wanted == null) {
            files.delete(device);
          } else {
            files.write(device, LeaseText.of(wanted));
          }
          return true;
        });
  }

  private static String taken(PciAddress device, DeviceLease now, DeviceLease seen) {
    if (now == null) {
      return device + " is no longer leased to " + seen.holder();
    }
    return seen != null && now.holder().equals(seen.holder())
        ? device + "'s lease to " + now.holder() + " was changed meanwhile"
        : device + " is leased to " + now.holder();
  }
}
