package io.fastvif.forward.bridge;

import io.fastvif.vhostuser.virtqueue.RawMemory;

/** Numbers of frames, in the network's byte order, and where they are in Ethernet's header. */
final class FrameBytes {
  /** Where the source's address is, and the type behind it. */
  static final int SOURCE = 6;

  static final int TYPE = 12;

  /** Where a frame's payload is, and with a VLAN tag. */
  static final int PAYLOAD = 14;

  static final int TAGGED_PAYLOAD = 18;

  static final int ARP = 0x0806;
  static final int IPV4 = 0x0800;
  static final int IPV6 = 0x86dd;
  static final int RARP = 0x8035;
  static final int VLAN = 0x8100;

  private FrameBytes() {}

  static int u8(long at) {
    return RawMemory.getByte(at);
  }

  static int u16(long at) {
    return Short.toUnsignedInt(Short.reverseBytes((short) RawMemory.getShort(at)));
  }

  static int u32(long at) {
    return Integer.reverseBytes(RawMemory.getInt(at));
  }

  static long u64(long at) {
    return Long.reverseBytes(RawMemory.getLong(at));
  }

  static long mac(long at) {
    return (long) u16(at) << 32 | Integer.toUnsignedLong(u32(at + 2));
  }
}
