package io.fastvif.benchmarks.vhostuser;

import io.fastvif.forward.FrameBurst;
import io.fastvif.forward.FrameHandler;
import io.fastvif.forward.FrameOutput;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Copies what it gets into memory of this process, as any datapath would, and forgets it. */
final class CopyingSink implements FrameHandler {
  private static final int STRIDE = 2048;

  /** As many frames as DPDK's ports take in a burst, several times over. */
  private static final int FRAMES = 512;

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
