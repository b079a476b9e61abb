package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.InterfaceRequest;
import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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

  private static final int INTERRUPTIONS = 8;

  /** TUN_F_USO4 and TUN_F_USO6 of newer headers (Linux 6.2), which takes both or none. */
  private static final int TUN_F_USO = 0x20 | 0x40;

  private final Port tap;
  private final int descriptor;
  private final VectorIo vector = new VectorIo();
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment request =
      arena.allocate(InterfaceRequest.SIZE, InterfaceRequest.ALIGNMENT);
  private final long spill = arena.allocate(FrameScratch.MAX_FRAME + 16, 64).address();
  private final long unused = arena.allocate(16, 8).address();

  /** The guest's features for which the tap's offloads are set. */
  private long offloadsFor;

  private int lastFrame;
  private int large;
  private boolean held;

  /** Whether the tap has been asked for a frame since the last check. */
  private boolean asked;

  /** What the kernel says instead of giving frames; 0 for nothing. */
  private int trouble;

  private boolean gone;

  TapSource(Port tap, int descriptor) {
    this(tap, descriptor, -1);
  }

  /**
   * Makes a source.
   *
   * @param offloadsFor the guest's features for which offloads are set already; -1 for none
   */
  TapSource(Port tap, int descriptor, long offloadsFor) {
    this.tap = tap;
    this.descriptor = descriptor;
    this.offloadsFor = offloadsFor;
  }

  @Override
  public int pull(GuestReceiveQueue to, FlowCounters counters) {
    if (gone) {
      held = false;
      return 0;
    }
    int buffers = to.look(BUFFERS);
    held = buffers == 0;
    if (held) {
      return 0;
    }
    if (offloadsFor != to.features && !setOffloads(to.features)) {
      return 0;
    }
    int frames = 0;
    int delivered = 0;
    long bytes = 0;
    while (frames < Flow.BURST && to.mayPass()) {
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
    BufferBurst rxBuffers = to.rxBuffers;
    int first = to.next();
    int header = to.headerLength;
    long wanted = large > 0 ? FrameScratch.MAX_FRAME + header : USUAL;
    vector.clear();
    long capacity = 0;
    int given = 0;
    boolean mergeable = to.isMergeable();
    while (first + given < buffers
        && (given == 0 || (mergeable && capacity < wanted))
        && rxBuffers.endSegment(first + given) - rxBuffers.firstSegment(first + given) + 4
            < vector.roomLeft()) {
      int buffer = first + given;
      if (given == 0) {
        if (rxBuffers.total(buffer) < header) {
          // Nothing can be done with it: it goes back empty.
          to.filled(1, 0);
          return 0;
        }
        vector.add(rxBuffers, buffer, 0, VirtioNetHeader.SHORT);
        if (header == VirtioNetHeader.SHORT) {
          vector.add(unused, VirtioNetHeader.LONG - VirtioNetHeader.SHORT);
        }
        vector.add(rxBuffers, buffer, VirtioNetHeader.SHORT, rxBuffers.total(buffer));
      } else {
        vector.add(rxBuffers, buffer, 0, rxBuffers.total(buffer));
      }
      capacity += rxBuffers.total(buffer);
      given++;
    }
    vector.add(spill, FrameScratch.MAX_FRAME);
    long result = vector.read(descriptor);
    for (int i = 0; result == -Errno.EINTR && i < INTERRUPTIONS; i++) {
      result = vector.read(descriptor);
    }
    asked = true;
    if (result < VirtioNetHeader.LONG) {
      note("readv", result == -Errno.EAGAIN ? 0 : result);
      return -1;
    }
    if (trouble != 0) {
      note("readv", 0);
    }
    lastFrame = (int) result - VirtioNetHeader.LONG;
    long total = (long) lastFrame + header;
    large = total > USUAL ? MEMORY_OF_LARGE : Math.max(0, large - 1);
    int used = 0;
    long taken = 0;
    while (taken < total && first + used < buffers && (used < given || mergeable)) {
      taken += rxBuffers.total(first + used);
      used++;
    }
    if (taken < total) {
      DropReason reason = mergeable ? DropReason.NO_BUFFERS : DropReason.TOO_LONG;
      counters.dropped(reason, 1);
      if (counters.tap != null) {
        int available = (int) capacity - header; // what has spilled is left out
        counters.tap.saw(rxBuffers, first, first + given, header, lastFrame, available, reason);
      }
      return 0;
    }
    if (total > capacity) {
      to.pour(first + given, 0, spill, (int) (total - capacity));
    }
    if (header == VirtioNetHeader.LONG) {
      RawMemory.putShort(unused, used);
      to.pour(first, VirtioNetHeader.NUM_BUFFERS, unused, Short.BYTES);
    }
    if (counters.tap != null) {
      counters.tap.saw(rxBuffers, first, first + used, header, lastFrame, lastFrame, null);
    }
    return used;
  }

  /**
   * Notes what the kernel says. A tap that was deleted gives EBADFD for ever, and is not asked any
   * more; anything else is tried again soon, since nobody notifies of its end.
   */
  private void note(String call, long result) {
    int errno = (int) Math.max(0, -result);
    if (errno == trouble) {
      return;
    }
    trouble = errno;
    gone = errno == Errno.EBADFD;
    if (gone) {
      tap.gone("the tap " + tap.name() + " was deleted: " + call + ": " + Errno.describe(errno));
    } else {
      tap.problem(
          this,
          errno == 0
              ? ""
              : "the tap "
                  + tap.name()
                  + " gives no frames: "
                  + call
                  + ": "
                  + Errno.describe(errno));
    }
  }

  /** Looks whether the tap is there, if nobody has asked it for frames meanwhile. */
  void check() {
    if (!asked && !gone) {
      if (FileIo.ioctl(descriptor, TUNGETIFF, request) == -Errno.EBADFD) {
        note("ioctl", -Errno.EBADFD);
      }
    }
    asked = false;
  }

  @Override
  public boolean needsRetry() {
    return trouble != 0 && !gone;
  }

  /** What the kernel need not do itself, as the guest does: checksums and segmentation. */
  private boolean setOffloads(long features) {
    long flags = 0;
    if ((features & NetFeatures.GUEST_CSUM) != 0) {
      flags = TUN_F_CSUM;
      flags |= (features & NetFeatures.GUEST_TSO4) != 0 ? TUN_F_TSO4 : 0;
      flags |= (features & NetFeatures.GUEST_TSO6) != 0 ? TUN_F_TSO6 : 0;
      flags |=
          (features & NetFeatures.GUEST_ECN) != 0 && (flags & (TUN_F_TSO4 | TUN_F_TSO6)) != 0
              ? TUN_F_TSO_ECN
              : 0;
      flags |=
          (features & NetFeatures.GUEST_USO) == NetFeatures.GUEST_USO && KernelOffloads.SEGMENTS_UDP
              ? TUN_F_USO
              : 0;
    }
    int result = FileIo.ioctl(descriptor, TUNSETOFFLOAD, flags);
    note("TUNSETOFFLOAD", result);
    if (result < 0) {
      return false;
    }
    offloadsFor = features;
    return true;
  }

  @Override
  public boolean isHeld() {
    return held;
  }
}
