package io.fastvif.vhostuser.memory;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;

/**
 * Memory in which a backend records the descriptors that it has fetched and not yet used. The
 * frontend keeps it, so that a restarted backend knows what was in flight. Each ring has a part of
 * its own.
 *
 * <pre>
 *  split:  0         8        10         12        14        16
 *         +---------+---------+----------+---------+---------+------------------
 *         | features| version | desc_num | last    | used_idx| 16 bytes for each
 *         |         |         |          | batch   |         | descriptor
 *         +---------+---------+----------+---------+---------+------------------
 *  packed: a header of 32 bytes, and 32 for each descriptor
 * </pre>
 *
 * @param mapping the memory
 * @param rings how many rings have a part
 * @param ringSize descriptors for which each part has room
 * @see <a href="https://qemu-project.gitlab.io/qemu/interop/vhost-user.html">Vhost-user protocol,
 *     "Inflight I/O tracking"</a>
 */
public record InflightArea(SharedMapping mapping, int rings, int ringSize) {
  private static final int ALIGNMENT = 64;
  private static final int SPLIT_UNIT = 16;
  private static final int PACKED_UNIT = 32;

  /** The most descriptors of a virtqueue (virtio 1.2, 2.7). */
  public static final int MAX_RING_SIZE = 32_768;

  /**
   * Returns the size of one ring's part: a header and an entry of the same size per descriptor,
   * rounded up to a cache line.
   *
   * @param ringSize descriptors, at most {@link #MAX_RING_SIZE}
   * @param packed whether the ring is packed; a part for a packed ring has room for a split one too
   * @return bytes
   */
  public static long partSize(int ringSize, boolean packed) {
    long unit = packed ? PACKED_UNIT : SPLIT_UNIT;
    return (unit * (ringSize + 1L) + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /**
   * Creates the file of an area: zeros, sealed at its size.
   *
   * @param size its bytes
   * @return its descriptor, the caller's to close
   * @throws SystemCallException if the kernel refuses
   */
  public static int createFile(long size) {
    FileDescriptor file =
        FileDescriptor.check(
            Memory.memfdCreate("vhost-inflight", MFD_CLOEXEC | MFD_ALLOW_SEALING),
            "memfd_create",
            "vhost-inflight");
    try {
      int fd = file.value();
      SystemCallException.check(FileIo.ftruncate(fd, size), "ftruncate", fd, size);
      SystemCallException.check(
          FileIo.fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
          "fcntl",
          fd,
          "F_ADD_SEALS");
      return file.release();
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Maps an area.
   *
   * @param fd its file; the caller keeps it and may close it afterwards
   * @param offset where it begins in the file
   * @param size its bytes
   * @param rings how many rings have a part
   * @param ringSize descriptors for which each part has room
   * @param packed whether the rings are packed
   * @param backing which files to take
   * @return the area, whose mapping has one user
   * @throws InvalidMemoryException if the file is unsuitable or too small
   */
  public static InflightArea map(
      int fd, long offset, long size, int rings, int ringSize, boolean packed, Backing backing) {
    if (rings <= 0
        || ringSize <= 0
        || ringSize > MAX_RING_SIZE
        || size / rings < partSize(ringSize, packed)) {
      throw new InvalidMemoryException(
          String.format("in-flight area of 0x%x bytes for %d rings of %d", size, rings, ringSize));
    }
    return new InflightArea(
        SharedMapping.map(fd, offset, size, backing, "in-flight area"), rings, ringSize);
  }

  /**
   * Whether it has room for rings of that layout: features may be chosen anew when it is there.
   *
   * @param packed whether the rings are packed
   * @return whether each part is as long as such a ring's
   */
  public boolean hasRoom(boolean packed) {
    return mapping.size() / rings >= partSize(ringSize, packed);
  }

  /** Writes what it takes to map the same area in another process, its file included. */
  public void save(HandOverWriter writer) {
    writer
        .number(mapping.offset())
        .number(mapping.size())
        .number(rings)
        .number(ringSize)
        .descriptor(mapping.descriptor());
  }

  /**
   * Maps what another process had mapped.
   *
   * @throws InvalidMemoryException as {@link #map}
   */
  public static InflightArea restore(HandOverReader reader, Backing backing) {
    long offset = reader.longNumber();
    long size = reader.longNumber();
    int rings = reader.number();
    int ringSize = reader.number();
    try (FileDescriptor file = reader.takeDescriptor()) {
      if (file == null) {
        throw new HandOverException("an in-flight area without its file");
      }
      return map(file.value(), offset, size, rings, ringSize, false, backing);
    }
  }

  /**
   * Where a ring's part begins.
   *
   * @param ring its index, below {@link #rings}
   * @param packed whether the rings are packed; it {@link #hasRoom} for them
   * @return the address in this process
   */
  public long address(int ring, boolean packed) {
    if (ring < 0 || ring >= rings) {
      throw new IndexOutOfBoundsException("ring " + ring + " of " + rings);
    }
    return mapping.address() + ring * partSize(ringSize, packed);
  }
}
