package io.fastvif.forward;

import io.fastvif.bindings.Errno;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.xdp.XdpSocket;

/**
 * Frames into a queue of an AF_XDP port, each copied once, from the guest's buffers to where the
 * card reads it. What the guest has left to complete is completed there.
 */
final class XdpSink implements FrameSink {
  private final XdpPort port;
  private final XdpSocket socket;
  private final FrameScratch scratch;
  private boolean down;

  XdpSink(XdpPort port, XdpSocket socket, FrameScratch scratch) {
    this.port = port;
    this.socket = socket;
    this.scratch = scratch;
  }

  @Override
  public int accept(BufferBurst frames, int n, long features, FlowCounters counters) {
    if (down) {
      flush();
      if (down) {
        counters.dropped(DropReason.REFUSED, n);
        return n;
      }
    }
    int skip = VirtioNetHeader.length(features);
    boolean offloads = (features & NetFeatures.SENDER_OFFLOADS) != 0;
    int sent = 0;
    long bytes = 0;
    int i = 0;
    for (; i < n; i++) {
      long payload = frames.total(i) - skip;
      if (payload < VirtioNetHeader.ETHERNET) {
        counters.droppedFrame(DropReason.TOO_SHORT, i);
        continue;
      }
      if (payload > XdpSocket.maxSent()) {
        counters.droppedFrame(DropReason.TOO_LONG, i);
        continue;
      }
      long place = socket.claim();
      if (place == 0) {
        break;
      }
      FrameScratch.gather(frames, i, skip, place, (int) payload);
      if (offloads && !complete(frames, i, place, (int) payload, features, counters)) {
        continue;
      }
      socket.send((int) payload);
      sent++;
      bytes += payload;
    }
    if (socket.isUnflushed()) {
      flush();
    }
    if (sent > 0) {
      counters.moved(sent, bytes);
    }
    return i;
  }

  /** Completes a frame's checksum, if it is to be; false if it was dropped. */
  private boolean complete(
      BufferBurst frames, int i, long frame, int length, long features, FlowCounters counters) {
    long header = scratch.gatherHeader(frames, i);
    long first = RawMemory.getLong(header);
    int csumOffset = RawMemory.getShort(header + VirtioNetHeader.CSUM_OFFSET);
    if (!VirtioNetHeader.isSound(first, csumOffset, length, features)) {
      counters.droppedFrame(DropReason.BAD_HEADER, i);
      return false;
    }
    if (VirtioNetHeader.isSegmentable(first)) {
      counters.droppedFrame(DropReason.NOT_SEGMENTED, i);
      return false;
    }
    if (VirtioNetHeader.needsChecksum(first)) {
      Checksum.complete(frame, length, VirtioNetHeader.csumStart(first), csumOffset);
    }
    return true;
  }

  /** Whether frames wait that the kernel did not take. */
  boolean isUnflushed() {
    return socket.isUnflushed();
  }

  /** Has the kernel take what waits. */
  void flush() {
    int error = socket.flush();
    if (error == Errno.ENXIO) {
      port.deleted();
    } else if (down != (error != 0)) {
      port.problem(
          error == 0
              ? ""
              : "the link " + port.name() + " sends nothing: sendto: " + Errno.describe(error));
    }
    down = error != 0;
  }
}
