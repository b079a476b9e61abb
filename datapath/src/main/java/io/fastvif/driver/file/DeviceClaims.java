package io.fastvif.driver.file;

import io.fastvif.driver.EndpointId;
import io.fastvif.switchdev.pool.DeviceFiles;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Path;
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
record DeviceClaims(DeviceFiles files) {

  DeviceClaims(Path folder) {
    this(new DeviceFiles(folder));
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
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private Claim claimLocked(List<PciAddress> devices, EndpointId id, Predicate<PciAddress> isFree)
      throws IOException, UnsuitedException {
    Map<PciAddress, String> holders = files.all();
    for (Map.Entry<PciAddress, String> claim : holders.entrySet()) {
      String holder = claim.getValue();
      if (holder.equals(id.toString())) {
        return new Claim(claim.getKey(), false);
      }
      if (holder.endsWith("/" + id.port())) {
        throw new UnsuitedException(
            "the port has another endpoint, " + holder + ", which is to be released first");
      }
    }
    for (PciAddress device : devices) {
      if (!holders.containsKey(device) && isFree.test(device)) {
        files.write(device, id.toString());
        return new Claim(device, true);
      }
    }
    throw new UnsuitedException("all devices of the pool are in use: " + devices.size());
  }

  /** The device that an endpoint has. */
  Optional<PciAddress> heldBy(EndpointId id) throws UnsuitedException {
    try {
      return heldBy(id, files.all());
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private static Optional<PciAddress> heldBy(EndpointId id, Map<PciAddress, String> holders) {
    return holders.entrySet().stream()
        .filter(claim -> claim.getValue().equals(id.toString()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Gives back the device that an endpoint has, if it has one. */
  void release(EndpointId id) throws UnsuitedException {
    try {
      if (heldBy(id, files.all()).isPresent()) {
        files.<Boolean, IOException>locked(
            () -> {
              Optional<PciAddress> held = heldBy(id, files.all());
              return held.isPresent() && files.delete(held.get());
            });
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private UnsuitedException failed(Exception failure) {
    return new UnsuitedException("the claims in " + files.folder() + " cannot be kept: " + failure);
  }
}
