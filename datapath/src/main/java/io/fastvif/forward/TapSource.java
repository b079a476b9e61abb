package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.FileIo;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;

/**
 * Frames from a queue of a tap, each in one readv straight into the guest's buffers. Behind these
 * the vector has memory of this process, so that a frame that is longer is noticed, and put into
 * further buffers if the guest takes frames in several.
 */
final class TapSource implements FrameSource {
  /** Bytes of buffers that are given to a readv as long as frames are small. */
  private static final long USUAL = 3000;

  private static final int BUFFERS = 256;

  /**
   * Until a frame of more than a usual one was not seen for so many, buffers for 64 KiB are given.
   */
  private static final int MEMORY_OF_LARGE = 64;

  private final int descriptor;
  private final VectorIo vector = new VectorIo();
  private final Arena arena = Arena.ofAuto();
  private final long spill = arena.allocate(FrameScratch.MAX_FRAME + 16, 64).address();
  private final long unused = arena.allocate(16, 8).address();
  private long offloadsFor = -1;
  private int lastFrame;
  private int large;
  private boolean held;

  TapSource(int descriptor) {
    this.descriptor = descriptor;
  }

  @Override
  public int pull(GuestReceiveQueue to, FlowCounters counters) {
    int buffers = to.look(BUFFERS);
    held = buffers == 0;
    if (held) {
      return 0;
    }
    if (offloadsFor != to.features) {
      setOffloads(to.features);
    }
    int frames = 0;
    int delivered = 0;
    long bytes = 0;
    while (frames < Flow.BURST) {
      int used = read(to, buffers, counters);
      if (used < 0) {
        break;
      }
      frames++;
      if (used > 0) {
        delivered++;
        bytes += lastFrame;
        to.filled(used, lastFrame + to.headerLength);
      }
      if (to.next() == buffers) {
        held = true;
        break;
      }
    }
    to.commit();
    if (delivered > 0) {
      counters.moved(delivered, bytes);
    }
    return frames;
  }

  /**
   * Reads a frame into the next buffers; how many it takes, 0 if it was dropped, -1 if none came.
   */
  private int read(GuestReceiveQueue to, int buffers, FlowCounters counters) {
    BufferBurst room = to.room;
    int first = to.next();
    int header = to.headerLength;
    long wanted = large > 0 ? FrameScratch.MAX_FRAME + header : USUAL;
    vector.clear();
    long capacity = 0;
    int given = 0;
    boolean mergeable = to.isMergeable();
    while (first + given < buffers
        && (given == 0 || (mergeable && capacity < wanted))
        && room.endSegment(first + given) - room.firstSegment(first + given) + 4
            < vector.roomLeft()) {
      int buffer = first + given;
      if (given == 0) {
        if (room.total(buffer) < header) {
          // Nothing can be done with it: it goes back empty.
          to.filled(1, 0);
          return 0;
        }
        vector.add(room, buffer, 0, VirtioNetHeader.SHORT);
        if (header == VirtioNetHeader.SHORT) {
          vector.add(unused, VirtioNetHeader.LONG - VirtioNetHeader.SHORT);
        }
        vector.add(room, buffer, VirtioNetHeader.SHORT, room.total(buffer));
      } else {
        vector.add(room, buffer, 0, room.total(buffer));
      }
      capacity += room.total(buffer);
      given++;
    }
    vector.add(spill, FrameScratch.MAX_FRAME);
    long result = vector.read(descriptor);
    if (result < VirtioNetHeader.LONG) {
      return -1;
    }
    lastFrame = (int) result - VirtioNetHeader.LONG;
    long total = (long) lastFrame + header;
    large = total > USUAL ? MEMORY_OF_LARGE : Math.max(0, large - 1);
    int used = 0;
    long taken = 0;
    while (taken < total && first + used < buffers && (used < given || mergeable)) {
      taken += room.total(first + used);
      used++;
    }
    if (taken < total) {
      counters.dropped(mergeable ? DropReason.NO_ROOM : DropReason.TOO_LONG, 1);
      return 0;
    }
    if (total > capacity) {
      to.pour(first + given, 0, spill, (int) (total - capacity));
    }
    if (header == VirtioNetHeader.LONG) {
      RawMemory.putShort(unused, used);
      to.pour(first, VirtioNetHeader.NUM_BUFFERS, unused, Short.BYTES);
    }
    return used;
  }

  /** What the kernel need not do itself, as the guest does: checksums and segmentation. */
  private void setOffloads(long features) {
    long flags = 0;
    if ((features & NetFeatures.GUEST_CSUM) != 0) {
      flags = TUN_F_CSUM;
      flags |= (features & NetFeatures.GUEST_TSO4) != 0 ? TUN_F_TSO4 : 0;
      flags |= (features & NetFeatures.GUEST_TSO6) != 0 ? TUN_F_TSO6 : 0;
      flags |=
          (features & NetFeatures.GUEST_ECN) != 0 && (flags & (TUN_F_TSO4 | TUN_F_TSO6)) != 0
              ? TUN_F_TSO_ECN
              : 0;
    }
    FileIo.ioctl(descriptor, TUNSETOFFLOAD, flags);
    offloadsFor = features;
  }

  @Override
  public boolean isHeld() {
    return held;
  }
}
