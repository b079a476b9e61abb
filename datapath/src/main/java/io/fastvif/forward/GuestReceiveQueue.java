package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.DeviceQueue;
import io.fastvif.vhostuser.virtqueue.RawMemory;

/** A guest's receive queue: frames are copied into its buffers. */
final class GuestReceiveQueue extends GuestRing implements FrameSink {
  /** The most buffers of one burst: four frames of 64 KiB in buffers of a page. */
  private static final int MAX_BUFFERS = 256;

  /** num_buffers of a frame in one buffer, in headers that have it. */
  private static final int ONE_BUFFER = 1;

  private static final int TOO_FEW = 0;
  private static final int DROPPED = -1;

  /** It was delivered in segments, whose buffers are noted. */
  private static final int SEGMENTED = -2;

  /** For each KiB of a burst a buffer more is looked at: guests' smallest mostly hold 1.5 KiB. */
  private static final int KIB_SHIFT = 10;

  final BufferBurst rxBuffers = new BufferBurst(MAX_BUFFERS);
  private final FrameScratch scratch;
  private final BufferWriter writer = new BufferWriter(rxBuffers);
  private int available;
  private int next;

  /** Whether frames of the burst are to be merged. */
  private boolean merges;

  /** Of the burst under way. */
  private int delivered;

  private long deliveredBytes;

  private DropReason heldBy = DropReason.NO_BUFFERS;

  /** Whether there was a buffer since the ring was started; the loop's thread writes. */
  private volatile boolean filled;

  GuestReceiveQueue(VhostUserPort port, QueuePair pair, int index, FrameScratch scratch) {
    super(port, pair, index);
    this.scratch = scratch;
  }

  @Override
  boolean deviceWritable() {
    return true;
  }

  @Override
  void begins() {
    filled = false;
  }

  /** Whether frames may come into it, and there was never a buffer for one; any thread. */
  boolean awaitsBuffers() {
    return isRunning() && !filled;
  }

  /** Frames for it are dropped by their sender. */
  @Override
  void disabled(boolean began) {}

  /** Reads the clock; whether the port's rate lets no frame pass into it now. */
  boolean isOverRate() {
    RateLimiter limit = port().toGuest();
    return limit != null && isOpen() && limit.isExhausted();
  }

  /** Whether the port's rate lets another frame pass, as of the last look at the clock. */
  boolean mayPass() {
    RateLimiter limit = port().toGuest();
    return limit == null || limit.mayPass();
  }

  @Override
  public DropReason heldBy() {
    return heldBy;
  }

  @Override
  public int waitMillis() {
    RateLimiter limit = port().toGuest();
    return limit == null || !isOpen() ? RateLimiter.NOT_WAITING : limit.waitMillis();
  }

  @Override
  public int backlogBytes() {
    RateLimiter limit = port().toGuest();
    return limit == null ? 0 : limit.backlogBytes();
  }

  /**
   * Which queue takes a frame that is for this one: this one, or the guest's first as long as this
   * one is not used, which a guest may do and does not tell the sender. If another loop serves the
   * first queue, frames wait until this one's lane has come there.
   *
   * @return null if they are to wait
   */
  GuestReceiveQueue orFirst(GuestReceiveQueue first) {
    if (isOpen() || first == this) {
      return this;
    }
    Lane own = pair().lane();
    Lane home = first.pair().lane();
    if (own == null || home == null || own.loop() == home.loop()) {
      return first;
    }
    if (first.isRunning()) {
      own.comeHome(home);
      return null;
    }
    return this;
  }

  boolean isMergeable() {
    return (features & NetFeatures.MRG_RXBUF) != 0;
  }

  /**
   * Peeks at the available buffers.
   *
   * @return how many, at most what was asked; 0 if frames cannot pass
   */
  int look(int max) {
    next = 0;
    available = 0;
    if (isOpen()) {
      int n = queue.peek(rxBuffers, max);
      if (n < 0) {
        checkFailure();
      }
      available = Math.max(0, n);
      if (available > 0) {
        noteFilled();
      }
    }
    return available;
  }

