package io.fastvif.driver.file;

import io.fastvif.driver.EndpointId;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which endpoint has which device of a pool: a folder with a file for each device in use, named by
 * its address, that holds the endpoint's id. The kernel lets one process alone make the file, so
 * drivers may share a folder, and one that is restarted finds everything again.
 *
 * @param folder made when first needed
 */
record DeviceClaims(Path folder) {
  private static final String DEVICES = "*:*:*.?";

  /**
   * Claims one of the devices, or gives the one that the endpoint has.
   *
   * @throws UnsuitedException if none is free
   */
  PciAddress claim(List<PciAddress> devices, EndpointId id) throws UnsuitedException {
    try {
      Optional<PciAddress> held = heldBy(id);
      if (held.isPresent()) {
        return held.get();
      }
      Files.createDirectories(folder);
      // Linked under its name only when it is complete: a claim never lacks its holder.
      Path complete = Files.createTempFile(folder, "claim", null);
      try {
        Files.writeString(complete, id.toString(), StandardCharsets.UTF_8);
        for (PciAddress device : devices) {
          if (link(complete, device)) {
            return device;
          }
        }
      } finally {
        Files.delete(complete);
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
    throw new UnsuitedException("all " + devices.size() + " devices of the pool are in use");
  }

  private boolean link(Path complete, PciAddress device) throws IOException {
    try {
      Files.createLink(folder.resolve(device.toString()), complete);
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    }
  }

  /** The device that an endpoint has. */
  Optional<PciAddress> heldBy(EndpointId id) throws UnsuitedException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(folder, DEVICES)) {
      for (Path claim : claims) {
        if (holder(claim).equals(id.toString())) {
          return Optional.of(PciAddress.parse(claim.getFileName().toString()));
        }
      }
      return Optional.empty();
    } catch (IOException | InvalidInputException failure) {
      throw failed(failure);
    }
  }

  private static String holder(Path claim) throws IOException {
    try {
      return Files.readString(claim, StandardCharsets.UTF_8);
    } catch (NoSuchFileException released) {
      return ""; // by another thread, since the folder was listed
    }
  }

  /** Gives back the device that an endpoint has, if it has one. */
  void release(EndpointId id) throws UnsuitedException {
    Optional<PciAddress> held = heldBy(id);
    if (held.isPresent()) {
      try {
        Files.deleteIfExists(folder.resolve(held.get().toString()));
      } catch (IOException failure) {
        throw failed(failure);
      }
    }
  }

  private UnsuitedException failed(Exception failure) {
    return new UnsuitedException("the claims in " + folder + " cannot be kept: " + failure);
  }
}
