package io.fastvif.forward;

import io.fastvif.bindings.Errno;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;

/**
 * Frames into a tap or a packet socket, each in one writev straight from the guest's buffers, with
 * a virtio-net header before it. The kernel copies the header before it looks at it, so the guest
 * may change its own at any time.
 *
 * <p>What the header asks for is left to the kernel, or to who reads the device behind it, unless
 * the sink is to send whole frames: then it completes checksums and segments itself. It does so
 * with UDP that is to be segmented also where the kernel cannot.
 */
final class DescriptorSink implements FrameSink {
  private static final int INTERRUPTIONS = 8;

  private final Port port;
  private final int descriptor;
  private final int headerLength;
  private final boolean whole;

  /** Null if it is not needed. */
  private final FrameScratch scratch;

  private final VectorIo vector = new VectorIo();
  private final Arena arena = Arena.ofAuto();

  /** A header that asks for nothing. */
  private final long zeros = arena.allocate(VirtioNetHeader.LONG, 8).address();

  /**
   * Makes a sink.
   *
   * @param port says what is wrong with it
   * @param descriptor not owned, and not blocking
   * @param headerLength what the kernel expects: 10 or 12
   * @param whole whether frames are to be completed and segmented before they are written
   */
  DescriptorSink(Port port, int descriptor, int headerLength, boolean whole) {
    this.port = port;
    this.descriptor = descriptor;
    this.headerLength = headerLength;
    this.whole = whole;
    scratch = whole || !KernelOffloads.SEGMENTS_UDP ? new FrameScratch() : null;
  }

  @Override
  public int accept(BufferBurst frames, int n, long features, FlowCounters counters) {
    int theirs = VirtioNetHeader.length(features);
    boolean offloads = (features & NetFeatures.SENDER_OFFLOADS) != 0;
    int sent = 0;
    long bytes = 0;
    int i = 0;
    for (; i < n; i++) {
      long payload = frames.total(i) - theirs;
      if (payload < VirtioNetHeader.ETHERNET) {
        counters.droppedFrame(DropReason.TOO_SHORT, i);
        continue;
      }
      if (payload > FrameScratch.MAX_FRAME) {
        counters.droppedFrame(DropReason.TOO_LONG, i);
        continue;
      }
      long result =
          offloads && (whole || lacks(frames, i))
              ? finish(frames, i, theirs, features, counters)
              : send(frames, i, theirs, offloads);
      if (result == -Errno.EAGAIN || result == -Errno.ENOBUFS) {
        break;
      }
      if (result < 0) {
        drop((int) -result, i, counters);
        continue;
      }
      sent++;
      bytes += payload;
    }
    if (sent > 0) {
      counters.moved(sent, bytes);
    }
    return i;
  }

  private void drop(int errno, int frame, FlowCounters counters) {
    // EINVAL is a header that is wrong; EIO a device that is down.
    counters.droppedFrame(
        switch (errno) {
          case Errno.EINVAL -> DropReason.BAD_HEADER;
          case Errno.EMSGSIZE -> DropReason.TOO_LONG;
          default -> DropReason.REFUSED;
        },
        frame);
    if (errno == Errno.EBADFD || errno == Errno.ENXIO) {
      noteGone(errno);
    }
  }

  /** EBADFD is a tap that was deleted, ENXIO a packet socket's link. */
  private void noteGone(int errno) {
    port.gone(port.name() + " was deleted: writev: " + Errno.describe(errno));
  }

  /** Whether the kernel does not know how to segment it. */
  private boolean lacks(BufferBurst frames, int i) {
    return !KernelOffloads.SEGMENTS_UDP
        && VirtioNetHeader.isUdpSegmentable(RawMemory.getLong(scratch.gatherHeader(frames, i)));
  }

  /** Sends a frame with its header; 0, or a negated errno. */
  private long send(BufferBurst frames, int i, int theirs, boolean offloads) {
    return lay(frames, i, theirs, offloads) ? transmit() : -Errno.EMSGSIZE;
  }

  private long transmit() {
    long result = vector.write(descriptor);
    for (int k = 0; result == -Errno.EINTR && k < INTERRUPTIONS; k++) {
      result = vector.write(descriptor);
    }
    return result;
  }

  /** Sends a frame whole, or in segments; as {@link #send}. */
  private long finish(BufferBurst frames, int i, int theirs, long features, FlowCounters counters) {
    int length = (int) frames.total(i) - theirs;
    long header = scratch.gatherHeader(frames, i);
    long first = RawMemory.getLong(header);
    int csumOffset = RawMemory.getShort(header + VirtioNetHeader.CSUM_OFFSET);
    if (!VirtioNetHeader.isSound(first, csumOffset, length, features)) {
      return -Errno.EINVAL;
    }
    if (VirtioNetHeader.isSegmentable(first)) {
      return segment(frames, i, theirs, first, csumOffset, counters);
    }
    if (!VirtioNetHeader.needsChecksum(first)) {
      return send(frames, i, theirs, false);
    }
    long frame = scratch.gatherFrame(frames, i, theirs);
    Checksum.complete(frame, length, VirtioNetHeader.csumStart(first), csumOffset);
    return transmit(frame, length);
  }

  private long transmit(long frame, int length) {
    vector.clear();
    vector.add(zeros, headerLength);
    vector.add(frame, length);
    return transmit();
  }

  private long segment(
      BufferBurst frames, int i, int theirs, long first, int csumOffset, FlowCounters counters) {
    Segmenter segmenter = scratch.segmenter();
    int k = counters.segments;
    counters.segments = 0;
    if (!segmenter.begin(frames, i, theirs, first, csumOffset)) {
      return -Errno.EINVAL;
    }
    while (k < segmenter.count()) {
      int made = segmenter.cut(k, false);
      for (int s = 0; s < made; s++, k++) {
        long result = transmit(segmenter.address(s), segmenter.length(s));
        if (result < 0) {
          counters.segments = result == -Errno.EAGAIN || result == -Errno.ENOBUFS ? k : 0;
          return result;
        }
      }
    }
    return 0;
  }

  private boolean lay(BufferBurst frames, int i, int theirs, boolean offloads) {
    vector.clear();
    if (!offloads) {
      // What stands there means nothing, and need not be zero.
      vector.add(zeros, headerLength);
      return vector.add(frames, i, theirs, frames.total(i));
    }
    if (theirs == headerLength) {
      return vector.add(frames, i, 0, frames.total(i));
    }
    if (!vector.add(frames, i, 0, VirtioNetHeader.SHORT)) {
      return false;
    }
    if (headerLength == VirtioNetHeader.LONG) {
      vector.add(zeros, VirtioNetHeader.LONG - VirtioNetHeader.SHORT);
    }
    return vector.add(frames, i, theirs, frames.total(i));
  }
}
