package io.fastvif.benchmarks.vhostuser;

import io.fastvif.forward.FrameBurst;
import io.fastvif.forward.FrameHandler;
import io.fastvif.forward.FrameOutput;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Copies what it gets into memory of this process, as any datapath would, and forgets it. */
final class CopyingSink implements FrameHandler {
  /** An odd number of cache lines, so that frames do not all begin in the same sets of a cache. */
  private static final int STRIDE = 2112;

  /** A burst: DPDK reuses the buffers of the last one as well. */
  private static final int FRAMES = 64;

  private final MemorySegment received = Arena.ofAuto().allocate((long) FRAMES * STRIDE, 64);
  private int slot;

  @Override
  public int handle(FrameBurst frames, FrameOutput toGuest) {
    int count = frames.count();
    for (int i = 0; i < count; i++) {
      frames.copyTo(i, 0, received, (long) slot * STRIDE, Math.min(STRIDE, frames.length(i)));
      slot = slot + 1 & (FRAMES - 1);
    }
    return count;
  }
}