  @Override
  public int accept(BufferBurst frames, int n, long senderFeatures, FlowCounters counters) {
    RateLimiter limit = port().toGuest();
    if (limit == null) {
      heldBy = DropReason.NO_BUFFERS;
      return deliverAll(frames, n, senderFeatures, counters);
    }
    int skip = VirtioNetHeader.length(senderFeatures);
    // What a ring that is not running drops does not count.
    boolean counts = isRunning();
    int admitted = counts ? limit.isExhausted() ? 0 : limit.admit(frames, n, skip) : n;
    int done = admitted == 0 ? 0 : deliverAll(frames, admitted, senderFeatures, counters);
    if (counts) {
      limit.pass(frames, done, skip);
    }
    heldBy = done < admitted ? DropReason.NO_BUFFERS : DropReason.OVER_RATE;
    return done;
  }

  /** Delivers or drops frames, whatever the rate. */
  private int deliverAll(BufferBurst frames, int n, long senderFeatures, FlowCounters counters) {
    DeviceQueue to = queue;
    if (to == null || !enabled) {
      counters.dropped(to == null ? DropReason.NOT_STARTED : DropReason.NOT_ENABLED, n);
      return n;
    }
    long total = frames.total(0, n);
    merges = n > 1 && total >= (long) n * Merger.MIN_AVERAGE && Merger.mayMerge(features);
    int skip = VirtioNetHeader.length(senderFeatures);
    int first = merges ? 0 : deliverPlain(frames, n, skip, senderFeatures);
    delivered = first;
    deliveredBytes = first == n ? total - (long) n * skip : bytes(frames, 0, first, skip);
    int accepted = first == n ? n : deliverRest(frames, first, n, senderFeatures, counters);
    if (delivered > 0) {
      noteFilled();
      counters.moved(delivered, deliveredBytes);
    }
    return accepted;
  }

  /** Delivers the first frames as far as they need no look at what they are. */
  private int deliverPlain(BufferBurst frames, int n, int skip, long senderFeatures) {
    boolean offloads = (senderFeatures & NetFeatures.SENDER_OFFLOADS) != 0;
    return queue.refresh()
        ? queue.deliver(
            frames, n, skip, offloads, VirtioNetHeader.ETHERNET, headerLength, ONE_BUFFER)
        : 0;
  }

  /** Delivers or drops what is behind the first frames, which were delivered. */
  private int deliverRest(
      BufferBurst frames, int first, int n, long senderFeatures, FlowCounters counters) {
    int wanted = (int) Math.min(MAX_BUFFERS, n - first + (frames.total(first, n) >>> KIB_SHIFT));
    int accepted = accept(frames, first, n, senderFeatures, counters, look(wanted));
    if (accepted == first && available == wanted && wanted < MAX_BUFFERS) {
      // its buffers are smaller: the first frame takes more of them than were looked at
      accepted = accept(frames, first, n, senderFeatures, counters, look(MAX_BUFFERS));
    }
    return accepted;
  }

  /** Bytes of some frames, without their headers. */
  private static long bytes(BufferBurst frames, int first, int end, int skip) {
    return frames.total(first, end) - (long) (end - first) * skip;
  }

  private void noteFilled() {
    if (!filled) {
      filled = true;
    }
  }

