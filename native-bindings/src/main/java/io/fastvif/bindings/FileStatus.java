package io.fastvif.bindings;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemorySegment;

/** Reads a {@code struct stat} ({@code sys/stat.h}), which {@link FileIo#fstat} fills. */
public final class FileStatus {
  private static final GroupLayout LAYOUT =
      Architecture.IS_AARCH64
          ? io.fastvif.bindings.linux.aarch64.stat.layout()
          : io.fastvif.bindings.linux.x86_64.stat.layout();

  static final long DEVICE = offset("st_dev");
  static final long INODE = offset("st_ino");
  static final long MODE = offset("st_mode");
  static final long OWNER = offset("st_uid");
  static final long GROUP = offset("st_gid");
  static final long SIZE = offset("st_size");

  private FileStatus() {}

  private static long offset(String field) {
    return LAYOUT.byteOffset(groupElement(field));
  }

  /** The structure's layout, to allocate one. */
  public static GroupLayout layout() {
    return LAYOUT;
  }

  /** The file system's device number: {@code st_dev}. */
  public static long device(MemorySegment status) {
    return status.get(JAVA_LONG, DEVICE);
  }

  /** The file's number within its file system: {@code st_ino}. */
  public static long inode(MemorySegment status) {
    return status.get(JAVA_LONG, INODE);
  }

  /** The file's type and permissions, {@code S_} constants: {@code st_mode}. */
  public static int mode(MemorySegment status) {
    return status.get(JAVA_INT, MODE);
  }

  /** The owner's user id: {@code st_uid}. */
  public static int owner(MemorySegment status) {
    return status.get(JAVA_INT, OWNER);
  }

  /** The group's id: {@code st_gid}. */
  public static int group(MemorySegment status) {
    return status.get(JAVA_INT, GROUP);
  }

  /** The file's bytes: {@code st_size}. */
  public static long size(MemorySegment status) {
    return status.get(JAVA_LONG, SIZE);
  }

  /**
   * The bytes that input and output are best done in: {@code st_blksize}; a huge page's on
   * hugetlbfs.
   */
  public static long blockSize(MemorySegment status) {
    return Architecture.IS_AARCH64
        ? io.fastvif.bindings.linux.aarch64.stat.st_blksize(status)
        : io.fastvif.bindings.linux.x86_64.stat.st_blksize(status);
  }
}
