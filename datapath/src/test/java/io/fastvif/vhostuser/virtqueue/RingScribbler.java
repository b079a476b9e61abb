package io.fastvif.vhostuser.virtqueue;

import io.fastvif.vhostuser.memory.InflightArea;
import java.util.Random;

/** Writes into a guest's rings what they may have, mostly, and nonsense, sometimes. */
public final class RingScribbler {
  private static final int FLAG_NEXT = 1;
  private static final int FLAG_WRITE = 2;

  private final Random random;
  private final TestGuest guest;
  private final long[] buffers;

  RingScribbler(Random random, TestGuest guest) {
    this(random, guest, new long[0]);
  }

  /**
   * A scribbler.
   *
   * @param buffers addresses of the guest's that every second descriptor has; none if it is empty
   */
  public RingScribbler(Random random, TestGuest guest, long[] buffers) {
    this.random = random;
    this.guest = guest;
    this.buffers = buffers;
  }

  /**
   * Changes descriptors, and gives the device some.
   *
   * @param area of a split or packed ring, as this one is, which is changed too; may be null
   */
  public void scribble(TestRing ring, InflightArea area) {
    int size = ring.size();
    boolean packed = ring.isPacked();
    for (int i = random.nextInt(size + 1); i > 0; i--) {
      long at = guest.host(ring.descriptors() + 16L * random.nextInt(size));
      RawMemory.putLong(at, address());
      RawMemory.putInt(at + 8, length());
      int usual = ring.deviceWritable() ? FLAG_WRITE : 0;
      int flags = random.nextInt(5) == 0 ? random.nextInt(8) : usual;
      if (random.nextInt(4) == 0) {
        flags |= FLAG_NEXT;
      }
      if (packed) {
        RawMemory.putShort(at + 12, random.nextInt(2 * size));
        RawMemory.putShort(at + 14, flags | (random.nextBoolean() ? 0x80 : 0x8000));
      } else {
        RawMemory.putShort(at + 12, flags);
        RawMemory.putShort(
            at + 14, random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(size));
      }
    }
    offer(ring, packed);
    if (area != null && random.nextInt(10) == 0) {
      long bytes = InflightArea.partSize(size, packed);
      RawMemory.putShort(
          area.address(0, packed) + 12 + 2L * random.nextInt((int) (bytes - 12) / 2),
          random.nextInt());
    }
    if (random.nextInt(50) == 0) {
      RawMemory.putShort(guest.host(ring.deviceArea()) + 2, random.nextInt());
    }
  }

  private void offer(TestRing ring, boolean packed) {
    int size = ring.size();
    long driver = guest.host(ring.driverArea());
    if (packed) {
      RawMemory.putInt(driver, random.nextInt());
      return;
    }
    long end = RingSetup.driverBytes(size, false);
    for (long at = 4; at < end; at += 2) {
      boolean wild = random.nextInt(500) == 0;
      RawMemory.putShort(driver + at, wild ? random.nextInt() : random.nextInt(size));
    }
    int used = RawMemory.getShort(guest.host(ring.deviceArea()) + 2);
    int ahead = random.nextInt(20) == 0 ? random.nextInt(70000) : random.nextInt(size + 1);
    RawMemory.putShortRelease(driver + 2, used + ahead);
  }

  private long address() {
    if (buffers.length > 0 && random.nextBoolean()) {
      return buffers[random.nextInt(buffers.length)];
    }
    long bytes = guest.guestEnd() - TestGuest.GUEST_BASE;
    return switch (random.nextInt(20)) {
      case 0 -> random.nextLong();
      case 1 -> guest.guestEnd() - random.nextInt(2000);
      case 2 -> TestGuest.GUEST_BASE - random.nextInt(20);
      case 3, 4 -> guest.regionBorder() - random.nextInt(2000);
      default -> TestGuest.GUEST_BASE + random.nextLong(bytes - 4096);
    };
  }

  private int length() {
    return switch (random.nextInt(20)) {
      case 0 -> random.nextInt();
      case 1 -> 0;
      case 2, 3 -> 16 * random.nextInt(300);
      default -> 1 + random.nextInt(2000);
    };
  }
}
