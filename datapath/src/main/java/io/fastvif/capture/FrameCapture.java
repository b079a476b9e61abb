package io.fastvif.capture;

import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A capture of one interface for one reader. One thread offers frames, another one takes blocks of
 * pcapng; neither waits for the other. Whoever has it offered frames has that ended before {@link
 * #close}.
 */
public final class FrameCapture implements AutoCloseable {
  /** The media type of pcapng, as Wireshark's desktop entry has it; none is registered. */
  public static final String CONTENT_TYPE = "application/x-pcapng";

  /** Bytes of frames that wait for the reader: a hundred thousand short frames. */
  private static final int RING = 8 << 20;

  private static final int MAX_FRAME = 65_535 + 14 + 8;
  private static final long STATISTICS_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final CaptureOptions options;
  private final Arena arena = Arena.ofShared();
  private final CaptureRing ring = new CaptureRing(arena, RING);
  private final long head = arena.allocate(FrameFilter.MAX_BYTES, 64).address();
  private final String[] reasons;

  /** What to add to the clock that only counts, to get the time since 1970. */
  private final long epoch;

  private final PcapngWriter writer = new PcapngWriter();

  // Of the offering thread, which alone writes; the reader reads the numbers too.
  private final AtomicLong seen = new AtomicLong();
  private final AtomicLong passed = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private int lostSince;
  private int claimed;

  // Of the reader.
  private final long began;
  private long delivered;
  private long statisticsAt;
  private boolean isFinished;

  private volatile boolean ended;
  private volatile boolean closed;

  /**
   * Begins a capture.
   *
   * @param name of the interface, for the reader
   * @param description of the interface
   * @param reasons what is written of frames with a reason, by its number from 0
   */
  public FrameCapture(String name, String description, CaptureOptions options, String[] reasons) {
    this.options = options;
    this.reasons = reasons.clone();
    Instant now = Instant.now();
    epoch = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
    began = now();
    statisticsAt = System.nanoTime() + STATISTICS_NANOS;
    writer.section();
    writer.description(
        name,
        description,
        options.snapLength(),
        options.filter() == null ? "" : options.filter().toString());
  }

  /** The time, in nanoseconds since 1970; the offering thread reads it once for each burst. */
  public long now() {
    return epoch + System.nanoTime();
  }

  /** What is captured. */
  public CaptureOptions options() {
    return options;
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

  /** No frames will be offered any more; any thread. The reader gets those that are there. */
  public void end() {
    ended = true;
  }

  /** Whether that was said; any thread. */
  public boolean isEnded() {
    return ended;
  }

  /**
   * Takes blocks of pcapng; the reader's thread.
   *
   * @param max about how many bytes
   * @return nothing if there is nothing at present; null behind the last block
   */
  public byte[] take(int max) {
    if (isFinished || closed) {
      return null;
    }
    boolean last = ended; // before the ring is looked at: what was offered before is in it
    long record = 0;
    while (writer.size() < max && !isCountReached() && (record = ring.peek()) != 0) {
      write(record);
      ring.release(record);
    }
    if (isCountReached() || (last && record == 0 && writer.size() < max)) {
      statistics();
      isFinished = true;
    } else if (System.nanoTime() - statisticsAt >= 0) {
      statistics();
    }
    return writer.take();
  }

  private boolean isCountReached() {
    return options.count() > 0 && delivered == options.count();
  }

  private void write(long record) {
    int reason = RawMemory.getByte(record + CaptureRing.REASON);
    writer.packet(
        RawMemory.getLong(record + CaptureRing.NANOS),
        record + CaptureRing.HEADER,
        RawMemory.getInt(record + CaptureRing.CAPTURED),
        RawMemory.getInt(record + CaptureRing.ORIGINAL),
        RawMemory.getByte(record + CaptureRing.DIRECTION) != 0,
        RawMemory.getInt(record + CaptureRing.LOST),
        RawMemory.getShort(record + CaptureRing.QUEUE),
        reason == 0 ? "" : reasons[reason - 1]);
    delivered++;
  }

  private void statistics() {
    statisticsAt = System.nanoTime() + STATISTICS_NANOS;
    writer.statistics(began, now(), seen.get(), lost.get(), passed.get(), delivered);
  }

  /** Lets the memory go; nobody offers or takes any more. */
  @Override
  public void close() {
    closed = true;
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
