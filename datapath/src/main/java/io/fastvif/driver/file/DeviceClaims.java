package io.fastvif.driver.file;

import io.fastvif.bindings.FailureKind;
import io.fastvif.driver.EndpointId;
import io.fastvif.files.LockedFolder;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which endpoint has which device of a pool: a folder with a file for each device in use that holds
 * the endpoint's id. Drivers may share a folder, and one that is restarted finds everything again.
 *
 * @param files in the network's folder, which is made when first needed
 */
record DeviceClaims(LockedFolder files) {
  /** What PCI addresses look like; the folder has the lock's file too. */
  private static final String DEVICES = "*:*:*.?";

  DeviceClaims(Path folder) {
    this(new LockedFolder(folder));
  }

  /**
   * A device that an endpoint has.
   *
   * @param fresh whether it was claimed just now
   */
  record Claim(PciAddress device, boolean fresh) {}

  /** As {@link #claim(List, EndpointId, Predicate)}, if nobody else takes devices of the pool. */
  Claim claim(List<PciAddress> devices, EndpointId id) throws UnsuitedException {
    return claim(devices, id, device -> true);
  }

  /**
   * Claims one of the devices, or gives the one that the endpoint has.
   *
   * @param isFree whether nobody has a device who takes it by other means than these claims
   * @throws UnsuitedException if none is free, or the port has one for another endpoint
   */
  Claim claim(List<PciAddress> devices, EndpointId id, Predicate<PciAddress> isFree)
      throws UnsuitedException {
    try {
      return files.locked(() -> claimLocked(devices, id, isFree));
    } catch (IOException | InvalidInputException failure) {
      throw failed(failure);
    }
  }

  private Claim claimLocked(List<PciAddress> devices, EndpointId id, Predicate<PciAddress> isFree)
      throws IOException, UnsuitedException {
    Map<String, String> holders = holders();
    for (Map.Entry<String, String> claim : holders.entrySet()) {
      String holder = claim.getValue();
      if (holder.equals(id.toString())) {
        return new Claim(PciAddress.parse(claim.getKey()), false);
      }
      if (holder.endsWith("/" + id.port())) {
        throw new UnsuitedException(
            FailureKind.EXISTS,
            "the port has another endpoint, " + holder + ", which is to be released first");
      }
    }
    for (PciAddress device : devices) {
      if (!holders.containsKey(device.toString()) && isFree.test(device)) {
        files.write(device.toString(), id.toString());
        return new Claim(device, true);
      }
    }
    throw new UnsuitedException(
        FailureKind.BUSY, "all devices of the pool are in use: " + devices.size());
  }

  /** The device that an endpoint has. */
  Optional<PciAddress> heldBy(EndpointId id) throws UnsuitedException {
    try {
      return heldBy(id, holders());
    } catch (IOException | InvalidInputException failure) {
      throw failed(failure);
    }
  }

  /** By device; of one whose claim cannot be read nobody knows the holder, and nobody gets it. */
  private Map<String, String> holders() throws IOException {
    Map<String, String> holders = new LinkedHashMap<>();
    for (String device : files.names(DEVICES)) {
      try {
        holders.put(device, files.read(device).orElse(""));
      } catch (IOException unreadable) {
        holders.put(device, "");
      }
    }
    return holders;
  }

  private static Optional<PciAddress> heldBy(EndpointId id, Map<String, String> holders) {
    return holders.entrySet().stream()
        .filter(claim -> claim.getValue().equals(id.toString()))
        .map(claim -> PciAddress.parse(claim.getKey()))
        .findFirst();
  }

  /** Gives back the device that an endpoint has, if it has one. */
  void release(EndpointId id) throws UnsuitedException {
    try {
      if (heldBy(id, holders()).isPresent()) {
        files.<Boolean, IOException>locked(
            () -> {
              Optional<PciAddress> held = heldBy(id, holders());
              return held.isPresent() && files.delete(held.get().toString());
            });
      }
    } catch (IOException | InvalidInputException failure) {
      throw failed(failure);
    }
  }

  private UnsuitedException failed(Exception failure) {
    return new UnsuitedException(
        FailureKind.of(failure), "the claims in " + files.folder() + " cannot be kept: " + failure);
  }
}
