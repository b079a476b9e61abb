package io.fastvif.cni;

import io.fastvif.files.LockedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the host's links were that pods have: a file for each, written before anything is changed of
 * it. The folder is emptied by a reboot, after which every device is as it was by itself.
 */
final class PodDevices {
  private final RecordFiles<PodDevice> files;

  PodDevices(Path folder) {
    files = new RecordFiles<>(folder, PodDevice::parse);
  }

  /**
   * Does something while no other process and thread takes a device.
   *
   * @throws io.fastvif.bindings.HeldException if another process does
   */
  <T> T alone(LockedFolder.Work<T, IOException> work) throws IOException {
    return files.alone(work);
  }

  /** Writes one down, {@linkplain #alone alone}. */
  void write(PodDevice device) throws IOException {
    files.writeAlone(device);
  }

  /** Writes one down again, of which more is known now. */
  void rewrite(PodDevice device) throws IOException {
    files.write(device);
  }

  /** That of an attachment of this thread's host, if it has one. */
  Optional<PodDevice> read(String vifId) throws IOException {
    return files.read(vifId);
  }

  boolean delete(String vifId) throws IOException {
    return files.delete(vifId);
  }

  /** Those of this thread's host that can be read. */
  List<PodDevice> all() throws IOException {
    return files.all();
  }

  /** The attachments of this thread's host of which it cannot be read what they have. */
  Set<String> unreadable() throws IOException {
    return files.unreadable();
  }
}
