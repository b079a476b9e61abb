package io.fastvif.cni;

import io.fastvif.cni.PodRecords.PodRecord;
import io.fastvif.engine.VhostUserPorts;
import io.fastvif.json.VersionedObjectReader;
import io.fastvif.plan.PluginStep;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.OptionalInt;

/** Removes the files and the socket that an attachment's record names, and the record at last. */
record RemovePodFiles(PodRecords records, String vifId) implements PluginStep {
  private static final int ANY = 0;

  @Override
  public boolean perform() throws IOException {
    Optional<PodRecord> found = records.read(vifId);
    if (found.isEmpty()) {
      return false;
    }
    PodRecord record = found.get();
    for (String name : record.files()) {
      Path file = Path.of(name);
      Files.deleteIfExists(WritePodFile.incomplete(file));
      Files.deleteIfExists(file);
    }
    if (!record.socket().isEmpty()) {
      if (isOurs(record)) {
        VhostUserPorts.removeUnserved(port(record)); // refused while another process serves it
      }
      removeSocket(Path.of(record.socket()));
      removeIfEmpty(Path.of(record.socket()).getParent());
    }
    return records.delete(vifId);
  }

  /** A socket that the pod has made may have it still: it goes with the pod. */
  private static boolean isOurs(PodRecord record) {
    return !record.vif().isEmpty()
        && VersionedObjectReader.readVif(record.vif()) instanceof VifVhostUser port
        && port.mode().get() == VhostUserMode.CLIENT;
  }

  private static ServedPort port(PodRecord record) {
    return new ServedPort(
        record.vifId(),
        "",
        record.socket(),
        VhostUserMode.CLIENT,
        new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), ANY),
        ANY,
        1,
        "");
  }

  /** One that the pod has made leads nowhere any more. */
  private static void removeSocket(Path socket) throws IOException {
    boolean isSocket =
        Files.exists(socket, LinkOption.NOFOLLOW_LINKS)
            && Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    if (isSocket) {
      Files.deleteIfExists(socket);
    }
  }

  private static void removeIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException inUse) {
      return; // another interface of the pod has it
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  /** Nothing: it is done last. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "remove the files of " + vifId;
  }
}
