package io.fastvif.lease;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.files.LockedFolder;
import io.fastvif.plan.DeviceLease;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
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
    try {
      Optional<String> text = files.read(device.toString());
      return text.isEmpty() ? Optional.empty() : Optional.of(LeaseText.parse(text.get()));
    } catch (IOException unreadable) {
      Path file = files.folder().resolve(device.toString());
      throw new IOException(
          file + " cannot be read, which says who has the device: " + reason(unreadable),
          unreadable);
    }
  }

  private static String reason(IOException failed) {
    return failed instanceof CharacterCodingException ? "not UTF-8" : failed.getMessage();
  }

  /**
   * All leases that can be read, by device.
   *
   * @throws IOException if the folder cannot be read
   */
  public Map<PciAddress, DeviceLease> all() throws IOException {
    Map<PciAddress, DeviceLease> leases = byDevice();
    each((device, lease, unreadable) -> lease.ifPresent(read -> leases.put(device, read)));
    return leases;
  }

  /**
   * The devices whose leases cannot be read, each with why: somebody has them, nobody can say who.
   *
   * @throws IOException if the folder cannot be read
   */
  public Map<PciAddress, String> unreadable() throws IOException {
    Map<PciAddress, String> reasons = byDevice();
    each(
        (device, lease, unreadable) -> {
          if (unreadable != null) {
            reasons.put(device, unreadable.getMessage());
          }
        });
    return reasons;
  }

  private static <T> Map<PciAddress, T> byDevice() {
    return new TreeMap<>(Comparator.comparing(PciAddress::toString));
  }

  /** Gets a device with its lease, which is empty if it is gone meanwhile or cannot be read. */
  private interface Reader {
    void accept(PciAddress device, Optional<DeviceLease> lease, IOException unreadable);
  }

  private void each(Reader reader) throws IOException {
    for (String name : files.names(DEVICES)) {
      PciAddress device;
      try {
        device = PciAddress.parse(name);
      } catch (InvalidInputException foreign) {
        continue; // no device has that name
      }
      Optional<DeviceLease> lease = Optional.empty();
      IOException unreadable = null;
      try {
        lease = read(device);
      } catch (IOException failed) {
        unreadable = failed;
      }
      reader.accept(device, lease, unreadable);
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
