package io.fastvif.forward;

import io.fastvif.bindings.Errno;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.xdp.XdpSocket;

/**
 * Frames into a queue of an AF_XDP port, each copied once, from the guest's buffers to where the
 * card reads it. What the guest has left to complete is completed there, and what it has left to
 * segment comes in segments.
 */
final class XdpSink implements FrameSink {
  private static final int SENT = 0;
  private static final int NO_ROOM = 1;
  private static final int TOO_LONG = 2;
  private static final int DROPPED = 3;

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
      if (payload > FrameScratch.MAX_FRAME) {
        counters.droppedFrame(DropReason.TOO_LONG, i);
        continue;
      }
      int outcome = offloads ? finish(frames, i, skip, features, counters) : place(frames, i, skip);
      if (outcome == NO_ROOM) {
        break;
      }
      if (outcome == SENT) {
        sent++;
        bytes += payload;
      } else if (outcome == TOO_LONG) {
        counters.droppedFrame(DropReason.TOO_LONG, i);
      }
    }
    if (socket.isUnflushed()) {
      flush();
    }
    if (sent > 0) {
      counters.moved(sent, bytes);
    }
    return i;
  }

  /** Puts a frame where the card reads it. */
  private int place(BufferBurst frames, int i, int skip) {
    int length = (int) frames.total(i) - skip;
    if (length > XdpSocket.maxSent()) {
      return TOO_LONG;
    }
    long place = socket.claim();
    if (place == 0) {
      return NO_ROOM;
    }
    FrameScratch.gather(frames, i, skip, place, length);
    socket.send(length);
    return SENT;
  }

  /** Puts a frame there, with its checksum complete, or in segments. */
  private int finish(BufferBurst frames, int i, int skip, long features, FlowCounters counters) {
    int length = (int) frames.total(i) - skip;
    long header = scratch.gatherHeader(frames, i);
    long first = RawMemory.getLong(header);
    int csumOffset = RawMemory.getShort(header + VirtioNetHeader.CSUM_OFFSET);
    if (!VirtioNetHeader.isSound(first, csumOffset, length, features)) {
      counters.droppedFrame(DropReason.BAD_HEADER, i);
      return DROPPED;
    }
    if (VirtioNetHeader.isSegmentable(first)) {
      return segment(frames, i, skip, first, csumOffset, counters);
    }
    if (length > XdpSocket.maxSent()) {
      return TOO_LONG;
    }
    long place = socket.claim();
    if (place == 0) {
      return NO_ROOM;
    }
    FrameScratch.gather(frames, i, skip, place, length);
    if (VirtioNetHeader.needsChecksum(first)) {
      Checksum.complete(place, length, VirtioNetHeader.csumStart(first), csumOffset);
    }
    socket.send(length);
    return SENT;
  }

  /** Puts a frame there in segments: all, or as many as there is room for. */
  private int segment(
      BufferBurst frames, int i, int skip, long first, int csumOffset, FlowCounters counters) {
    Segmenter segmenter = scratch.segmenter();
    int k = counters.segments;
    counters.segments = 0;
    if (!segmenter.begin(frames, i, skip, first, csumOffset)) {
      counters.droppedFrame(DropReason.BAD_HEADER, i);
      return DROPPED;
    }
    while (k < segmenter.count()) {
      int made = segmenter.cut(k, false);
      for (int s = 0; s < made; s++, k++) {
        int outcome = place(segmenter.segments(), s, VirtioNetHeader.SHORT);
        if (outcome == NO_ROOM) {
          counters.segments = k;
        }
        if (outcome != SENT) {
          return outcome;
        }
      }
    }
    return SENT;
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
          this,
          error == 0
              ? ""
              : "the link " + port.name() + " sends nothing: sendto: " + Errno.describe(error));
    }
    down = error != 0;
  }
}
