package io.fastvif.cni;

import io.fastvif.bindings.FastvifException;
import io.fastvif.files.LockedFolder;
import io.fastvif.trace.Log;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A file for each attachment of each host, in one folder: pods of several hosts, each in a network
 * namespace of its own, may have the same names. One that cannot be read is the trouble of its own
 * attachment alone.
 *
 * @param <T> what is in it
 */
final class RecordFiles<T extends RecordFiles.Entry> {
  private static final String SUFFIX = ".json";

  private final LockedFolder files;
  private final Function<String, T> parser;

  /** What is written down of an attachment. */
  interface Entry {
    /** The id of its VIF. */
    String vifId();

    /** The identity of the namespace whose host has it. */
    String host();

    /** The file's text. */
    String toJson();
  }

  /**
   * @param folder made when first written to
   * @param parser reads what {@link Entry#toJson} gives
   */
  RecordFiles(Path folder, Function<String, T> parser) {
    files = new LockedFolder(folder);
    this.parser = parser;
  }

  /** The name of a link has no colon. */
  private static String earlierName(String vifId) {
    return vifId.replace('/', ':') + SUFFIX;
  }

  private static String name(String vifId, String host) {
    return vifId.replace('/', ':') + ":" + host.replaceAll("[^0-9A-Za-z]", "-") + SUFFIX;
  }

  /** Those that may be of an attachment; earlier versions left the host out of the name. */
  private static List<String> names(String vifId, String host) {
    return List.of(name(vifId, host), earlierName(vifId));
  }

  /** The attachment of a host whose file has that name, if it is one. */
  private static Optional<String> vifId(String name, String host) {
    String ids = name.substring(0, name.length() - SUFFIX.length()).replace(':', '/');
    return Stream.of(ids, ids.substring(0, Math.max(ids.lastIndexOf('/'), 0)))
        .filter(vifId -> AttachmentId.ofVif(vifId).isPresent())
        .filter(vifId -> names(vifId, host).contains(name))
        .findFirst();
  }

  /**
   * Does something while no other process and thread writes.
   *
   * @throws io.fastvif.bindings.HeldException if another process does
   */
  <R> R alone(LockedFolder.Work<R, IOException> work) throws IOException {
    return files.lockedNow(work);
  }

  /** As {@link #alone}, but waits for another process. */
  <R> R inTurn(LockedFolder.Work<R, IOException> work) throws IOException {
    return files.locked(work);
  }

  /** Writes one down, {@linkplain #alone alone}. */
  void writeAlone(T entry) throws IOException {
    files.write(name(entry.vifId(), entry.host()), entry.toJson());
  }

  /** Writes one down, or again. */
  void write(T entry) throws IOException {
    files.locked(
        () -> {
          writeAlone(entry);
          return null;
        });
  }

  /**
   * That of an attachment of this thread's host, if there is one.
   *
   * @throws IOException also if it cannot be read
   */
  Optional<T> read(String vifId) throws IOException {
    String host = PodMark.thisHost();
    for (String name : names(vifId, host)) {
      Optional<T> found = readFile(name).filter(entry -> entry.host().equals(host));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<T> readFile(String name) throws IOException {
    try {
      Optional<T> found = files.read(name).map(parser);
      if (found.isPresent() && !names(found.get().vifId(), found.get().host()).contains(name)) {
        throw new IOException("it is not of the attachment that it is named after");
      }
      return found;
    } catch (IOException | FastvifException | IllegalArgumentException unreadable) {
      String why =
          unreadable instanceof CharacterCodingException ? "not UTF-8" : unreadable.getMessage();
      throw new IOException(files.folder().resolve(name) + " cannot be read: " + why, unreadable);
    }
  }

  /** Forgets an attachment of this thread's host; false if nothing was written down of it. */
  boolean delete(String vifId) throws IOException {
    String host = PodMark.thisHost();
    boolean isDeleted = false;
    for (String name : names(vifId, host)) {
      boolean isIts = readFile(name).filter(entry -> entry.host().equals(host)).isPresent();
      isDeleted |= isIts && files.locked(() -> files.delete(name));
    }
    return isDeleted;
  }

  /** Those of this thread's host that can be read. */
  List<T> all() throws IOException {
    String host = PodMark.thisHost();
    List<T> all = new ArrayList<>();
    for (String name : files.names("*" + SUFFIX)) {
      try {
        readFile(name).filter(entry -> entry.host().equals(host)).ifPresent(all::add);
      } catch (IOException unreadable) {
        Log.debug(RecordFiles.class, unreadable.getMessage());
      }
    }
    return all;
  }

  /** The attachments, of this thread's host by their files' names, of which others cannot be. */
  Set<String> unreadable() throws IOException {
    String host = PodMark.thisHost();
    Set<String> unreadable = new HashSet<>();
    for (String name : files.names("*" + SUFFIX)) {
      try {
        Optional<T> unused = readFile(name);
      } catch (IOException damaged) {
        vifId(name, host).ifPresent(unreadable::add);
        Log.warning(RecordFiles.class, damaged.getMessage());
      }
    }
    return unreadable;
  }
}
