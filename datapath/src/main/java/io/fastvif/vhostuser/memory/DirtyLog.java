package io.fastvif.vhostuser.memory;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Memory;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The dirty-page log of a live migration: one bit per 4 KiB page written since the frontend last
 * read the log, starting at guest address 0, least significant bit first. The frontend clears bits
 * concurrently, so they are set atomically. Any thread that is a user of the mapping may mark
 * pages.
 *
 * <p>Mark a page after writing it: a frontend that saw the bit first could copy the page too early.
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
   * @throws InvalidMemoryException if the file is unsuitable
   */
  public static DirtyLog map(int fd, long offset, long size, Backing backing) {
    return new DirtyLog(SharedMapping.map(fd, offset, size, backing, "dirty log"));
  }

  /** Writes what it takes to map the same log in another process, its file included. */
  public void save(HandOverWriter writer) {
    writer.number(mapping.offset()).number(mapping.size()).descriptor(mapping.descriptor());
  }

  /**
   * Maps what another process had mapped.
   *
   * @throws InvalidMemoryException as {@link #map}
   */
  public static DirtyLog restore(HandOverReader reader, Backing backing) {
    long offset = reader.longNumber();
    long size = reader.longNumber();
    try (FileDescriptor file = reader.takeDescriptor()) {
      if (file == null) {
        throw new HandOverException("a dirty log without its file");
      }
      return map(file.value(), offset, size, backing);
    }
  }

  /**
   * Marks the pages of a range as written. Ignores pages beyond the log's end: it is the frontend's
   * task to make the log cover the memory.
   *
   * @param guestAddress the first byte's, unsigned; of a used ring, what SET_VRING_ADDR gave as its
   *     log address
   * @param length bytes; 0 marks nothing
   */
  public void mark(long guestAddress, long length) {
    if (length <= 0) {
      return;
    }
    // A bit that is set may be cleared, and the page copied, before what was written is seen: the
    // load of the bit must not overtake the writes, which on every processor takes a full fence.
    VarHandle.fullFence();
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
   * Returns the mapping of the log, for {@link SharedMapping#isIntact} and reference counting.
   *
   * @return the log's part of the file
   */
  public SharedMapping mapping() {
    return mapping;
  }
}
