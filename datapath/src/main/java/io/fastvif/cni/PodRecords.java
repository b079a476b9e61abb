package io.fastvif.cni;

import io.fastvif.files.LockedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this host could not tell by itself of attachments with a socket: which files they have, and
 * how their port is opened again by an agent that starts. A file for each, in a folder that a
 * reboot empties, with the port itself.
 */
final class PodRecords {
  private static final String HOST = "host";
  private static final String VIF_ID = "vifId";
  private static final String VIF = "vif";
  private static final String OPTIONS = "options";
  private static final String SOCKET = "socket";
  private static final String FILES = "files";

  private final RecordFiles<PodRecord> files;
  private final PodDevices devices;

  PodRecords(Path folder) {
    files = new RecordFiles<>(folder, PodRecord::parse);
    devices = new PodDevices(folder.resolve("devices"));
  }

  /** The host's own links that pods have. */
  PodDevices devices() {
    return devices;
  }

  /**
   * What is known of one.
   *
   * @param host the identity of the namespace whose host has it
   * @param vif as os-vif's JSON, for which {@code options} are those of plugins; empty if there is
   *     no port to be opened again
   * @param socket the path of its socket; empty for none
   * @param files that are written for the pod
   */
  record PodRecord(
      String vifId,
      String host,
      String vif,
      Map<String, String> options,
      String socket,
      List<String> files)
      implements RecordFiles.Entry {
    /** Copies what can be changed. */
    PodRecord {
      options = Map.copyOf(options);
      files = List.copyOf(files);
    }

    @Override
    public String toJson() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put(VIF_ID, vifId);
      json.put(HOST, host);
      json.put(VIF, vif);
      json.put(OPTIONS, options);
      json.put(SOCKET, socket);
      json.put(FILES, files);
      return CniJson.write(json);
    }

    static PodRecord parse(String text) {
      ConfigObject json = new ConfigObject("", CniJson.object("the record of a pod", text));
      Map<String, String> options = new LinkedHashMap<>();
      json.object(OPTIONS)
          .ifPresent(given -> given.keys().forEach(key -> options.put(key, given.text(key))));
      return new PodRecord(
          json.text(VIF_ID),
          json.text(HOST),
          json.text(VIF),
          options,
          json.text(SOCKET),
          json.texts(FILES));
    }
  }

  /** Does something that one thread of one process may do at a time; waits for another one. */
  <R> R alone(LockedFolder.Work<R, IOException> work) throws IOException {
    return files.inTurn(work);
  }

  void write(PodRecord record) throws IOException {
    files.write(record);
  }

  boolean delete(String vifId) throws IOException {
    return files.delete(vifId);
  }

  /** That of an attachment of this thread's host, if there is one. */
  Optional<PodRecord> read(String vifId) throws IOException {
    return files.read(vifId);
  }

  /** Those of this thread's host that can be read. */
  List<PodRecord> all() throws IOException {
    return files.all();
  }

  /** The attachments of this thread's host whose records cannot be read. */
  Set<String> unreadable() throws IOException {
    return files.unreadable();
  }
}