  private int accept(
      BufferBurst frames,
      int first,
      int n,
      long senderFeatures,
      FlowCounters counters,
      int buffers) {
    int skip = VirtioNetHeader.length(senderFeatures);
    boolean offloads = (senderFeatures & NetFeatures.SENDER_OFFLOADS) != 0;
    Merger merger = scratch.merger;
    int merged = n;
    if (merges && buffers > 0 && merger.begin(frames, n, senderFeatures, features)) {
      merged = merger.find(0);
    }
    int plain =
        first > 0
            ? 0
            : rxBuffers.copyFrames(
                frames,
                Math.min(merged, buffers),
                skip,
                offloads,
                VirtioNetHeader.ETHERNET,
                headerLength,
                ONE_BUFFER);
    int i = first + plain;
    next = plain;
    delivered += plain;
    deliveredBytes += bytes(frames, first, i, skip);
    while (i < n && next < buffers) {
      if (i == merged) {
        if (place(frames, i, skip, merger)) {
          delivered += merger.count();
          i += merger.count();
          deliveredBytes += bytes(frames, i - merger.count(), i, skip);
          merged = merger.find(i);
          continue;
        }
        merged = n; // one by one, as many as there are buffers for
      }
      int used = deliver(frames, i, skip, senderFeatures, counters);
      if (used == TOO_FEW) {
        break;
      }
      if (used != DROPPED) {
        next += Math.max(0, used);
        delivered++;
        deliveredBytes += frames.total(i) - skip;
      }
      i++;
    }
    commit();
    return i;
  }

  /** Completes the buffers that were filled. */
  void commit() {
    if (next > 0) {
      queue.complete(rxBuffers, next);
      next = 0;
    }
  }

  /** Notes that the next buffers were filled. */
  void filled(int buffers, long bytes) {
    noteWritten(next, buffers, bytes);
    next += buffers;
    RateLimiter limit = port().toGuest();
    if (limit != null) {
      limit.pass(Math.max(0, bytes - headerLength));
    }
  }

  /** Writes bytes into a buffer and those behind it, from an offset on. */
  void pour(int buffer, int offset, long from, int length) {
    writer.begin(buffer);
    writer.skip(offset);
    writer.pour(from, length);
  }

  /** The first buffer that is not filled. */
  int next() {
    return next;
  }

  /**
   * Delivers a frame that has a header to look at, or several segments. Returns the number of
   * buffers used.
   */
  private int deliver(
      BufferBurst frames, int i, int skip, long senderFeatures, FlowCounters counters) {
    long payload = frames.total(i) - skip;
    if (payload < VirtioNetHeader.ETHERNET) {
      counters.droppedFrame(DropReason.TOO_SHORT, i);
      return DROPPED;
    }
    if (payload > FrameScratch.MAX_FRAME) {
      counters.droppedFrame(DropReason.TOO_LONG, i);
      return DROPPED;
    }
    long first = 0;
    int csumOffset = 0;
    if ((senderFeatures & NetFeatures.SENDER_OFFLOADS) != 0) {
      long header = scratch.gatherHeader(frames, i);
      first = RawMemory.getLong(header);
      csumOffset = RawMemory.getShort(header + VirtioNetHeader.CSUM_OFFSET);
      // Other flags, such as RSC_INFO, are for receivers only.
      if (!VirtioNetHeader.isSound(first, csumOffset, payload, senderFeatures)) {
        counters.droppedFrame(DropReason.BAD_HEADER, i);
        return DROPPED;
      }
    }
    int used = buffersFor(payload + headerLength);
    if (VirtioNetHeader.isSegmentable(first)
        && (used == DROPPED || !VirtioNetHeader.takesSegmentable(first, features))) {
      return segment(frames, i, skip, first, csumOffset, counters);
    }
    if (used == DROPPED) {
      counters.droppedFrame(DropReason.TOO_LONG, i);
    } else if (used > 0) {
      place(frames, i, skip, first, csumOffset, used);
    }
    return used;
  }

