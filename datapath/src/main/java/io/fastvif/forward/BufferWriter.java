package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;

/** Writes bytes one after the other into buffers of a burst, across their segments. */
final class BufferWriter {
  private final BufferBurst buffers;
  private int segment;
  private int offset;

  BufferWriter(BufferBurst buffers) {
    this.buffers = buffers;
  }

  /** Begins at a buffer's first byte. The segments of the buffers behind it follow. */
  void begin(int buffer) {
    segment = buffers.firstSegment(buffer);
    offset = 0;
  }

  /** Skips bytes. */
  void skip(int bytes) {
    int left = bytes;
    while (left > 0) {
      int part = Math.min(left, buffers.length(segment) - offset);
      left -= part;
      offset += part;
      nextSegment();
    }
  }

  private void nextSegment() {
    if (offset == buffers.length(segment)) {
      segment++;
      offset = 0;
    }
  }

  /** Writes bytes, which must fit into the buffers that follow. */
  void pour(long from, int length) {
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, buffers.length(segment) - offset);
      RawMemory.copy(from + done, buffers.address(segment) + offset, part);
      done += part;
      offset += part;
      nextSegment();
    }
  }
}
