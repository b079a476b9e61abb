package io.fastvif.driver.file;

import io.fastvif.driver.EndpointId;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which endpoint has which device of a pool: a folder with a file for each device in use, named by
 * its address, that holds the endpoint's id. A lock on another file of the folder lets one process
 * at a time change that, so drivers may share a folder, and one that is restarted finds everything
 * again.
 *
 * @param folder made when first needed
 */
record DeviceClaims(Path folder) {
  private static final String DEVICES = "*:*:*.?";
  private static final String LOCK = "lock";
  private static final String INCOMPLETE = "incomplete";

  /** A lock on a file is the process's; this is its threads'. */
  private static final Object THREADS = new Object();

  /**
   * A device that an endpoint has.
   *
   * @param fresh whether it was claimed just now
   */
  record Claim(PciAddress device, boolean fresh) {}

  /** What is done under the lock. */
  private interface Work<T> {
    T run() throws IOException, UnsuitedException;
  }

  /**
   * Claims one of the devices, or gives the one that the endpoint has.
   *
   * @throws UnsuitedException if none is free, or the port has one for another endpoint
   */
  Claim claim(List<PciAddress> devices, EndpointId id) throws UnsuitedException {
    try {
      Files.createDirectories(folder);
    } catch (IOException failure) {
      throw failed(failure);
    }
    return locked(() -> claimLocked(devices, id));
  }

  private Claim claimLocked(List<PciAddress> devices, EndpointId id)
      throws IOException, UnsuitedException {
    Map<PciAddress, String> holders = holders();
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
      if (!holders.containsKey(device)) {
        // Under its name only when it is complete: a claim never lacks its holder.
        Path incomplete = folder.resolve(INCOMPLETE);
        Files.writeString(incomplete, id.toString(), StandardCharsets.UTF_8);
        Files.move(incomplete, folder.resolve(device.toString()), StandardCopyOption.ATOMIC_MOVE);
        return new Claim(device, true);
      }
    }
    throw new UnsuitedException("all " + devices.size() + " devices of the pool are in use");
  }

  /** The device that an endpoint has. */
  Optional<PciAddress> heldBy(EndpointId id) throws UnsuitedException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try {
      return heldBy(id, holders());
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
    if (Files.isDirectory(folder)) {
      locked(
          () -> {
            Optional<PciAddress> held = heldBy(id, holders());
            return held.isPresent() && Files.deleteIfExists(folder.resolve(held.get().toString()));
          });
    }
  }

  private <T> T locked(Work<T> work) throws UnsuitedException {
    synchronized (THREADS) {
      try (FileChannel file =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.lock();
        return work.run();
      } catch (IOException failure) {
        throw failed(failure);
      }
    }
  }

  private Map<PciAddress, String> holders() throws IOException, UnsuitedException {
    Map<PciAddress, String> holders = new LinkedHashMap<>();
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(folder, DEVICES)) {
      for (Path claim : claims) {
        holders.put(PciAddress.parse(claim.getFileName().toString()), holder(claim));
      }
    } catch (InvalidInputException foreign) {
      throw failed(foreign);
    }
    return holders;
  }

  private static String holder(Path claim) throws IOException {
    try {
      return Files.readString(claim, StandardCharsets.UTF_8);
    } catch (NoSuchFileException released) {
      return ""; // by another thread, since the folder was listed without the lock
    }
  }

  private UnsuitedException failed(Exception failure) {
    return new UnsuitedException("the claims in " + folder + " cannot be kept: " + failure);
  }
}
