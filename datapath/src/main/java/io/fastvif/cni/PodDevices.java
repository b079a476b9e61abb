package io.fastvif.cni;

import io.fastvif.files.LockedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the host's links were that pods have: a file for each, written before anything is changed of
 * it. The folder is emptied by a reboot, after which every device is as it was by itself.
 */
final class PodDevices {
  private static final String SUFFIX = ".json";

  private final LockedFolder files;

  PodDevices(Path folder) {
    files = new LockedFolder(folder);
  }

  /** Pods of several hosts, each in a namespace of its own, may have the same names. */
  private static String file(String vifId, String host) {
    return vifId.replace('/', ':') + ":" + host.replaceAll("[^0-9A-Za-z]", "-") + SUFFIX;
  }

  private static String file(String vifId) {
    return file(vifId, PodMark.thisHost());
  }

  /**
   * Does something while no other process and thread takes a device.
   *
   * @throws io.fastvif.bindings.HeldException if another process does
   */
  <T> T alone(LockedFolder.Work<T, IOException> work) throws IOException {
    return files.lockedNow(work);
  }

  /** Writes one down, {@linkplain #alone alone}. */
  void write(PodDevice device) throws IOException {
    files.write(file(device.vifId(), device.host()), device.toJson());
  }

  /** Writes one down again, of which more is known now. */
  void rewrite(PodDevice device) throws IOException {
    files.locked(
        () -> {
          write(device);
          return null;
        });
  }

  /** That of an attachment of this thread's host, if it has one. */
  Optional<PodDevice> read(String vifId) throws IOException {
    return files.read(file(vifId)).map(PodDevice::parse);
  }

  boolean delete(String vifId) throws IOException {
    return files.read(file(vifId)).isPresent() && files.locked(() -> files.delete(file(vifId)));
  }

  /** Those of this thread's host. */
  List<PodDevice> all() throws IOException {
    String host = PodMark.thisHost();
    List<PodDevice> all = new ArrayList<>();
    for (String text : files.all("*" + SUFFIX).values()) {
      if (!text.isEmpty()) { // gone meanwhile
        PodDevice device = PodDevice.parse(text);
        if (device.host().equals(host)) {
          all.add(device);
        }
      }
    }
    return all;
  }
}
