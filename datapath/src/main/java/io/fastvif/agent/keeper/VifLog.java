package io.fastvif.agent.keeper;

import io.fastvif.bindings.HeldException;
import io.fastvif.trace.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state folder on the disk, locked for one agent.
 *
 * <pre>
 * STATE/lock           held while an agent runs
 * STATE/vifs.log       what was declared, marked and forgotten, in order
 * STATE/vifs.log.new   the same without what has no effect any more, while it is written
 * STATE/vifs.log.bad   one that could not be read, for people
 * STATE/reserve        room for what has to be unplugged when the disk is full
 * </pre>
 *
 * <p>For one thread at a time.
 */
final class VifLog implements AutoCloseable {
  private static final String FILE = "vifs.log";
  private static final int MAX_BAD = 1000;
  private static final int RESERVE_BYTES = 256 * 1024;

  /** Beyond the size of what counts; below, a new log is not worth it. */
  private static final int MIN_WASTE = 1 << 20;

  private static final FileAttribute<Set<PosixFilePermission>> OWNERS_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNERS_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path state;
  private final Path file;
  private final Path reserve;
  private final StoreDisk disk;
  private final FileChannel lock;
  private final Map<String, StoredVif> vifs = new LinkedHashMap<>();
  private final List<Unreadable> unreadable = new ArrayList<>();

  /** Of the file, as far as it is known to be good. */
  private long size;

  private long sizeAnew;

  /** Whether what the file holds is not known, or no good. */
  private boolean isBroken;

  private VifLog(Path state, StoreDisk disk, FileChannel lock) {
    this.state = state;
    this.disk = disk;
    this.lock = lock;
    file = state.resolve(FILE);
    reserve = state.resolve("reserve");
  }

