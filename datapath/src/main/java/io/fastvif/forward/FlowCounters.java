package io.fastvif.forward;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * What one flow has done. The loop's thread writes, any thread may read. The numbers lie in an
 * array with a cache line free on both sides, so that readers of one flow do not slow another.
 */
final class FlowCounters {
  private static final int PAD = 16;
  private static final int FRAMES = PAD;
  private static final int BYTES = PAD + 1;
  private static final int BURSTS = PAD + 2;
  private static final int DROPS = PAD + 3;
  private static final int RESIDENCE = DROPS + DropReason.count();
  private static final int RESIDENCE_SUM = RESIDENCE + Residence.BUCKETS;
  private static final int END = RESIDENCE_SUM + 1;
  private static final int MAX_BURST = 1024;

  private final AtomicLongArray numbers = new AtomicLongArray(END + PAD);
  private final SingleWriterRecorder burstSizes = new SingleWriterRecorder(MAX_BURST, 2);
  private final Histogram bursts = new Histogram(MAX_BURST, 2);

  /**
   * How many segments of the flow's next frame the receiver has, where it does not take the frame
   * whole and had no buffers for the others yet. The loop's thread uses it.
   */
  int segments;

  /** Copies frames for those who capture; null while nobody does. The loop's thread uses it. */
  FrameTap tap;

  /** One writer: what it read cannot have changed when it writes. */
  private void add(int index, long n) {
    numbers.lazySet(index, numbers.getPlain(index) + n);
  }

  void moved(int frames, long bytes) {
    add(FRAMES, frames);
    add(BYTES, bytes);
    add(BURSTS, 1);
    burstSizes.recordValue(Math.min(frames, MAX_BURST));
  }

  /** Counts the first frames of a burst as dropped. */
  void dropped(DropReason reason, int frames) {
    add(DROPS + reason.slot(), frames);
    if (tap != null) {
      tap.droppedAll(reason, frames);
    }
  }

  /**
   * Counts one frame as dropped.
   *
   * @param frame its number in the burst
   */
  void droppedFrame(DropReason reason, int frame) {
    add(DROPS + reason.slot(), 1);
    if (tap != null) {
      tap.dropped(frame, reason);
    }
  }

  /** A burst that was measured has stayed for so long. */
  void resided(long nanos) {
    add(RESIDENCE + Residence.bucket(nanos), 1);
    add(RESIDENCE_SUM, nanos);
  }

  private Residence residence() {
    long[] counts = new long[Residence.BUCKETS];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = numbers.getAcquire(RESIDENCE + i);
    }
    return new Residence(counts, numbers.getAcquire(RESIDENCE_SUM));
  }

  long frames() {
    return numbers.getAcquire(FRAMES);
  }

  FlowStatistics snapshot(String name, int queue) {
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      long n = numbers.getAcquire(DROPS + reason.slot());
      if (n > 0) {
        drops.put(reason, n);
      }
    }
    Histogram sizes;
    synchronized (bursts) {
      bursts.add(burstSizes.getIntervalHistogram());
      sizes = bursts.copy();
    }
    return new FlowStatistics(
        name,
        queue,
        numbers.getAcquire(FRAMES),
        numbers.getAcquire(BYTES),
        numbers.getAcquire(BURSTS),
        Map.copyOf(drops),
        sizes,
        residence());
  }
}
