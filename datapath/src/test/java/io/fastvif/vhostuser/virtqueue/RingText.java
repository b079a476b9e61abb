package io.fastvif.vhostuser.virtqueue;

/** What stands in a ring and in its part of the in-flight area, for messages. */
public final class RingText {
  private static final int FLAGS = 14;
  private static final int SPLIT_UNIT = 16;
  private static final int PACKED_UNIT = 32;

  private RingText() {}

  /**
   * Tells where both sides are.
   *
   * @param part its part of the in-flight area, as an address in this process
   */
  public static String of(TestGuest guest, TestRing ring, boolean packed, long part) {
    long descriptors = guest.host(ring.descriptors());
    long driver = guest.host(ring.driverArea());
    long device = guest.host(ring.deviceArea());
    StringBuilder text = new StringBuilder(ring.deviceWritable() ? "receive" : "transmit");
    if (packed) {
      text.append(" ring, of each descriptor the flags avail and used: ");
      for (int i = 0; i < ring.size(); i++) {
        int flags = RawMemory.getShort(descriptors + 16L * i + FLAGS);
        text.append(".aub".charAt((flags >>> 7 & 1) | (flags >>> 15 & 1) << 1));
      }
      text.append(String.format("%ndriver's event %08x, ", RawMemory.getInt(driver)));
      text.append(String.format("device's event %08x", RawMemory.getInt(device)));
    } else {
      text.append(
          String.format(
              " ring, available: flags %x, index %04x; used: flags %x, index %04x",
              RawMemory.getShort(driver),
              RawMemory.getShort(driver + 2),
              RawMemory.getShort(device),
              RawMemory.getShort(device + 2)));
    }
    text.append("\nin flight:");
    int unit = packed ? PACKED_UNIT : SPLIT_UNIT;
    for (int i = 8; i < unit; i += 2) {
      text.append(String.format(" %04x", RawMemory.getShort(part + i)));
    }
    text.append(", marks: ");
    for (int i = 1; i <= ring.size(); i++) {
      text.append(RawMemory.getByte(part + (long) unit * i));
    }
    return text.append('\n').toString();
  }
}
