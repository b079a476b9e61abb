package io.fastvif.capture;

import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * A capture of one interface for one reader. Threads offer frames, each by an {@link #input} of its
 * own, another one takes blocks of pcapng; none waits for another. Whoever has it offered frames
 * has that ended before {@link #close}.
 */
public final class FrameCapture implements AutoCloseable {
  /** The media type of pcapng, as Wireshark's desktop entry has it; none is registered. */
  public static final String CONTENT_TYPE = "application/x-pcapng";

  /** Bytes of frames that wait for the reader: a hundred thousand short frames. */
  private static final int RING = 8 << 20;

  /** Of those the least for an input. */
  private static final int MIN_RING = 1 << 20;

  private static final long STATISTICS_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final CaptureOptions options;
  private final Arena arena = Arena.ofShared();
  private final List<CaptureInput> inputs = new CopyOnWriteArrayList<>();
  private final String[] reasons;

  /** What to add to the clock that only counts, to get the time since 1970. */
  private final long epoch;

  private final PcapngWriter writer = new PcapngWriter();

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

  /** The time, in nanoseconds since 1970. */
  long now() {
    return epoch + System.nanoTime();
  }

  /** What is captured. */
  public CaptureOptions options() {
    return options;
  }

  /**
   * Makes an input for a thread that will offer frames.
   *
   * @param inputs how many there will be: they share the memory for frames that wait
   */
  public CaptureInput input(int inputs) {
    int bytes = Math.max(MIN_RING, Integer.highestOneBit(RING / inputs));
    CaptureInput made = new CaptureInput(this, options, arena, bytes);
    this.inputs.add(made);
    return made;
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
    boolean isEmpty = false;
    while (writer.size() < max && !isCountReached() && !isEmpty) {
      isEmpty = !writeOldest();
    }
    if (isCountReached() || (last && isEmpty)) {
      statistics();
      isFinished = true;
    } else if (System.nanoTime() - statisticsAt >= 0) {
      statistics();
    }
    return writer.take();
  }

  /** Writes the oldest frame that waits at an input; false if there is none. */
  private boolean writeOldest() {
    CaptureRing oldest = null;
    long record = 0;
    for (CaptureInput input : inputs) {
      long other = input.ring().peek();
      if (other != 0 && (record == 0 || nanos(other) < nanos(record))) {
        oldest = input.ring();
        record = other;
      }
    }
    if (record == 0) {
      return false;
    }
    write(record);
    oldest.release(record);
    return true;
  }

  private static long nanos(long record) {
    return RawMemory.getLong(record + CaptureRing.NANOS);
  }

  private boolean isCountReached() {
    return options.count() > 0 && delivered == options.count();
  }

  private void write(long record) {
    int reason = RawMemory.getByte(record + CaptureRing.REASON);
    writer.packet(
        nanos(record),
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
    writer.statistics(
        began,
        now(),
        sum(CaptureInput::seen),
        sum(CaptureInput::lost),
        sum(CaptureInput::passed),
        delivered);
  }

  private long sum(ToLongFunction<CaptureInput> number) {
    return inputs.stream().mapToLong(number).sum();
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
