package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.LOCK_EX;
import static io.fastvif.bindings.linux.linux_h.O_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.O_CREAT;
import static io.fastvif.bindings.linux.linux_h.O_RDONLY;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.files.HostPath;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The files of {@code host-local}: in the network's folder one of each address that is given, with
 * the container's id, a line's end and the interface in it; {@code last_reserved_ip.N} of each set
 * of ranges; and {@code lock}, on which processes hold flock(2).
 */
final class AddressStore {
  private static final String LOCK = "lock";
  private static final String LAST = "last_reserved_ip.";
  private static final String LINE_END = "\r\n";
  private static final int FILE_MODE = 0600;

  private final Path folder;

  /** What is done under the lock. */
  interface Work {
    /** Does it. */
    void run() throws IOException;
  }

  AddressStore(Path folder) {
    this.folder = folder;
  }

  /** Whether any address was ever given. */
  boolean exists() {
    return Files.isDirectory(folder);
  }

  /** Does something while no other thread or process does; makes the folder. */
  void locked(Work work) throws IOException {
    Files.createDirectories(folder);
    String lock = HostPath.text(folder.resolve(LOCK));
    try (FileDescriptor file =
        FileDescriptor.check(
            FileIo.open(lock, O_RDONLY | O_CREAT | O_CLOEXEC, FILE_MODE), "open", lock)) {
      int locked = FileIo.flock(file.value(), LOCK_EX);
      while (locked == -Errno.EINTR) {
        locked = FileIo.flock(file.value(), LOCK_EX);
      }
      SystemCallException.check(locked, "flock", lock);
      work.run();
    } catch (SystemCallException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  /** Gives an address to an attachment; false if somebody has it. */
  boolean reserve(InetAddress address, AttachmentId id, int set) throws IOException {
    Path file = folder.resolve(Cidr.text(address));
    try {
      Files.writeString(file, text(id), StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
      Files.writeString(folder.resolve(LAST + set), Cidr.text(address));
      return true;
    } catch (FileAlreadyExistsException held) {
      return false;
    } catch (IOException failed) {
      Files.deleteIfExists(file); // a full disk: no address without an owner is left
      throw failed;
    }
  }

  private static String text(AttachmentId id) {
    return id.containerId() + LINE_END + id.ifName();
  }

  /** Whether somebody has the address. */
  boolean isHeld(InetAddress address) {
    return Files.exists(folder.resolve(Cidr.text(address)));
  }

  /** The address that was given last of a set; null if none was. */
  InetAddress last(int set) throws IOException {
    try {
      return Cidr.address(LAST + set, Files.readString(folder.resolve(LAST + set)).strip());
    } catch (NoSuchFileException none) {
      return null;
    } catch (CniException damaged) {
      return null; // only the order is lost
    }
  }

  void free(InetAddress address) throws IOException {
    Files.deleteIfExists(folder.resolve(Cidr.text(address)));
  }

  /** The addresses that an attachment has. */
  List<InetAddress> heldBy(AttachmentId id) throws IOException {
    List<InetAddress> held = new ArrayList<>();
    for (Path file : files(owner -> isOf(owner, id))) {
      held.add(Cidr.address("", file.getFileName().toString()));
    }
    return held;
  }

  /** Early versions of the reference plugin wrote the container's id alone. */
  private static boolean isOf(String owner, AttachmentId id) {
    return owner.equals(text(id)) || owner.equals(id.containerId());
  }

  /** The attachments that have addresses; of early versions' files the interface is not known. */
  Set<AttachmentId> owners(String network) throws IOException {
    Set<AttachmentId> owners = new HashSet<>();
    List<Path> unused =
        files(
            owner -> {
              String[] lines = owner.split(LINE_END, -1);
              return lines.length == 2 && owners.add(new AttachmentId(network, lines[0], lines[1]));
            });
    return owners;
  }

  void freeAllOf(AttachmentId id) throws IOException {
    for (Path file : files(owner -> isOf(owner, id))) {
      Files.deleteIfExists(file);
    }
  }

  void freeAllBut(Set<AttachmentId> valid) throws IOException {
    Set<String> owners = new HashSet<>();
    for (AttachmentId id : valid) {
      owners.add(text(id));
      owners.add(id.containerId());
    }
    for (Path file : files(owner -> !owners.contains(owner))) {
      Files.deleteIfExists(file);
    }
  }

  /** The files of addresses whose owners are so. */
  private List<Path> files(Predicate<String> isWanted) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (isAddress(file) && isWanted.test(Files.readString(file).strip())) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private static boolean isAddress(Path file) {
    String name = file.getFileName().toString();
    if (name.equals(LOCK) || name.startsWith(LAST)) {
      return false;
    }
    try {
      Cidr.address("", name);
      return true;
    } catch (CniException foreign) {
      return false;
    }
  }
}
