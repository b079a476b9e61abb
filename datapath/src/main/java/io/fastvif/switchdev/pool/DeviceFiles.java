package io.fastvif.switchdev.pool;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A folder with a file of text for each device, named by its address. A lock on another file of the
 * folder lets one thread of one process at a time change that. What was written is on the disk when
 * {@link #write} returns, and a file never has half of its text.
 *
 * @param folder made when first written to
 */
public record DeviceFiles(Path folder) {
  private static final String DEVICES = "*:*:*.?";
  private static final String LOCK = "lock";
  private static final String INCOMPLETE = "incomplete";

  /** A lock on a file is the process's; this is its threads'. */
  private static final Object THREADS = new Object();

  /**
   * What is done under the lock.
   *
   * @param <T> what it gives
   * @param <X> what it throws besides
   */
  public interface Work<T, X extends Exception> {
    /** Does it. */
    T run() throws IOException, X;
  }

  /** Does some work that nobody else's may come between. Makes the folder if it is missing. */
  public <T, X extends Exception> T locked(Work<T, X> work) throws IOException, X {
    Files.createDirectories(folder);
    synchronized (THREADS) {
      try (FileChannel file =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.lock();
        return work.run();
      }
    }
  }

  /**
   * The texts of all devices; one that another thread removes meanwhile may be there, empty.
   *
   * @throws IOException also if a file is named like a device and is none
   */
  public Map<PciAddress, String> all() throws IOException {
    Map<PciAddress, String> texts = new LinkedHashMap<>();
    if (!Files.isDirectory(folder)) {
      return texts;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, DEVICES)) {
      for (Path file : files) {
        PciAddress device = PciAddress.parse(file.getFileName().toString());
        texts.put(device, read(device).orElse(""));
      }
    } catch (InvalidInputException foreign) {
      throw new IOException(foreign.getMessage(), foreign);
    }
    return texts;
  }

  /** The text of a device, if it has one. */
  public Optional<String> read(PciAddress device) throws IOException {
    try {
      return Optional.of(Files.readString(file(device), StandardCharsets.UTF_8));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  /** Gives a device a text, under the lock. */
  public void write(PciAddress device, String text) throws IOException {
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
      throw new IOException(file(device) + ": " + failed.getMessage(), failed);
    }
    // Under its name only when it is complete.
    Files.move(incomplete, file(device), StandardCopyOption.ATOMIC_MOVE);
    flushFolder();
  }

  /** Takes a device's text away, under the lock; false if it had none. */
  public boolean delete(PciAddress device) throws IOException {
    boolean deleted = Files.deleteIfExists(file(device));
    flushFolder();
    return deleted;
  }

  /** A new name, or a name gone, is on the disk with the folder only. */
  private void flushFolder() throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private Path file(PciAddress device) {
    return folder.resolve(device.toString());
  }
}
