package io.fastvif.capture;

import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;

/** Where one thread at a time offers frames to a capture, which has one input for each. */
public final class CaptureInput {
  private static final int MAX_FRAME = 65_535 + 14 + 8;

  private final FrameCapture capture;
  private final CaptureOptions options;
  private final CaptureRing ring;
  private final long head;

  // Of the offering thread, which alone writes; the reader reads the numbers too.
  private final AtomicLong seen = new AtomicLong();
  private final AtomicLong passed = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private int lostSince;
  private int claimed;

  /**
   * Makes an input without frames.
   *
   * @param arena has its memory
   * @param ringBytes for frames that wait for the reader, a power of two
   */
  CaptureInput(FrameCapture capture, CaptureOptions options, Arena arena, int ringBytes) {
    this.capture = capture;
    this.options = options;
    ring = new CaptureRing(arena, ringBytes);
    head = arena.allocate(FrameFilter.MAX_BYTES, 64).address();
  }

  /** The time, in nanoseconds since 1970; the offering thread reads it once for each burst. */
  public long now() {
    return capture.now();
  }

  /**
   * Whether frames of that many bytes are to be shown to the filter: then {@link #headBytes} of
   * them are to be copied to {@link #head}.
   */
  public boolean hasFilter() {
    return options.filter() != null;
  }

  /** How many bytes of a frame the filter looks at. */
  public static int headBytes(int length) {
    return Math.min(length, FrameFilter.MAX_BYTES);
  }

  /** Where they are copied to. */
  public long head() {
    return head;
  }

  /**
   * Claims a place for a frame, whose first bytes are at {@link #head} if there is a filter.
   *
   * @param length bytes of the frame
   * @param available how many of them are there, and can be copied
   * @param nanos when it passed, of {@link #now}
   * @param outbound whether it goes to the interface's guest
   * @param reason why it was dropped, as a number from 0; -1 if it was delivered
   * @param queue the number of the queue pair
   * @return where to copy {@link #claimed} bytes of it, before {@link #commit}; 0 if it is not
   *     captured
   */
  public long claim(
      int length, int available, long nanos, boolean outbound, int reason, int queue) {
    add(seen);
    FrameFilter filter = options.filter();
    if (filter != null && !filter.passes(head, headBytes(available))) {
      return 0;
    }
    add(passed);
    int captured = Math.min(Math.min(available, options.snapLength()), MAX_FRAME);
    long record = ring.claim(captured);
    if (record == 0) {
      add(lost);
      lostSince++;
      return 0;
    }
    RawMemory.putLong(record + CaptureRing.NANOS, nanos);
    RawMemory.putInt(record + CaptureRing.ORIGINAL, length);
    RawMemory.putInt(record + CaptureRing.LOST, lostSince);
    RawMemory.putByte(record + CaptureRing.DIRECTION, outbound ? 1 : 0);
    RawMemory.putByte(record + CaptureRing.REASON, reason + 1);
    RawMemory.putShort(record + CaptureRing.QUEUE, queue);
    lostSince = 0;
    claimed = captured;
    return record + CaptureRing.HEADER;
  }

  private static void add(AtomicLong counter) {
    counter.lazySet(counter.getPlain() + 1);
  }

  /** How many bytes are to be copied of the frame whose place was claimed last. */
  public int claimed() {
    return claimed;
  }

  /** Hands the frame over whose place was claimed last. */
  public void commit() {
    ring.commit(claimed);
  }

  // Of the reader's thread.

  CaptureRing ring() {
    return ring;
  }

  long seen() {
    return seen.get();
  }

  long passed() {
    return passed.get();
  }

  long lost() {
    return lost.get();
  }
}
