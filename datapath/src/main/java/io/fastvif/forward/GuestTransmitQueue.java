package io.fastvif.forward;

import io.fastvif.bindings.FileIo;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A guest's transmit queue: where its frames come from. While it is not enabled its frames are
 * taken and dropped, as the specification has it, but only after a kick: without one nothing is
 * read or written where it is, or was. A guest that has reset its device kicks no more.
 */
final class GuestTransmitQueue extends GuestRing {
  /** Polls after which a loop that does not sleep looks for a kick: it costs a system call. */
  private static final int POLLS = 256;

  private final MemorySegment count = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);
  private final BufferBurst burst = new BufferBurst(Flow.BURST);
  private int polls;
  private int discarded;

  GuestTransmitQueue(VhostUserPort port, int index) {
    super(port, index);
  }

  @Override
  boolean deviceWritable() {
    return false;
  }

  @Override
  void begins() {}

  @Override
  void disabled(boolean began) {
    // Kicks of before are no news.
    FileIo.read(kick(), count, Long.BYTES);
    if (began) {
      // What lies there waits for the ring to be enabled, which most frontends do at once.
      queue.enableKicks();
    } else {
      discard();
    }
  }

  private void discard() {
    boolean more = true;
    // What can have been there; a guest that goes on adding is not waited for.
    for (int left = 2 * queue.size(); more && left > 0; ) {
      int n = queue.peek(burst, Flow.BURST);
      if (n < 0) {
        checkFailure();
        return;
      }
      queue.complete(burst, n);
      discarded += n;
      left -= n;
      more = queue.enableKicks();
    }
  }

  /** Drops what there is in a ring that is not enabled; how many frames. */
  int discardIfKicked() {
    if (++polls >= POLLS) {
      polls = 0;
      if (kick() >= 0 && FileIo.read(kick(), count, Long.BYTES) == Long.BYTES) {
        discard();
      }
    }
    int n = discarded;
    discarded = 0;
    return n;
  }

  @Override
  void afterSleep() {
    polls = POLLS;
    super.afterSleep();
  }
}
