package io.fastvif.forward;

import io.fastvif.bindings.FileIo;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An array of iovec for readv and writev (bits/types/struct_iovec.h), filled piece by piece. */
final class VectorIo {
  private static final int ENTRY = 16;

  /** What the kernel takes: UIO_MAXIOV of linux/uio.h. */
  private static final int MAX_ENTRIES = 1024;

  private final MemorySegment vector = Arena.ofAuto().allocate((long) MAX_ENTRIES * ENTRY, ENTRY);
  private final long address = vector.address();
  private int count;

  void clear() {
    count = 0;
  }

  /** How many more entries there may be. */
  int roomLeft() {
    return MAX_ENTRIES - count;
  }

  /** Adds a piece of memory; the caller makes sure that it fits. */
  void add(long at, long length) {
    long entry = address + (long) count * ENTRY;
    RawMemory.putLong(entry, at);
    RawMemory.putLong(entry + 8, length);
    count++;
  }

  /** Adds the bytes {@code [from, to)} of a buffer; false if that takes more entries than fit. */
  boolean add(BufferBurst buffers, int buffer, long from, long to) {
    long begin = 0;
    for (int s = buffers.firstSegment(buffer); s < buffers.endSegment(buffer) && begin < to; s++) {
      long end = begin + buffers.length(s);
      long first = Math.max(from, begin);
      long last = Math.min(to, end);
      if (first < last) {
        if (count == MAX_ENTRIES) {
          return false;
        }
        add(buffers.address(s) + (first - begin), last - first);
      }
      begin = end;
    }
    return true;
  }

  long read(int descriptor) {
    return FileIo.readv(descriptor, vector, count);
  }

  long write(int descriptor) {
    return FileIo.writev(descriptor, vector, count);
  }
}
