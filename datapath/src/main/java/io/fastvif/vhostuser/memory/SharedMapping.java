package io.fastvif.vhostuser.memory;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FaultGuard;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.FileStatus;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.trace.Log;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A part of a file shared by another process, mapped for reading and writing. It is
 * reference-counted: its creator is the first user, and the last {@link #release} unmaps it.
 *
 * <p><b>Shrunk files.</b> If the peer shrinks a file that is not sealed, an access to a page that
 * is gone would raise SIGBUS; on huge pages it also does so if the peer punched a hole and no huge
 * page is left. Such mappings are guarded ({@link FaultGuard}): the first such access replaces the
 * whole mapping by private zeros, and succeeds. The accessing thread notices nothing. {@link
 * #hasFaulted} is true from then on, and the session ends when whoever has accessed it asks.
 */
public final class SharedMapping {
  private static final int NOT_GUARDED = -1;
  private static final int UNMAP_ATTEMPTS = 3;
  private static final int PROTECTION = PROT_READ | PROT_WRITE;

  private final AtomicInteger users = new AtomicInteger(1);
  private final String name;
  private final long mapped;
  private final long mappedLength;
  private final long address;
  private final long size;
  private final long fileEnd;
  private final long device;
  private final long inode;
  private final boolean sealed;
  private final int guard;

  /** Kept to ask for its length, and to hand it over. */
  private final FileDescriptor file;

  private SharedMapping(Builder builder, FileDescriptor file) {
    name = builder.name;
    mapped = builder.mapped;
    mappedLength = builder.end - builder.begin;
    address = builder.mapped + (builder.offset - builder.begin);
    size = builder.size;
    fileEnd = builder.offset + builder.size;
    device = builder.device;
    inode = builder.inode;
    sealed = builder.sealed;
    guard = builder.guard;
    this.file = file;
  }

  /**
   * A cache line: what is aligned in the file, as rings and logs must be, is aligned in this
   * process too.
   */
  static final long ALIGNMENT = 64;

  /** Files with larger pages than these have huge ones. */
  private static final long PAGE = Memory.pageSize();

  /**
   * Maps a part of a file, widened to the file's pages, which may be huge ones.
   *
   * @param fd the file; the caller keeps it and may close it afterwards
   * @param offset where the part begins, a multiple of 64
   * @param size its bytes, more than 0
   * @param backing which files to take
   * @param name what it is, for messages
   * @return the mapping, with one user
   * @throws InvalidMemoryException if the file is no memory, not open for writing, too short, or
   *     can shrink and shall not
   * @throws SystemCallException if the kernel refuses for another reason, such as ENOMEM
   */
  public static SharedMapping map(int fd, long offset, long size, Backing backing, String name) {
    if (size <= 0 || offset < 0 || offset > Long.MAX_VALUE - size) {
      throw new InvalidMemoryException(
          String.format("%s: offset 0x%x with size 0x%x is in no file", name, offset, size));
    }
    if (offset % ALIGNMENT != 0) {
      throw new InvalidMemoryException(
          String.format("%s: offset 0x%x is no multiple of %d", name, offset, ALIGNMENT));
    }
    Builder builder = new Builder(name, offset, size);
    builder.seal(fd, backing);
    builder.measure(fd);
    FileDescriptor file =
        FileDescriptor.check(FileIo.fcntl(fd, F_DUPFD_CLOEXEC, 0), "fcntl", fd, "F_DUPFD");
    try {
      builder.map(fd);
      return new SharedMapping(builder, file);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** What is found out step by step, before there is a mapping. */
  private static final class Builder {
    final String name;
    final long offset;
    final long size;
    boolean sealed;
    long device;
    long inode;
    long blockSize;
    long begin;
    long end;
    long mapped;
    int guard = NOT_GUARDED;

    Builder(String name, long offset, long size) {
      this.name = name;
      this.offset = offset;
      this.size = size;
    }

    /** Before the size is read: a sealed file keeps it. */
    void seal(int fd, Backing backing) {
      int seals = FileIo.fcntl(fd, F_GET_SEALS, 0);
      if (seals < 0 && seals != -Errno.EINVAL) {
        throw new SystemCallException("fcntl", -seals, fd, "F_GET_SEALS");
      }
      if (seals < 0) {
        // The kernel knows seals of shmem and hugetlbfs only (mm/memfd.c).
        throw new InvalidMemoryException(
            name
                + ": the descriptor is no memory: neither memfd, tmpfs nor hugetlbfs (QEMU:"
                + " memory-backend-memfd; libvirt: <source type='memfd'/>)");
      }
      sealed =
          (seals & F_SEAL_SHRINK) != 0
              || ((seals & F_SEAL_SEAL) == 0 && FileIo.fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
      if (!sealed && backing == Backing.SEALED) {
        throw new InvalidMemoryException(
            name + ": the file may shrink: it is not sealed (F_SEAL_SHRINK), nor can it be");
      }
    }

    void measure(int fd) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment status = arena.allocate(FileStatus.layout());
        SystemCallException.check(FileIo.fstat(fd, status), "fstat", fd);
        long fileSize = FileStatus.size(status);
        if (fileSize < offset + size) {
          throw new InvalidMemoryException(
              String.format(
                  "%s: the file has 0x%x bytes, 0x%x are needed", name, fileSize, offset + size));
        }
        device = FileStatus.device(status);
        inode = FileStatus.inode(status);
        blockSize = Math.max(PAGE, FileStatus.blockSize(status));
      }
      begin = offset & -blockSize;
      end = (offset + size + blockSize - 1) & -blockSize;
    }

    void map(int fd) {
      mapped = Memory.mmap(0, end - begin, PROTECTION, MAP_SHARED, fd, begin);
      if (mapped == -Errno.EACCES || mapped == -Errno.EPERM) {
        throw new InvalidMemoryException(
            name
                + ": the descriptor is not open for writing: mmap gives "
                + Errno.describe((int) -mapped));
      }
      SystemCallException.check(mapped, "mmap", name, end - begin);
      if (!sealed || blockSize > PAGE) {
        guard = FaultGuard.protect(mapped, end - begin);
        if (guard < 0) {
          Memory.munmap(mapped, end - begin);
          throw new InvalidMemoryException(
              name + ": it cannot be guarded against shrinking: " + Errno.describe(-guard));
        }
      }
      // A core dump with all guests' memory would be as long as theirs, and theirs to keep.
      Memory.madvise(Memory.segment(mapped, end - begin), end - begin, MADV_DONTDUMP);
    }
  }

  /**
   * Where the part begins in this process.
   *
   * @return the address, never 0
   */
  public long address() {
    return address;
  }

  /**
   * How long the part is.
   *
   * @return bytes
   */
  public long size() {
    return size;
  }

  /** The file's descriptor, open as long as somebody uses the mapping. */
  public int descriptor() {
    return file.value();
  }

  /** Where the part begins in the file. */
  public long offset() {
    return fileEnd - size;
  }

  /** Whether the other one is of the same file. */
  boolean isOfFileOf(SharedMapping other) {
    return device == other.device && inode == other.inode;
  }

  /**
   * Whether the file cannot shrink.
   *
   * @return whether it is sealed
   */
  public boolean isSealed() {
    return sealed;
  }

  /**
   * Whether an access has failed; costs no system call. To be asked by a user of the mapping.
   *
   * @return whether zeros are in the file's place
   */
  public boolean hasFaulted() {
    return guard >= 0 && FaultGuard.hasFaulted(guard);
  }

  /**
   * Whether it still is the file's: no access has failed, and the file is as long as it was.
   *
   * @return false after the peer shrank the file; true if the mapping is gone already
   * @throws SystemCallException if the kernel does not say how long the file is
   */
  public boolean isIntact() {
    if (!tryRetain()) {
      return true;
    }
    try {
      return !hasFaulted() && !isShrunk();
    } finally {
      release();
    }
  }

  private boolean isShrunk() {
    if (sealed) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(FileStatus.layout());
      SystemCallException.check(FileIo.fstat(file.value(), status), "fstat", name);
      return FileStatus.size(status) < fileEnd;
    }
  }

  /**
   * Replaces the file by private zeros, for all threads at once: accesses still succeed, and the
   * peer does not see them any more.
   *
   * @throws SystemCallException if the kernel refuses
   */
  public void revoke() {
    if (!tryRetain()) {
      return;
    }
    try {
      SystemCallException.check(
          Memory.mmap(
              mapped,
              mappedLength,
              PROTECTION,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
              -1,
              0),
          "mmap",
          name,
          mappedLength,
          "MAP_FIXED");
    } finally {
      release();
    }
  }

  /**
   * Adds a user, unless the last one has released it already.
   *
   * @return false if the memory is unmapped already
   */
  public boolean tryRetain() {
    return UserCount.tryAdd(users);
  }

  /**
   * Removes a user; the last one unmaps the memory. If the kernel refuses to unmap it, that is
   * logged and nothing is thrown, so that a caller who releases several mappings releases them all.
   */
  public void release() {
    if (UserCount.remove(users)) {
      file.close();
      if (guard >= 0) {
        FaultGuard.release(guard);
      }
      unmap();
    }
  }

  private void unmap() {
    int result = Memory.munmap(mapped, mappedLength);
    for (int i = 1; result < 0 && i < UNMAP_ATTEMPTS; i++) {
      result = Memory.munmap(mapped, mappedLength);
    }
    if (result < 0) {
      Log.warning(SharedMapping.class, name + " stays mapped: munmap: " + Errno.describe(-result));
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
