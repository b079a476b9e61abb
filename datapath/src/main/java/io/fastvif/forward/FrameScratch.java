package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;

/** Memory of a loop for what is put together on the way of one frame. */
final class FrameScratch {
  /** The longest frame: an IPv4 packet of 65,535 bytes, with its Ethernet header and VLAN tags. */
  static final int MAX_FRAME = 65535 + 14 + 8;

  private static final int HEADER = 16;
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofAuto();
  private final long headerIn = arena.allocate(HEADER, ALIGNMENT).address();
  private final long headerOut = arena.allocate(HEADER, ALIGNMENT).address();
  private final long frame = arena.allocate(MAX_FRAME + HEADER, ALIGNMENT).address();

  private Segmenter segmenter;

  /** For frames that their receiver takes merged. */
  final Merger merger = new Merger(this);

  /** For frames that their receiver does not take whole; most receivers get none. */
  Segmenter segmenter() {
    if (segmenter == null) {
      segmenter = new Segmenter();
    }
    return segmenter;
  }

  /** Copies the first ten bytes of a buffer; where they are. The buffer has them. */
  long gatherHeader(BufferBurst frames, int i) {
    gather(frames, i, 0, headerIn, VirtioNetHeader.SHORT);
    return headerIn;
  }

  /** Copies a frame of at most {@link #MAX_FRAME} bytes; where it is. */
  long gatherFrame(BufferBurst frames, int i, int skip) {
    gather(frames, i, skip, frame, (int) frames.total(i) - skip);
    return frame;
  }

  /** Copies a part of a frame, of which the first bytes are left out; to memory that holds it. */
  static void gather(BufferBurst frames, int i, int skip, long to, int length) {
    gather(frames, frames.firstSegment(i), frames.endSegment(i), skip, to, length);
  }

  /** The same of a frame that lies in these segments. */
  static void gather(BufferBurst frames, int first, int end, int skip, long to, int length) {
    int left = skip;
    int done = 0;
    for (int s = first; done < length && s < end; s++) {
      int from = Math.min(left, frames.length(s));
      int part = Math.min(frames.length(s) - from, length - done);
      RawMemory.copy(frames.address(s) + from, to + done, part);
      left -= from;
      done += part;
    }
  }

  /** Writes a header for a guest; where it is. */
  long header(long first, int csumOffset, int buffers) {
    RawMemory.putLong(headerOut, first);
    RawMemory.putShort(headerOut + VirtioNetHeader.CSUM_OFFSET, csumOffset);
    RawMemory.putShort(headerOut + VirtioNetHeader.NUM_BUFFERS, buffers);
    return headerOut;
  }
}
