package io.fastvif.cni;

import io.fastvif.trace.Log;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The files of {@code host-local}: in the network's folder one of each address that is given, with
 * the container's id, a line's end and the interface in it; {@code last_reserved_ip.N} of each set
 * of ranges; and {@code lock}, on which processes hold flock(2).
 *
 * <p>What the threads of this process want to do at the same time is done behind one lock, and the
 * folder is read once for all of them: to find what an attachment has, every file must be read. It
 * is not read again while nobody else has changed it.
 */
final class AddressStore {
  /** Where the owner of an address is written before the file has the address's name. */
  static final String ASIDE = "incomplete";

  private static final String LAST = "last_reserved_ip.";
  private static final String LINE_END = "\r\n";

  /** No container's id: those have no slash. */
  private static final String UNKNOWN = "/";

  /** One for each folder: networks are few. */
  private static final Map<Path, AddressStore> ALL = new ConcurrentHashMap<>();

  private final Path folder;
  private final AddressTurns turns;
  private final KnownOwners known;

  /** The owners of addresses by their files' names, while the lock is held; null if not read. */
  private Map<String, String> owners;

  /** Whether the owners are those of an earlier holding of the lock. */
  private boolean areRemembered;

  /** The files of addresses of which it cannot be read whose they are; they stay given. */
  private List<Path> unreadable = List.of();

  /** What is to be written before the lock is given back. */
  private final Map<Integer, InetAddress> lastGiven = new HashMap<>();

  private AddressStore(Path folder) {
    this.folder = folder;
    turns = new AddressTurns(folder);
    known = new KnownOwners(folder);
  }

  static AddressStore of(Path folder) {
    return ALL.computeIfAbsent(folder.toAbsolutePath().normalize(), AddressStore::new);
  }

  /** Whether any address was ever given. */
  boolean exists() {
    return Files.isDirectory(folder);
  }

  /** What is in the way of making the folder, where it is not there; empty if nothing is. */
  Optional<Path> obstacle() {
    Path above = folder;
    while (!Files.exists(above, LinkOption.NOFOLLOW_LINKS)) {
      above = above.getParent(); // the root is there
    }
    boolean isUsable = Files.isDirectory(above) && Files.isWritable(above);
    return isUsable ? Optional.empty() : Optional.of(above);
  }

  /**
   * Does something while no other thread or process does; makes the folder. All other methods but
   * {@link #exists} and {@link #obstacle} are for what is done here.
   */
  void locked(AddressTurns.Work work) throws IOException {
    turns.run(work, this::end);
  }

  /** Before the lock is given back: what is known is right only while nobody changes the folder. */
  private void end() {
    lastGiven.forEach(this::writeLast);
    lastGiven.clear();
    if (owners != null && unreadable.isEmpty()) {
      known.keep(owners);
    } else {
      known.forget();
    }
    owners = null;
  }

