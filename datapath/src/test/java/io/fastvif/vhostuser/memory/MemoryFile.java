package io.fastvif.vhostuser.memory;

import static io.fastvif.bindings.linux.linux_h.*;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** A memfd, as a frontend makes one for its guest's memory. */
public final class MemoryFile implements AutoCloseable {
  private final FileDescriptor file;
  private final String name;

  private MemoryFile(FileDescriptor file, String name) {
    this.file = file;
    this.name = name;
  }

  /** A memfd that cannot be sealed, as DPDK's. */
  public static MemoryFile unsealable(String name, long size) {
    return create(name, size, 0);
  }

  /** A memfd that can be sealed, but is not yet. */
  public static MemoryFile sealable(String name, long size) {
    return create(name, size, MFD_ALLOW_SEALING);
  }

  /** A memfd sealed as QEMU seals it. */
  public static MemoryFile sealed(String name, long size) {
    MemoryFile file = sealable(name, size);
    SystemCallException.check(
        FileIo.fcntl(file.fd(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), "fcntl");
    return file;
  }

  /** A memfd of the given flags. */
  static MemoryFile create(String name, long size, int flags) {
    MemoryFile file =
        new MemoryFile(
            FileDescriptor.check(Memory.memfdCreate(name, flags | MFD_CLOEXEC), "memfd_create"),
            name);
    SystemCallException.check(file.truncate(size), "ftruncate", name, size);
    return file;
  }

  /** Its descriptor. */
  public int fd() {
    return file.value();
  }

  /** Sets its length; returns 0 or the negated errno. */
  public int truncate(long size) {
    return FileIo.ftruncate(file.value(), size);
  }

  /** Reads a number at an offset of the file. */
  long read(long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(JAVA_LONG);
      SystemCallException.check(FileIo.pread(fd(), buffer, Long.BYTES, offset), "pread");
      return buffer.get(JAVA_LONG, 0);
    }
  }

  /** How many mappings of this process are of a memfd of this name. */
  long mappings() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("/memfd:" + name + " ")).count();
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
