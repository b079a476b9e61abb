package io.fastvif.agent.keeper;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * What the store does with files, each step by itself. A test's fails, or stops, at one of them.
 */
interface StoreDisk extends Closeable {

  /** Adds to the end of a file. What fails may have added a part. */
  void append(Path file, byte[] bytes) throws IOException;

  /** Cuts a file off: ftruncate(2). */
  void truncate(Path file, long size) throws IOException;

  /** Puts what a file holds on the disk: fdatasync(2). */
  void sync(Path file) throws IOException;

  /** Writes a file anew, which only its owner may read. */
  void write(Path file, byte[] bytes) throws IOException;

  /** Renames a file, over another one if there is one: rename(2). */
  void rename(Path from, Path to) throws IOException;

  /** Removes a file; nothing if there is none. */
  void delete(Path file) throws IOException;

  /** Puts the names in a folder on the disk. */
  void syncFolder(Path folder) throws IOException;

  /** The disk itself, for one thread at a time. */
  static StoreDisk real() {
    return new Real();
  }

  /** By java.nio. The file that is added to stays open. */
  final class Real implements StoreDisk {
    private static final Set<StandardOpenOption> ANEW =
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    private static final Set<StandardOpenOption> AT_THE_END =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private Path openFile;
    private FileChannel open;

    private Real() {}

    private interface Work {
      void run() throws IOException;
    }

    /** What a channel throws does not name the file. */
    private static void naming(Path file, Work work) throws IOException {
      try {
        work.run();
      } catch (FileSystemException named) {
        throw named;
      } catch (IOException failed) {
        throw new IOException(file + ": " + failed.getMessage(), failed);
      }
    }

    private static void write(FileChannel channel, byte[] bytes) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    private FileChannel channel(Path file) throws IOException {
      if (!file.equals(openFile)) {
        close();
        open = FileChannel.open(file, AT_THE_END, OWNERS);
        openFile = file;
      }
      return open;
    }

    @Override
    public void append(Path file, byte[] bytes) throws IOException {
      naming(file, () -> write(channel(file), bytes));
    }

    @Override
    public void truncate(Path file, long size) throws IOException {
      naming(file, () -> channel(file).truncate(size));
    }

    @Override
    public void sync(Path file) throws IOException {
      if (file.equals(openFile)) {
        naming(file, () -> open.force(false));
        return;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        naming(file, () -> channel.force(false));
      }
    }

    @Override
    public void write(Path file, byte[] bytes) throws IOException {
      try (FileChannel channel = FileChannel.open(file, ANEW, OWNERS)) {
        naming(file, () -> write(channel, bytes));
      }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      if (to.equals(openFile)) {
        close();
      }
    }

    @Override
    public void delete(Path file) throws IOException {
      Files.deleteIfExists(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        naming(folder, () -> names.force(true));
      }
    }

    @Override
    public void close() throws IOException {
      openFile = null;
      if (open != null) {
        open.close();
      }
    }
  }
}
