package io.fastvif.lease;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.files.LockedFolder;
import io.fastvif.plan.DeviceLease;
import io.fastvif.vif.InvalidInputException;
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

  /** What PCI addresses look like; the folder has the lock's file too. */
  private static final String DEVICES = "*:*:*.?";

  private final LockedFolder files;

  /**
   * The leases of a folder.
   *
   * @param folder normally {@link #FOLDER}; made when the first lease is written
   */
  public DeviceLeases(Path folder) {
    files = new LockedFolder(folder);
  }

  /**
   * The lease of a device, if it has one.
   *
   * @throws IOException also if the file is not a lease
   */
  public Optional<DeviceLease> read(PciAddress device) throws IOException {
    Optional<String> text = files.read(device.toString());
    return text.isEmpty() ? Optional.empty() : Optional.of(LeaseText.parse(text.get()));
  }

  /**
   * All leases, by device.
   *
   * @throws IOException also if a file is named like a device and is none, or is not a lease
   */
  public Map<PciAddress, DeviceLease> all() throws IOException {
    Map<PciAddress, DeviceLease> leases = new TreeMap<>(Comparator.comparing(PciAddress::toString));
    for (Map.Entry<String, String> file : files.all(DEVICES).entrySet()) {
      PciAddress device = device(file.getKey());
      if (!file.getValue().isEmpty()) {
        leases.put(device, LeaseText.parse(file.getValue()));
      }
    }
    return leases;
  }

  private static PciAddress device(String name) throws IOException {
    try {
      return PciAddress.parse(name);
    } catch (InvalidInputException foreign) {
      throw new IOException(foreign.getMessage(), foreign);
    }
  }

  /**
   * Changes a device's lease, if it is still as it was seen (compare and set).
   *
   * @param seen null for none
   * @param wanted null for none
   * @return false if it is so already
   * @throws io.fastvif.bindings.HeldException if another process is changing leases now
   * @throws IOException if it is neither: somebody else was there first
   */
  public boolean change(PciAddress device, DeviceLease seen, DeviceLease wanted)
      throws IOException {
    return files.lockedNow(
        () -> {
          DeviceLease now = read(device).orElse(null);
          if (Objects.equals(now, wanted)) {
            return false;
          }
          if (!Objects.equals(now, seen)) {
            throw new FastvifIOException(FailureKind.BUSY, taken(device, now, seen));
          }
          if (wanted == null) {
            files.delete(device.toString());
          } else {
            files.write(device.toString(), LeaseText.of(wanted));
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
