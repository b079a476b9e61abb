package io.fastvif.forward;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import io.fastvif.vhostuser.virtqueue.RawMemory;

/**
 * The ring of a packet socket's received frames (struct tpacket2_hdr of linux/if_packet.h), each
 * with a short virtio-net header before it.
 *
 * <pre>
 *  0        4     8         12    14    16                24         26          mac - 10  mac
 * +--------+-----+---------+-----+-----+-----------------+----------+-----------+---------+-------
 * | status | len | snaplen | mac | net | time            | vlan tci | vlan tpid | header  | frame
 * +--------+-----+---------+-----+-----+-----------------+----------+-----------+---------+-------
 * </pre>
 */
final class PacketRing {
  private static final int LEN = 4;
  private static final int SNAPLEN = 8;
  private static final int MAC = 12;
  private static final int VLAN_TCI = 24;
  private static final int VLAN_TPID = 26;
  private static final int MACS = 12;
  private static final int TAG = 4;
  private static final int CSUM_START = 6;
  private static final int ETH_8021Q = 0x8100;

  private final long ring;
  private final int frames;
  private final int frameSize;
  private int next;

  PacketRing(long ring, int frames, int frameSize) {
    this.ring = ring;
    this.frames = frames;
    this.frameSize = frameSize;
  }

  private long slot(int ahead) {
    int index = next + ahead;
    return ring + (long) (index < frames ? index : index - frames) * frameSize;
  }

  /** Looks at the frames that are there; how many. */
  int peek(BufferBurst burst, int max, FlowCounters counters) {
    burst.clear();
    int n = 0;
    while (n < max) {
      long slot = slot(n);
      int status = RawMemory.getIntAcquire(slot); // header and frame are read after it
      if ((status & TP_STATUS_USER) == 0) {
        break;
      }
      int length = RawMemory.getInt(slot + SNAPLEN);
      if (length != RawMemory.getInt(slot + LEN)) {
        if (n > 0) {
          break;
        }
        counters.dropped(DropReason.TOO_LONG, 1);
        giveBack(1);
        continue;
      }
      long frame = slot + RawMemory.getShort(slot + MAC);
      long header = frame - VirtioNetHeader.SHORT;
      if ((status & TP_STATUS_VLAN_VALID) != 0) {
        header = insertTag(slot, header, status);
        length += TAG;
      }
      // That a checksum was verified is not told: not every guest takes it.
      RawMemory.putByte(header, RawMemory.getByte(header) & VIRTIO_NET_HDR_F_NEEDS_CSUM);
      burst.add(n, header, 0, length + VirtioNetHeader.SHORT);
      n++;
    }
    return n;
  }

  /** The kernel takes a frame's tag out; it goes back in. */
  private static long insertTag(long slot, long header, int status) {
    long moved = header - TAG;
    for (int i = 0; i < VirtioNetHeader.SHORT + MACS; i++) {
      RawMemory.putByte(moved + i, RawMemory.getByte(header + i));
    }
    long tag = moved + VirtioNetHeader.SHORT + MACS;
    int type =
        (status & TP_STATUS_VLAN_TPID_VALID) != 0
            ? RawMemory.getShort(slot + VLAN_TPID)
            : ETH_8021Q;
    int tci = RawMemory.getShort(slot + VLAN_TCI);
    RawMemory.putByte(tag, type >>> 8);
    RawMemory.putByte(tag + 1, type);
    RawMemory.putByte(tag + 2, tci >>> 8);
    RawMemory.putByte(tag + 3, tci);
    if ((RawMemory.getByte(moved) & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0) {
      RawMemory.putShort(moved + CSUM_START, RawMemory.getShort(moved + CSUM_START) + TAG);
    }
    // The slot is this process's until it is given back; who looks again finds the tag in the
    // frame.
    RawMemory.putShort(slot + MAC, RawMemory.getShort(slot + MAC) - TAG);
    RawMemory.putInt(slot + LEN, RawMemory.getInt(slot + LEN) + TAG);
    RawMemory.putInt(slot + SNAPLEN, RawMemory.getInt(slot + SNAPLEN) + TAG);
    RawMemory.putInt(slot, status & ~TP_STATUS_VLAN_VALID);
    return moved;
  }

  /** Gives the first frames back to the kernel. */
  void giveBack(int n) {
    for (int i = 0; i < n; i++) {
      // Release: the kernel writes the slot anew after its frame was read here.
      RawMemory.putIntRelease(slot(i), TP_STATUS_KERNEL);
    }
    next += n;
    if (next >= frames) {
      next -= frames;
    }
  }
}
