package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A port without a device, to measure with: it copies what it gets into memory of this process and
 * forgets it, and sends one frame over and over, as fast as it is taken.
 */
public final class LocalPort extends Port {
  private static final int STRIDE = 2048;

  /** As many frames as DPDK's ports take in a burst, several times over. */
  private static final int FRAMES = 512;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment received = arena.allocate((long) FRAMES * STRIDE, 64);
  private final int frameLength;
  private final BufferBurst frames;

  /**
   * Makes a port of one queue pair.
   *
   * @param name for reports
   * @param frame what it sends; null for nothing
   */
  public LocalPort(String name, byte[] frame) {
    super(name, 1);
    frameLength = frame == null ? 0 : frame.length;
    frames = new BufferBurst(Flow.BURST);
    if (frame != null) {
      int length = VirtioNetHeader.SHORT + frame.length;
      // Sixteen bytes before each, so that the frame itself begins at a cache line.
      long stride = (frame.length + 63L & -64L) + 64;
      MemorySegment sent = arena.allocate(stride * Flow.BURST, 64);
      for (int i = 0; i < Flow.BURST; i++) {
        long at = stride * i + 64;
        MemorySegment.copy(frame, 0, sent, ValueLayout.JAVA_BYTE, at, frame.length);
        frames.add(i, sent.address() + at - VirtioNetHeader.SHORT, 0, length);
      }
    }
  }

  @Override
  FrameSink sink(int queue) {
    return new Discard();
  }

  private final class Discard implements FrameSink {
    private final long base = received.address();
    private int slot;

    @Override
    public int accept(BufferBurst burst, int n, long features, FlowCounters counters) {
      int skip = VirtioNetHeader.length(features);
      long bytes = 0;
      for (int i = 0; i < n; i++) {
        long to = base + (long) slot * STRIDE;
        slot = slot + 1 & (FRAMES - 1);
        int left = skip;
        int room = STRIDE;
        for (int s = burst.firstSegment(i); s < burst.endSegment(i) && room > 0; s++) {
          int part = Math.min(room, burst.length(s) - left);
          if (part > 0) {
            RawMemory.copy(burst.address(s) + left, to + STRIDE - room, part);
            room -= part;
          }
          left = Math.max(0, left - burst.length(s));
        }
        bytes += burst.total(i) - skip;
      }
      counters.moved(n, bytes);
      return n;
    }
  }

  @Override
  Flow flow(int queue, Port other) {
    return new GeneratorFlow(flowName(other), queue, other.sink(queue));
  }

  private final class GeneratorFlow extends Flow {
    private final FrameSink to;

    GeneratorFlow(String name, int queue, FrameSink to) {
      super(name, queue);
      this.to = to;
    }

    @Override
    int poll() {
      return frameLength == 0 ? 0 : to.accept(frames, BURST, 0, counters);
    }

    @Override
    boolean beforeSleep() {
      return true;
    }

    @Override
    void afterSleep() {}

    @Override
    boolean needsTimer() {
      return frameLength > 0;
    }
  }

  @Override
  void release() {
    arena.close();
  }
}