  /** Writes a frame into the next buffers, as its receiver takes it. */
  private void place(BufferBurst frames, int i, int skip, long first, int csumOffset, int used) {
    int payload = (int) frames.total(i) - skip;
    writer.begin(next);
    boolean complete =
        VirtioNetHeader.needsChecksum(first) && (features & NetFeatures.GUEST_CSUM) == 0;
    if (complete) {
      long frame = scratch.gatherFrame(frames, i, skip);
      Checksum.complete(frame, payload, VirtioNetHeader.csumStart(first), csumOffset);
      writer.pour(scratch.header(VirtioNetHeader.withoutChecksum(first), 0, used), headerLength);
      writer.pour(frame, payload);
    } else {
      writer.pour(scratch.header(first, csumOffset, used), headerLength);
      pour(frames, i, skip);
    }
    noteWritten(next, used, (long) payload + headerLength);
  }

  /** Writes a frame behind what was written, but for its first bytes. */
  private void pour(BufferBurst frames, int i, int skip) {
    int left = skip;
    for (int s = frames.firstSegment(i); s < frames.endSegment(i); s++) {
      int length = frames.length(s);
      if (left < length) {
        writer.pour(frames.address(s) + left, length - left);
      }
      left = Math.max(0, left - length);
    }
  }

  /** Writes frames that were merged into the next buffers; false if there are too few. */
  private boolean place(BufferBurst frames, int i, int skip, Merger merger) {
    long payload = (long) merger.headersLength() + merger.dataLength();
    int used = buffersFor(payload + headerLength);
    if (used <= 0) {
      return false;
    }
    writer.begin(next);
    writer.pour(scratch.header(merger.first(), TransportFrame.TCP_CHECKSUM, used), headerLength);
    writer.pour(merger.headers(), merger.headersLength());
    for (int k = i; k < i + merger.count(); k++) {
      pour(frames, k, skip + merger.headersLength());
    }
    noteWritten(next, used, payload + headerLength);
    next += used;
    return true;
  }

  /**
   * Delivers a frame in segments; as many as there are buffers for. The others wait for more: how
   * many were delivered is among its flow's counters.
   */
  private int segment(
      BufferBurst frames, int i, int skip, long first, int csumOffset, FlowCounters counters) {
    Segmenter segmenter = scratch.segmenter();
    int k = counters.segments;
    counters.segments = 0;
    if (!segmenter.begin(frames, i, skip, first, csumOffset)) {
      counters.droppedFrame(DropReason.BAD_HEADER, i);
      return DROPPED;
    }
    boolean unfinished = (features & NetFeatures.GUEST_CSUM) != 0;
    long header = unfinished ? VirtioNetHeader.unfinished(segmenter.transport()) : 0;
    while (k < segmenter.count()) {
      int made = segmenter.cut(k, unfinished);
      for (int s = 0; s < made; s++, k++) {
        BufferBurst segments = segmenter.segments();
        int used = buffersFor(segments.total(s) - VirtioNetHeader.SHORT + headerLength);
        if (used == TOO_FEW) {
          counters.segments = k;
          return TOO_FEW;
        }
        if (used == DROPPED) {
          counters.droppedFrame(DropReason.TOO_LONG, i);
          return DROPPED;
        }
        place(segments, s, VirtioNetHeader.SHORT, header, csumOffset, used);
        next += used;
      }
    }
    return SEGMENTED;
  }

  /** How many buffers from the next on hold that many bytes. */
  private int buffersFor(long bytes) {
    long capacity = 0;
    int used = 0;
    boolean mergeable = isMergeable();
    while (capacity < bytes) {
      if (next + used == available) {
        // Waiting is of no use if even a full ring is too small.
        return next == 0 && available == Math.min(MAX_BUFFERS, queue.size()) ? DROPPED : TOO_FEW;
      }
      capacity += rxBuffers.total(next + used);
      used++;
      if (!mergeable && capacity < bytes) {
        return DROPPED;
      }
    }
    return used;
  }

  private void noteWritten(int first, int buffers, long bytes) {
    long left = bytes;
    for (int i = first; i < first + buffers; i++) {
      int part = (int) Math.min(left, rxBuffers.total(i));
      rxBuffers.written(i, part);
      left -= part;
    }
  }
}