  /** The order alone depends on it, so that nobody is refused an address because it failed. */
  private void writeLast(int set, InetAddress address) {
    ByteBuffer text = StandardCharsets.US_ASCII.encode(Cidr.text(address));
    // Truncated behind what is written: ext4 writes a file to its disk that was emptied before.
    try (FileChannel file =
        FileChannel.open(
            folder.resolve(LAST + set), StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      long length = text.remaining();
      while (text.hasRemaining()) {
        file.write(text);
      }
      file.truncate(length);
    } catch (IOException failed) {
      Log.warning(AddressStore.class, "which address was the last is not kept: " + failed);
    }
  }

  /** Gives an address to an attachment; false if somebody has it. */
  boolean reserve(InetAddress address, AttachmentId id, int set) throws IOException {
    String name = Cidr.text(address);
    if (owners != null && owners.containsKey(name)) {
      return false;
    }
    String owner = text(id);
    try {
      writeWhole(folder.resolve(name), owner);
    } catch (FileAlreadyExistsException held) {
      return false;
    }
    if (owners != null) {
      owners.put(name, owner);
    }
    lastGiven.put(set, address);
    return true;
  }

  /**
   * An address whose owner is not in its file would be nobody's to free, so a kill must not leave
   * one: the name is given to a file that has its text already.
   *
   * @throws FileAlreadyExistsException if there is one of that name
   */
  private void writeWhole(Path file, String text) throws IOException {
    Path aside = folder.resolve(ASIDE);
    Files.deleteIfExists(aside); // not written over: the address of who was killed may be that file
    try {
      Files.writeString(aside, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
      Files.createLink(file, aside);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static String text(AttachmentId id) {
    return id.containerId() + LINE_END + id.ifName();
  }

  /** Whether somebody has the address. */
  boolean isHeld(InetAddress address) throws IOException {
    return owners().containsKey(Cidr.text(address));
  }

  /** The address that was given last of a set; null if none was. */
  InetAddress last(int set) throws IOException {
    InetAddress now = lastGiven.get(set);
    if (now != null) {
      return now;
    }
    try {
      return Cidr.address(LAST + set, Files.readString(folder.resolve(LAST + set)).strip());
    } catch (NoSuchFileException none) {
      return null;
    } catch (IOException | CniException damaged) {
      return null; // only the order is lost
    }
  }

  void free(InetAddress address) throws IOException {
    free(Cidr.text(address));
  }

  private void free(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
    if (owners != null) {
      owners.remove(name);
    }
  }

  /** The addresses that an attachment has. */
  List<InetAddress> heldBy(AttachmentId id) throws IOException {
    List<InetAddress> held = new ArrayList<>();
    for (String name : names(owner -> isOf(owner, id))) {
      held.add(Cidr.address("", name));
    }
    return held;
  }

  /** Early versions of the reference plugin wrote the container's id alone. */
  private static boolean isOf(String owner, AttachmentId id) {
    return owner.equals(text(id)) || owner.equals(id.containerId());
  }

  /** The attachments that have addresses; of early versions' files the interface is not known. */
  Set<AttachmentId> owners(String network) throws IOException {
    Set<AttachmentId> ids = new HashSet<>();
    for (String owner : owners().values()) {
      String[] lines = owner.split(LINE_END, -1);
      if (lines.length == 2) {
        ids.add(new AttachmentId(network, lines[0], lines[1]));
      }
    }
    return ids;
  }

  void freeAllOf(AttachmentId id) throws IOException {
    for (String name : names(owner -> isOf(owner, id))) {
      free(name);
    }
  }

  void freeAllBut(Set<AttachmentId> valid) throws IOException {
    read();
    Set<String> kept = new HashSet<>();
    kept.add(UNKNOWN);
    for (AttachmentId id : valid) {
      kept.add(text(id));
      kept.add(id.containerId());
    }
    for (String name : names(owner -> !kept.contains(owner))) {
      free(name);
    }
  }

  /** The files of addresses whose owners are so; none is answered that is not looked at now. */
  private List<String> names(Predicate<String> isWanted) throws IOException {
    List<String> found = matching(isWanted);
    if (areRemembered && !found.stream().allMatch(this::isAsRemembered)) {
      read();
      found = matching(isWanted);
    }
    return found;
  }

  /** A file that somebody has written over is the folder's no less. */
  private boolean isAsRemembered(String name) {
    try {
      return Files.readString(folder.resolve(name)).strip().equals(owners.get(name));
    } catch (IOException gone) {
      return false;
    }
  }

  private List<String> matching(Predicate<String> isWanted) throws IOException {
    List<String> names = new ArrayList<>();
    owners()
        .forEach(
            (name, owner) -> {
              if (isWanted.test(owner)) {
                names.add(name);
              }
            });
    return names;
  }

  private Map<String, String> owners() throws IOException {
    if (owners == null) {
      owners = known.ifUnchanged();
      areRemembered = owners != null;
      if (areRemembered) {
        unreadable = List.of();
      } else {
        read();
      }
    }
    return owners;
  }

  private void read() throws IOException {
    Map<String, String> read = new HashMap<>();
    List<Path> failed = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        String name = file.getFileName().toString();
        if (isAddress(name)) {
          read.put(name, owner(file, failed));
        } else if (name.equals(ASIDE)) {
          Files.delete(file); // of who was killed: nobody else writes under the lock
        }
      }
    }
    owners = read;
    areRemembered = false;
    unreadable = failed;
  }

  /** One that nobody can be, where that cannot be read: nobody else gets or frees the address. */
  private static String owner(Path file, List<Path> failed) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      Log.warning(AddressStore.class, "whose " + file + " is cannot be read: " + unreadable);
      failed.add(file);
      return UNKNOWN;
    }
  }

  /** The files of addresses of which it cannot be read whose they are. */
  List<Path> unreadable() throws IOException {
    owners();
    return unreadable;
  }

  private static boolean isAddress(String name) {
    if (name.equals(AddressTurns.LOCK) || name.equals(ASIDE) || name.startsWith(LAST)) {
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
