package io.fastvif.vhostuser.memory;

import io.fastvif.bindings.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The log of a live migration: a bit for each page of 4 KiB that was written since the frontend
 * looked last, from guest address 0 on, the lowest bit of a byte first. The frontend takes bits
 * away at the same time, so they are set atomically. Any thread that is a user may mark.
 *
 * <p>To be marked after the page was written: a frontend that sees the bit before the write could
 * copy the page too early.
 *
 * @see <a href="https://qemu-project.gitlab.io/qemu/interop/vhost-user.html">Vhost-user protocol,
 *     "Migration"</a>
 */
public final class DirtyLog {
  /** VHOST_LOG_PAGE: 4 KiB, as a shift. */
  private static final int PAGE_SHIFT = 12;

  private static final int PAGES_PER_WORD_SHIFT = 5;
  private static final VarHandle WORD =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final SharedMapping mapping;
  private final MemorySegment words;
  private final long pages;

  private DirtyLog(SharedMapping mapping) {
    this.mapping = mapping;
    // A file's size is no multiple of a word, but its mapping's is one of a page.
    long length = (mapping.size() + Integer.BYTES - 1) & -Integer.BYTES;
    words = Memory.segment(mapping.address(), length);
    pages = mapping.size() * Byte.SIZE;
  }

  /**
   * Maps a log.
   *
   * @param fd its file; the caller keeps it and may close it afterwards
   * @param offset where it begins in the file
   * @param size its bytes
   * @param backing which files to take
   * @return the log, with one user
   * @throws InvalidMemoryException if the file will not do
   */
  public static DirtyLog map(int fd, long offset, long size, Backing backing) {
    return new DirtyLog(SharedMapping.map(fd, offset, size, backing, "dirty log"));
  }

  /**
   * Marks the pages of a range as written. Pages beyond the log's end are left out: the frontend
   * said that it covers the memory.
   *
   * @param guestAddress the first byte's, unsigned; of a used ring, what SET_VRING_ADDR gave as its
   *     log address
   * @param length bytes; 0 marks nothing
   */
  public void mark(long guestAddress, long length) {
    if (length <= 0) {
      return;
    }
    long page = guestAddress >>> PAGE_SHIFT;
    long last = Math.min((guestAddress + length - 1) >>> PAGE_SHIFT, pages - 1);
    while (page <= last) {
      long word = page >>> PAGES_PER_WORD_SHIFT;
      int bits = 0;
      for (; page <= last && page >>> PAGES_PER_WORD_SHIFT == word; page++) {
        bits |= 1 << page;
      }
      long offset = word * Integer.BYTES;
      if (((int) WORD.getOpaque(words, offset) & bits) != bits) {
        WORD.getAndBitwiseOr(words, offset, bits);
      }
    }
  }

  /**
   * Its mapping, for {@link SharedMapping#isIntact} and its users.
   *
   * @return the log's part of the file
   */
  public SharedMapping mapping() {
    return mapping;
  }
}
