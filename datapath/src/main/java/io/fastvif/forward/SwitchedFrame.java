package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import java.lang.foreign.Arena;

/**
 * Frames of a burst, as a switch sends them on: their first bytes, which are all of most frames,
 * are copied into memory of this process, where they are judged, and where VLAN tags go in and out.
 * What the sender changes in its own memory later is not looked at. Of a longer frame the rest
 * stays where it is.
 */
final class SwitchedFrame {
  /** Bytes that are copied of each, with its virtio-net header. */
  private static final int COPIED = 2048;

  private static final int TAG = 4;
  private static final int ADDRESSES = 12;
  private static final int HEADROOM = 64;

  /** An odd number of cache lines, so that not all frames begin in the same places of the cache. */
  private static final int STRIDE = COPIED + HEADROOM + 64;

  private static final int VLAN_TYPE = 0x8100;

  private final Arena arena = Arena.ofAuto();
  private final long memory = arena.allocate((long) Flow.BURST * STRIDE, HEADROOM).address();
  private BufferBurst frames;
  private int number;
  private int header;
  private boolean offloads;

  /** Where the copy begins, with the header, and how long it is now. */
  private long begin;

  private int length;
  private int copied;
  private boolean tagged;

  /** Copies the first bytes of a frame, which is at least 14 bytes long. */
  void look(BufferBurst burst, int i, long features) {
    frames = burst;
    number = i;
    header = VirtioNetHeader.length(features);
    offloads = (features & NetFeatures.SENDER_OFFLOADS) != 0;
    begin = memory + (long) i * STRIDE + HEADROOM;
    copied = (int) Math.min(COPIED, burst.total(i));
    length = copied;
    FrameScratch.gather(burst, i, 0, begin, copied);
  }

  /** Where the frame itself begins. */
  long address() {
    return begin + header;
  }

  /** How many of its bytes are there. */
  int length() {
    return length - header;
  }

  /** Whether it is all there, so that it can be sent together with others. */
  boolean isWhole() {
    return copied == frames.total(number);
  }

  void tagged(boolean hasTag) {
    tagged = hasTag;
  }

  /**
   * Makes it have a VLAN tag or none.
   *
   * @param tag its last two bytes
   */
  void form(boolean wanted, int tag) {
    if (wanted != tagged) {
      move(wanted ? -TAG : TAG);
      tagged = wanted;
    }
    if (wanted) {
      long at = address() + ADDRESSES;
      RawMemory.putShort(at, Short.reverseBytes((short) VLAN_TYPE));
      RawMemory.putShort(at + 2, Short.reverseBytes((short) tag));
    }
  }

  /** Moves the header and the MAC addresses, and what the header says of the frame. */
  private void move(int bytes) {
    long to = begin + bytes;
    // They overlap: from the end on that is not overwritten first.
    int moved = header + ADDRESSES;
    if (bytes < 0) {
      for (int i = 0; i < moved; i++) {
        RawMemory.putByte(to + i, RawMemory.getByte(begin + i));
      }
    } else {
      for (int i = moved - 1; i >= 0; i--) {
        RawMemory.putByte(to + i, RawMemory.getByte(begin + i));
      }
    }
    begin = to;
    length -= bytes;
    if (offloads) {
      RawMemory.putLong(begin, VirtioNetHeader.moved(RawMemory.getLong(begin), -bytes));
    }
  }

  /**
   * Adds it to a burst.
   *
   * @return false if it is in too many pieces
   */
  boolean addTo(BufferBurst burst) {
    if (isWhole()) {
      burst.add(0, begin, 0, length);
      return true;
    }
    return burst.addBehind(begin, length, frames, number, copied);
  }
}
