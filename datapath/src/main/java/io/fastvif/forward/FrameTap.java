package io.fastvif.forward;

import io.fastvif.capture.CaptureInput;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import java.util.Arrays;
import java.util.Locale;

/**
 * What captures of a flow see of it: each frame that was delivered or dropped, when that is known
 * and before its memory is given back. There is one only while somebody captures. Used by the
 * loop's thread.
 */
final class FrameTap {
  /** What stands in a capture of a frame with a reason, by the reason's slot. */
  static final String[] COMMENTS = comments();

  private static final byte DELIVERED = -1;

  private final Viewer[] viewers;
  private final int queue;

  /** Of the burst at present: why each frame was dropped. */
  private final byte[] reasons = new byte[Flow.BURST];

  private boolean hasDrops;

  /** A capture, and whether the flow's frames are outbound as seen from its interface. */
  private record Viewer(CaptureInput capture, boolean outbound) {}

  private FrameTap(Viewer[] viewers, int queue) {
    this.viewers = viewers;
    this.queue = queue;
    Arrays.fill(reasons, DELIVERED);
  }

  private static String[] comments() {
    String[] comments = new String[DropReason.count()];
    for (DropReason reason : DropReason.values()) {
      comments[reason.slot()] =
          "dropped: " + reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
    return comments;
  }

  /** A tap for one capture more; the one before may be null. */
  static FrameTap with(FrameTap before, CaptureInput capture, boolean outbound, int queue) {
    int others = before == null ? 0 : before.viewers.length;
    Viewer[] all = others == 0 ? new Viewer[1] : Arrays.copyOf(before.viewers, others + 1);
    all[others] = new Viewer(capture, outbound);
    return new FrameTap(all, queue);
  }

  /** A tap for one capture less; null if it was the last. */
  static FrameTap without(FrameTap before, CaptureInput capture) {
    if (before == null) {
      return null;
    }
    Viewer[] others =
        Arrays.stream(before.viewers)
            .filter(each -> each.capture != capture)
            .toArray(Viewer[]::new);
    return others.length == 0 ? null : new FrameTap(others, before.queue);
  }

  /** Notes why a frame of the burst was dropped. */
  void dropped(int frame, DropReason reason) {
    if (frame < reasons.length) {
      reasons[frame] = (byte) reason.slot();
      hasDrops = true;
    }
  }

  /** Notes why the first frames of the burst were dropped. */
  void droppedAll(DropReason reason, int frames) {
    Arrays.fill(reasons, 0, Math.min(frames, reasons.length), (byte) reason.slot());
    hasDrops = true;
  }

  /** Forgets what was dropped before a burst. */
  void begin() {
    if (hasDrops) {
      Arrays.fill(reasons, DELIVERED);
      hasDrops = false;
    }
  }

  /** Captures the first frames of a burst, which have been delivered or dropped. */
  void saw(BufferBurst burst, int frames, int skip) {
    for (Viewer viewer : viewers) {
      long nanos = viewer.capture.now();
      for (int i = 0; i < frames; i++) {
        int length = (int) Math.min(Integer.MAX_VALUE, burst.total(i) - skip);
        int bytes = Math.max(0, length);
        copy(viewer, burst, i, i + 1, skip, bytes, bytes, nanos, reasons[i]);
      }
    }
    begin();
  }

  /**
   * Captures a frame that lies in several buffers.
   *
   * @param first the first of these
   * @param end the one behind the last
   * @param length bytes of the frame
   * @param available how many of them are there
   * @param reason why it was dropped; null if it was not
   */
  void saw(
      BufferBurst buffers,
      int first,
      int end,
      int skip,
      int length,
      int available,
      DropReason reason) {
    int slot = reason == null ? DELIVERED : reason.slot();
    for (Viewer viewer : viewers) {
      long nanos = viewer.capture.now();
      copy(viewer, buffers, first, end, skip, length, available, nanos, slot);
    }
  }

  private void copy(
      Viewer viewer,
      BufferBurst from,
      int first,
      int end,
      int skip,
      int length,
      int available,
      long nanos,
      int reason) {
    CaptureInput capture = viewer.capture;
    int segment = from.firstSegment(first);
    int endSegment = from.firstSegment(end);
    if (capture.hasFilter()) {
      int bytes = CaptureInput.headBytes(available);
      FrameScratch.gather(from, segment, endSegment, skip, capture.head(), bytes);
    }
    long to = capture.claim(length, available, nanos, viewer.outbound, reason, queue);
    if (to != 0) {
      FrameScratch.gather(from, segment, endSegment, skip, to, capture.claimed());
      capture.commit();
    }
  }
}
