package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A burst of Ethernet frames, without preamble and frame check sequence: a guest's, or a {@link
 * FrameHandler}'s own. One thread at a time uses it; only {@link #allocate} allocates.
 */
public final class FrameBurst {
  private static final int ALIGNMENT = 64;

  private final Arena arena;
  private final MemorySegment memory;
  private final long stride;
  private BufferBurst buffers;
  private int count;
  private long features;
  private int header = VirtioNetHeader.SHORT;

  private FrameBurst(int capacity, int maxLength) {
    // Space for a header before each, so that the frame itself begins at a cache line.
    stride = (maxLength + ALIGNMENT - 1L & -ALIGNMENT) + ALIGNMENT;
    arena = Arena.ofAuto();
    memory = capacity == 0 ? MemorySegment.NULL : arena.allocate(stride * capacity, ALIGNMENT);
    buffers = capacity == 0 ? null : new BufferBurst(capacity);
  }

  /**
   * Makes an empty burst with memory of its own.
   *
   * @param capacity the most frames, 1 to 64
   * @param maxLength bytes of the longest frame, 14 to 65,549
   */
  public static FrameBurst allocate(int capacity, int maxLength) {
    if (capacity < 1 || capacity > Flow.BURST) {
      throw new IllegalArgumentException(
          "capacity " + capacity + ": expected 1 to " + Flow.BURST + " frames");
    }
    if (maxLength < VirtioNetHeader.ETHERNET || maxLength > FrameScratch.MAX_FRAME) {
      throw new IllegalArgumentException(
          "maxLength "
              + maxLength
              + ": expected "
              + VirtioNetHeader.ETHERNET
              + " to "
              + FrameScratch.MAX_FRAME
              + " bytes");
    }
    return new FrameBurst(capacity, maxLength);
  }

  /** A view of a guest's bursts. */
  static FrameBurst view() {
    return new FrameBurst(0, 0);
  }

  /** Looks at frames of a guest. */
  void look(BufferBurst frames, int n, long sendersFeatures) {
    buffers = frames;
    count = n;
    features = sendersFeatures;
    header = VirtioNetHeader.length(sendersFeatures);
  }

  BufferBurst buffers() {
    return buffers;
  }

  long features() {
    return features;
  }

  /** How many frames there are. */
  public int count() {
    return count;
  }

  /**
   * A frame's length.
   *
   * @return bytes; below 14 if a guest has sent what is no Ethernet frame
   */
  public int length(int frame) {
    Objects.checkIndex(frame, count);
    return (int) Math.max(0, buffers.total(frame) - header);
  }

  /**
   * A byte of a frame.
   *
   * @param offset from the destination's MAC address on
   * @return 0 to 255
   */
  public int byteAt(int frame, int offset) {
    Objects.checkIndex(offset, length(frame));
    int left = header + offset;
    int segment = buffers.firstSegment(frame);
    while (left >= buffers.length(segment)) {
      left -= buffers.length(segment++);
    }
    return RawMemory.getByte(buffers.address(segment) + left);
  }

  /**
   * Copies a part of a frame.
   *
   * @param offset where the part begins in the frame
   * @param to takes it; native memory
   * @param at where in it
   * @param length bytes
   */
  public void copyTo(int frame, int offset, MemorySegment to, long at, int length) {
    Objects.checkFromIndexSize(offset, length, length(frame));
    Objects.checkFromIndexSize(at, length, to.byteSize());
    if (!to.isNative()) {
      throw new IllegalArgumentException("expected native memory: " + to);
    }
    int begin = header + offset;
    int segment = buffers.firstSegment(frame);
    if (length <= buffers.length(segment) - begin) {
      RawMemory.copy(buffers.address(segment) + begin, to.address() + at, length);
    } else {
      copyPieces(segment, begin, to.address() + at, length);
    }
  }

  private void copyPieces(int firstSegment, int skip, long to, int length) {
    int left = skip;
    int done = 0;
    for (int s = firstSegment; done < length; s++) {
      int part = Math.min(length - done, buffers.length(s) - left);
      if (part > 0) {
        RawMemory.copy(buffers.address(s) + left, to + done, part);
        done += part;
      }
      left = Math.max(0, left - buffers.length(s));
    }
  }

  /**
   * Adds a frame to a burst with memory of its own.
   *
   * @param from has the frame
   * @param at where it begins there
   * @param length its bytes, 14 to the burst's longest
   * @return false if the burst is full
   */
  public boolean add(MemorySegment from, long at, int length) {
    if (memory.byteSize() == 0) {
      throw new IllegalStateException("a guest's frames are looked at only");
    }
    if (length < VirtioNetHeader.ETHERNET || length > stride - ALIGNMENT) {
      throw new IllegalArgumentException(
          "length " + length + ": expected 14 to " + (stride - ALIGNMENT) + " bytes");
    }
    if (count == buffers.capacity()) {
      return false;
    }
    long begin = stride * count + ALIGNMENT;
    MemorySegment.copy(from, at, memory, begin, length);
    buffers.add(
        count, memory.address() + begin - VirtioNetHeader.SHORT, 0, length + VirtioNetHeader.SHORT);
    count++;
    return true;
  }

  /** Removes all frames from a burst with memory of its own. */
  public void clear() {
    if (memory.byteSize() > 0) {
      buffers.clear();
    }
    count = 0;
  }
}
