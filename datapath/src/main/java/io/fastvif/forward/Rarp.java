package io.fastvif.forward;

import io.fastvif.vhostuser.virtqueue.BufferBurst;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The frame that tells bridges where a guest is after its migration: a reverse ARP request for the
 * guest's own address (RFC 903), as QEMU sends it for other backends.
 */
final class Rarp {
  private static final int ETHERNET_MINIMUM = 60;
  private static final int MAC_BYTES = 6;
  private static final short TYPE = (short) 0x8035;
  private static final short HARDWARE_ETHERNET = 1;
  private static final short PROTOCOL_IPV4 = 0x0800;
  private static final short REQUEST_REVERSE = 3;

  private final MemorySegment memory =
      Arena.ofAuto().allocate(VirtioNetHeader.SHORT + ETHERNET_MINIMUM);
  private final BufferBurst burst = new BufferBurst(1);

  /** A burst of that frame, with an empty short header before it; valid until the next call. */
  BufferBurst announcement(long address) {
    ByteBuffer frame =
        memory.asByteBuffer().order(ByteOrder.BIG_ENDIAN).position(VirtioNetHeader.SHORT);
    putMac(frame, -1);
    putMac(frame, address);
    frame.putShort(TYPE);
    frame.putShort(HARDWARE_ETHERNET).putShort(PROTOCOL_IPV4);
    frame.put((byte) MAC_BYTES).put((byte) Integer.BYTES).putShort(REQUEST_REVERSE);
    putMac(frame, address);
    frame.putInt(0);
    putMac(frame, address);
    frame.putInt(0);
    burst.clear();
    burst.add(0, memory.address(), 0, (int) memory.byteSize());
    return burst;
  }

  private static void putMac(ByteBuffer frame, long mac) {
    frame.putShort((short) (mac >>> 32)).putInt((int) mac);
  }
}
