package io.fastvif.forward;

import io.fastvif.bindings.Errno;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import java.lang.foreign.Arena;

/**
 * Frames into a tap or a packet socket, each in one writev straight from the guest's buffers, with
 * a virtio-net header before it. The kernel copies the header before it looks at it, so the guest
 * may change its own at any time.
 */
final class DescriptorSink implements FrameSink {
  private static final int INTERRUPTIONS = 8;

  private final Port port;
  private final int descriptor;
  private final int headerLength;
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
   */
  DescriptorSink(Port port, int descriptor, int headerLength) {
    this.port = port;
    this.descriptor = descriptor;
    this.headerLength = headerLength;
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
      if (payload > FrameScratch.MAX_FRAME || !lay(frames, i, theirs, offloads)) {
        counters.droppedFrame(DropReason.TOO_LONG, i);
        continue;
      }
      long result = vector.write(descriptor);
      for (int k = 0; result == -Errno.EINTR && k < INTERRUPTIONS; k++) {
        result = vector.write(descriptor);
      }
      if (result == -Errno.EAGAIN || result == -Errno.ENOBUFS) {
        break;
      }
      if (result < 0) {
        // EINVAL is a header that the kernel finds wrong; EIO a device that is down.
        counters.droppedFrame(
            result == -Errno.EINVAL ? DropReason.BAD_HEADER : DropReason.REFUSED, i);
        if (result == -Errno.EBADFD || result == -Errno.ENXIO) {
          noteGone((int) -result);
        }
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

  /** EBADFD is a tap that was deleted, ENXIO a packet socket's link. */
  private void noteGone(int errno) {
    port.gone(port.name() + " was deleted: writev: " + Errno.describe(errno));
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
