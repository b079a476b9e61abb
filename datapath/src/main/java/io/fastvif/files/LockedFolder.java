package io.fastvif.files;

import io.fastvif.bindings.HeldException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A folder of small text files that processes share: its lock lets one thread of one process at a
 * time change them. What was written is on the disk when {@link #write} returns, and a file is
 * never seen half written.
 *
 * @param folder made when first written to
 */
public record LockedFolder(Path folder) {
  private static final String LOCK = "lock";
  private static final String INCOMPLETE = "incomplete";

  private static final long PATIENCE_NANOS = 10_000_000_000L;
  private static final long PAUSE_NANOS = 1_000_000L;

  /** A file lock excludes other processes; these exclude other threads, one for each folder. */
  private static final Map<Path, Object> THREADS = new ConcurrentHashMap<>();

  /**
   * What runs under the lock.
   *
   * @param <T> its result
   * @param <X> what it throws besides
   */
  public interface Work<T, X extends Exception> {
    /** Runs. */
    T run() throws IOException, X;
  }

  /**
   * Runs something under the lock; waits for it up to 10 s. Makes the folder if it is missing.
   *
   * @throws HeldException if another process has the lock for that time
   */
  public <T, X extends Exception> T locked(Work<T, X> work) throws IOException, X {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        return lockedNow(work);
      } catch (HeldException held) {
        if (System.nanoTime() - deadline >= 0) {
          throw held;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /**
   * As {@link #locked}, without waiting for another process.
   *
   * @throws HeldException if one has the lock
   */
  public <T, X extends Exception> T lockedNow(Work<T, X> work) throws IOException, X {
    Files.createDirectories(folder);
    Path lock = folder.resolve(LOCK);
    synchronized (THREADS.computeIfAbsent(folder.toRealPath(), real -> new Object())) {
      try (FileChannel file =
          FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (file.tryLock() == null) {
          throw new HeldException("another process has locked " + lock);
        }
        return work.run();
      }
    }
  }

  /**
   * The names of the files that match; another thread may remove some meanwhile.
   *
   * @param glob see {@link java.nio.file.FileSystem#getPathMatcher}
   */
  public List<String> names(String glob) throws IOException {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
        files.forEach(file -> names.add(file.getFileName().toString()));
      } catch (DirectoryIteratorException failed) {
        throw failed.getCause();
      }
    }
    return names;
  }

  /** The text of a file, if there is one. */
  public Optional<String> read(String name) throws IOException {
    try {
      return Optional.of(Files.readString(file(name), StandardCharsets.UTF_8));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  /** Writes a file, under the lock. */
  public void write(String name, String text) throws IOException {
    Path incomplete = folder.resolve(INCOMPLETE);
    try (FileChannel file =
        FileChannel.open(
            incomplete,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    } catch (FileSystemException named) {
      throw named;
    } catch (IOException failed) {
      Files.deleteIfExists(incomplete);
      throw new IOException(file(name) + ": " + failed.getMessage(), failed);
    }
    // Under its name only when it is complete.
    Files.move(incomplete, file(name), StandardCopyOption.ATOMIC_MOVE);
    flushFolder();
  }

  /** Deletes a file, under the lock; false if there was none. */
  public boolean delete(String name) throws IOException {
    boolean deleted = Files.deleteIfExists(file(name));
    flushFolder();
    return deleted;
  }

  /** A name that was added or removed is on the disk only when the folder is. */
  private void flushFolder() throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private Path file(String name) {
    return folder.resolve(name);
  }
}
