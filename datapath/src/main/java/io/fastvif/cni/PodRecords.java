package io.fastvif.cni;

import io.fastvif.files.LockedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this host could not tell by itself of attachments with a socket: which files they have, and
 * how their port is opened again by an agent that starts. A file for each, in a folder that a
 * reboot empties, with the port itself.
 */
final class PodRecords {
  /** Where all processes of the host look for them. */
  static final Path FOLDER = Path.of("/run/fastvif/cni");

  private static final String HOST = "host";
  private static final String VIF_ID = "vifId";
  private static final String VIF = "vif";
  private static final String OPTIONS = "options";
  private static final String SOCKET = "socket";
  private static final String FILES = "files";
  private static final String SUFFIX = ".json";

  private final LockedFolder files;
  private final PodDevices devices;

  PodRecords(Path folder) {
    files = new LockedFolder(folder);
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
      List<String> files) {
    /** Copies what can be changed. */
    PodRecord {
      options = Map.copyOf(options);
      files = List.copyOf(files);
    }
  }

  /** The name of a link has no colon. */
  private static String file(String vifId) {
    return vifId.replace('/', ':') + SUFFIX;
  }

  void write(PodRecord record) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(VIF_ID, record.vifId);
    json.put(HOST, record.host);
    json.put(VIF, record.vif);
    json.put(OPTIONS, record.options);
    json.put(SOCKET, record.socket);
    json.put(FILES, record.files);
    files.locked(
        () -> {
          files.write(file(record.vifId), CniJson.write(json));
          return null;
        });
  }

  boolean delete(String vifId) throws IOException {
    return files.read(file(vifId)).isPresent() && files.locked(() -> files.delete(file(vifId)));
  }

  /** That of an attachment of this thread's host, if there is one. */
  Optional<PodRecord> read(String vifId) throws IOException {
    Optional<String> text = files.read(file(vifId));
    return text.isEmpty() ? Optional.empty() : parse(text.get()).filter(PodRecords::isOfThisHost);
  }

  /** Those of this thread's host. */
  List<PodRecord> all() throws IOException {
    List<PodRecord> all = new ArrayList<>();
    for (String text : files.all("*" + SUFFIX).values()) {
      parse(text).filter(PodRecords::isOfThisHost).ifPresent(all::add);
    }
    return all;
  }

  private static boolean isOfThisHost(PodRecord record) {
    return record.host.equals(PodMark.thisHost());
  }

  /** Empty for one that is gone meanwhile. */
  private static Optional<PodRecord> parse(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    ConfigObject json = new ConfigObject("", CniJson.object("the record of a pod", text));
    Map<String, String> options = new LinkedHashMap<>();
    json.object(OPTIONS)
        .ifPresent(given -> given.keys().forEach(key -> options.put(key, given.text(key))));
    return Optional.of(
        new PodRecord(
            json.text(VIF_ID),
            json.text(HOST),
            json.text(VIF),
            options,
            json.text(SOCKET),
            json.texts(FILES)));
  }
}