  /**
   * Locks the folder, and reads what is in it. Both are made if they are missing. What cannot be
   * read is kept aside, and does not keep the rest from being read.
   *
   * @throws HeldException if another agent has it
   * @throws IOException if it cannot be made, read or written
   */
  static VifLog open(Path folder, StoreDisk disk) throws IOException {
    Path state = folder.toAbsolutePath().normalize();
    Files.createDirectories(state, OWNERS_FOLDER);
    FileChannel lock =
        FileChannel.open(
            state.resolve("lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            OWNERS_FILE);
    try {
      requireLock(folder, lock);
      VifLog log = new VifLog(state, disk, lock);
      log.read();
      return log;
    } catch (IOException | RuntimeException | Error failed) {
      try (lock) {
        throw failed;
      }
    }
  }

  private static void requireLock(Path folder, FileChannel lock) throws IOException {
    FileLock taken;
    try {
      taken = lock.tryLock();
    } catch (OverlappingFileLockException here) {
      taken = null;
    }
    if (taken == null) {
      throw new HeldException(
          "another agent keeps its VIFs in "
              + folder
              + ": end that one, or give this one another state folder");
    }
  }

  private void read() throws IOException {
    byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    List<String> problems = new ArrayList<>();
    size = replay(bytes, vifs, problems);
    for (int i = 0; Files.exists(bad(i)); i++) {
      unreadable.add(
          new Unreadable(bad(i) + ": was kept aside because not all of it could be read", bad(i)));
    }
    if (!problems.isEmpty()) {
      Path aside = freeBad();
      String kept = keepAside(bytes, aside);
      Path until = Files.exists(aside) ? aside : file;
      for (String problem : problems) {
        String sentence = file + ": " + problem + kept;
        unreadable.add(new Unreadable(sentence, until));
        Log.warning(VifLog.class, sentence);
      }
    }
    if (problems.isEmpty() && Files.exists(file)) {
      // What was killed may have left what is not synced, or the half of a record.
      if (bytes.length > size) {
        String words = ": cut off " + (bytes.length - size) + " bytes that were not written whole";
        Log.warning(VifLog.class, file + words);
        disk.truncate(file, size);
      }
      disk.sync(file);
      sizeAnew = size;
    } else {
      isBroken = true;
      prepareQuietly();
    }
    keepReserve();
    disk.syncFolder(state);
    if (state.getParent() != null) {
      disk.syncFolder(state.getParent());
    }
  }

  /** A full disk keeps nobody from unplugging. */
  private void prepareQuietly() {
    try {
      prepare();
    } catch (IOException refused) {
      Log.warning(VifLog.class, "nothing can be declared now: " + refused.getMessage());
    }
  }

  /**
   * Does what a log says.
   *
   * @param problems gets a sentence for each part that cannot be read. A record that was not
   *     written to its end is none: it is what a loss of power leaves of what nobody was told of
   * @return how long it is, without what it ends with and cannot be read
   */
  static int replay(byte[] log, Map<String, StoredVif> vifs, List<String> problems) {
    int at = 0;
    while (at < log.length) {
      LogRecord found = LogRecord.at(log, at);
      if (found == null) {
        found = LogRecord.next(log, at);
        if (found == null) {
          if (!LogRecord.isUnfinished(log, at)) {
            problems.add("the " + (log.length - at) + " bytes at its end are no record");
          }
          return at;
        }
        int length = found.end() - found.bytes().length - at;
        problems.add("about " + length + " bytes at " + at + " are no record");
      }
      try {
        replay(found, vifs);
      } catch (UnreadableDeclarationException wrong) {
        problems.add("the record before byte " + found.end() + ": " + wrong.getMessage());
      }
      at = found.end();
    }
    return at;
  }

  private static void replay(LogRecord found, Map<String, StoredVif> vifs)
      throws UnreadableDeclarationException {
    switch (found.kind()) {
      case PUT -> new StoreChange.Put(Declaration.read(found.bytes())).apply(vifs);
      case MARK -> new StoreChange.Mark(found.vifId()).apply(vifs);
      case REMOVE -> new StoreChange.Remove(found.vifId()).apply(vifs);
    }
  }

  private Path bad(int number) {
    return Path.of(file + ".bad" + (number == 0 ? "" : number));
  }

  private Path freeBad() {
    int number = 0;
    while (Files.exists(bad(number)) && number < MAX_BAD) {
      number++;
    }
    return bad(number);
  }

  private String keepAside(byte[] bytes, Path aside) {
    try {
      disk.write(aside, bytes);
      return "; a copy is kept as " + aside;
    } catch (IOException refused) {
      return "; no copy can be kept: " + refused.getMessage();
    }
  }

  /** Writes what counts to a new file, which takes the old one's place when it is on the disk. */
  private void writeAnew() throws IOException {
    isBroken = true;
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (StoredVif vif : vifs.values()) {
      whole.writeBytes(LogRecord.of(LogRecord.Kind.PUT, vif.declaration().bytes()));
      if (vif.isToUnplug()) {
        whole.writeBytes(LogRecord.of(LogRecord.Kind.MARK, vif.declaration().id()));
      }
    }
    Path anew = Path.of(file + ".new");
    try {
      disk.write(anew, whole.toByteArray());
      disk.sync(anew);
      disk.rename(anew, file);
      disk.syncFolder(state);
    } catch (IOException refused) {
      deleteQuietly(anew);
      throw refused;
    }
    size = whole.size();
    sizeAnew = size;
    isBroken = false;
    keepReserve();
  }

  /**
   * Makes the log fit for what is about to be added, while all that was added is in {@link #vifs}.
   *
   * @throws IOException if nothing can be added
   */
  void prepare() throws IOException {
    boolean isWasteful = size > 2 * sizeAnew + MIN_WASTE;
    if (isBroken || isWasteful) {
      try {
        writeAnew();
      } catch (IOException refused) {
        if (!isWasteful || Files.size(file) != size) {
          throw refused;
        }
        isBroken = false; // the old one is as good as it was
      }
    }
  }

  private void deleteQuietly(Path remains) {
    try {
      disk.delete(remains);
    } catch (IOException stays) {
      // the next one is written over it
    }
  }

  /** Not worth a failure: it is for hard times only. */
  private void keepReserve() {
    try {
      if (!Files.exists(reserve)) {
        byte[] room = new byte[RESERVE_BYTES];
        Arrays.fill(room, (byte) ' '); // no file system may leave out what is not zero
        disk.write(reserve, room);
      }
    } catch (IOException none) {
      deleteQuietly(reserve);
    }
  }

  /** What is declared, by id. What is done to it here is on the disk. */
  Map<String, StoredVif> vifs() {
    return vifs;
  }

  /**
   * One sentence for each part that could not be read, now or earlier, until somebody has removed
   * the copy. Any thread may ask.
   */
  List<String> unreadable() {
    return unreadable.stream()
        .filter(part -> Files.exists(part.until()))
        .map(Unreadable::sentence)
        .toList();
  }

  /**
   * Adds changes to the end. They outlive the process, and not yet a loss of power.
   *
   * @param isUrgent whether the reserve may be used for them
   * @throws IOException if they are not added
   */
  void append(byte[] changes, boolean isUrgent) throws IOException {
    try {
      add(changes);
    } catch (IOException refused) {
      if (!isUrgent || !Files.exists(reserve)) {
        throw refused;
      }
      disk.delete(reserve);
      add(changes);
    }
  }

  private void add(byte[] changes) throws IOException {
    if (isBroken) {
      throw new IOException(file + ": what it ends with could not be cut off");
    }
    try {
      disk.append(file, changes);
      size += changes.length;
    } catch (IOException refused) {
      cutOff();
      throw refused;
    }
  }

  private void cutOff() {
    try {
      disk.truncate(file, size);
    } catch (IOException refused) {
      isBroken = true;
    }
  }

  /**
   * Puts what was added on the disk.
   *
   * @throws IOException if nobody knows whether it is there
   */
  void sync() throws IOException {
    disk.sync(file);
  }

  /**
   * Has the disk say again what {@link #vifs} says, after a failure.
   *
   * @return false if it does not, so that what was added last may be there or not
   */
  boolean goBack() {
    try {
      writeAnew();
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  /** Leaves the folder to another agent. */
  @Override
  public void close() throws IOException {
    try (disk) {
      lock.close();
    }
  }

  /** What could not be read, to be said while that file is there. */
  private record Unreadable(String sentence, Path until) {}
}
