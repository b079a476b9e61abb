package io.fastvif.benchmarks.vhostuser;

import io.fastvif.forward.FrameBurst;
import io.fastvif.forward.FrameHandler;
import io.fastvif.forward.FrameOutput;
import java.lang.foreign.MemorySegment;

/** Sends one frame over and over, as fast as the guest takes it. */
final class Generator implements FrameHandler {
  private static final int BURST = 64;
  private static final int MAC_BYTES = 12;

  private final FrameBurst frames;

  Generator(int length) {
    frames = FrameBurst.allocate(BURST, length);
    MemorySegment frame = MemorySegment.ofArray(frame(length));
    while (frames.add(frame, 0, length)) {
      // until the burst is full
    }
  }

  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    for (int i = 0; i < MAC_BYTES; i++) {
      frame[i] = (byte) (2 + 2 * i);
    }
    frame[MAC_BYTES] = 8;
    return frame;
  }

  @Override
  public int handle(FrameBurst received, FrameOutput toGuest) {
    return received.count();
  }

  @Override
  public int poll(FrameOutput toGuest) {
    return toGuest.send(frames);
  }
}
