package io.fastvif.vhostuser.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rings that break a rule stop, and say which. */
class HostileRingTest {
  private static final int SIZE = 8;
  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;
  private static final int PACKED_AVAIL = 1 << 7;

  private final BufferBurst burst = new BufferBurst(SIZE);
  private TestGuest guest;
  private TestRing ring;
  private DeviceQueue device;

  @BeforeEach
  void makeGuest() {
    guest = new TestGuest(1 << 16);
  }

  @AfterEach
  void dropGuest() {
    guest.close();
  }

  private void split(long features) {
    ring = guest.ring(SIZE, features, false);
    device = ring.device(ring.freshBase());
  }

  private void packed(long features) {
    ring = guest.ring(SIZE, features | VirtioFeatures.RING_PACKED, false);
    device = ring.device(ring.freshBase());
  }

  private void splitDescriptor(int index, long address, int length, int flags, int next) {
    splitDescriptorAt(ring.descriptors() + 16L * index, address, length, flags, next);
  }

  private void splitDescriptorAt(long where, long address, int length, int flags, int next) {
    long at = guest.host(where);
    RawMemory.putLong(at, address);
    RawMemory.putInt(at + 8, length);
    RawMemory.putShort(at + 12, flags);
    RawMemory.putShort(at + 14, next);
  }

  private void packedDescriptor(int index, long address, int length, int flags) {
    splitDescriptor(index, address, length, index, flags | PACKED_AVAIL);
  }

  private void available(int idx, int... heads) {
    long at = guest.host(ring.driverArea());
    for (int i = 0; i < heads.length; i++) {
      RawMemory.putShort(at + 4 + 2L * i, heads[i]);
    }
    RawMemory.putShortRelease(at + 2, idx);
  }

  private void assertBroken(String why) {
    assertEquals(DeviceQueue.BROKEN, device.peek(burst, SIZE));
    assertTrue(device.failure().contains(why), device.failure());
    assertEquals(0, burst.count());
    assertEquals(DeviceQueue.BROKEN, device.peek(burst, SIZE), "once broken, always broken");
  }

  @Test
  void anIndexThatRunsAhead() {
    split(0);
    available(SIZE + 1, 0);
    assertBroken("9 ahead in a ring of 8");
  }

  @Test
  void aHeadBeyondTheTable() {
    split(0);
    available(1, SIZE);
    assertBroken("descriptor 8 in a table of 8");
  }

  @Test
  void aNextBeyondTheTable() {
    split(0);
    splitDescriptor(0, TestGuest.GUEST_BASE, 10, NEXT, 700);
    available(1, 0);
    assertBroken("descriptor 700 in a table of 8");
  }

  @Test
  void aChainThatLoops() {
    split(0);
    splitDescriptor(0, TestGuest.GUEST_BASE, 0, NEXT, 1);
    splitDescriptor(1, TestGuest.GUEST_BASE, 10, NEXT, 0);
    available(1, 0);
    assertBroken("loop");
  }

  @Test
  void aBufferOutside() {
    split(0);
    splitDescriptor(0, guest.guestEnd() - 10, 11, 0, 0);
    available(1, 0);
    assertBroken("outside the guest's memory");
  }

  @Test
  void aBufferBefore() {
    split(0);
    splitDescriptor(0, TestGuest.GUEST_BASE - 1, 2, 0, 0);
    available(1, 0);
    assertBroken("outside the guest's memory");
  }

  @Test
  void aLengthThatWraps() {
    split(0);
    splitDescriptor(0, -16L, 32, 0, 0);
    available(1, 0);
    assertBroken("outside the guest's memory");
  }

  @Test
  void aBufferOfFourGigabytes() {
    split(0);
    splitDescriptor(0, TestGuest.GUEST_BASE, -1, 0, 0);
    available(1, 0);
    assertBroken("4294967295 bytes");
  }

  @Test
  void aBufferAcrossRegionsIsTakenInPieces() {
    split(0);
    splitDescriptor(0, guest.regionBorder() - 5000, 9000, 0, 0);
    available(1, 0);
    assertEquals(1, device.peek(burst, SIZE));
    assertEquals(2, burst.endSegment(0));
    assertEquals(5000, burst.length(0));
    assertEquals(4000, burst.length(1));
    assertEquals(guest.host(guest.regionBorder() - 5000), burst.address(0));
    assertEquals(guest.host(guest.regionBorder()), burst.address(1));
  }

  @Test
  void aWritableBufferToSend() {
    split(0);
    splitDescriptor(0, TestGuest.GUEST_BASE, 10, WRITE, 0);
    available(1, 0);
    assertBroken("that the device shall write");
  }

  @Test
  void anIndirectTableThatWasNotNegotiated() {
    split(0);
    splitDescriptor(0, TestGuest.GUEST_BASE, 16, INDIRECT, 0);
    available(1, 0);
    assertBroken("not negotiated");
  }

  @Test
  void anIndirectTableOutside() {
    split(VirtioFeatures.INDIRECT_DESC);
    splitDescriptor(0, guest.guestEnd() - 16, 32, INDIRECT, 0);
    available(1, 0);
    assertBroken("outside the guest's memory");
  }

  @Test
  void anIndirectTableOfOddLength() {
    split(VirtioFeatures.INDIRECT_DESC);
    splitDescriptor(0, TestGuest.GUEST_BASE, 17, INDIRECT, 0);
    available(1, 0);
    assertBroken("table of 17 bytes");
  }

  @Test
  void anIndirectTableInATable() {
    split(VirtioFeatures.INDIRECT_DESC);
    long table = guest.allocate(32, 16);
    splitDescriptor(0, table, 32, INDIRECT, 0);
    splitDescriptorAt(table, table, 32, INDIRECT, 0);
    available(1, 0);
    assertBroken("in an indirect table");
  }

  @Test
  void aLoopInAnIndirectTable() {
    split(VirtioFeatures.INDIRECT_DESC);
    long table = guest.allocate(32, 16);
    splitDescriptor(0, table, 32, INDIRECT, 0);
    splitDescriptorAt(table, TestGuest.GUEST_BASE, 0, NEXT, 1);
    splitDescriptorAt(table + 16, TestGuest.GUEST_BASE, 0, NEXT, 0);
    available(1, 0);
    assertBroken("loop");
  }

  @Test
  void anIndirectTableWithMoreThanAChainMayHave() {
    split(VirtioFeatures.INDIRECT_DESC);
    int entries = BufferBurst.MAX_SEGMENTS + 1;
    long table = guest.allocate(16L * entries, 16);
    splitDescriptor(0, table, 16 * entries, INDIRECT, 0);
    for (int i = 0; i < entries; i++) {
      int flags = i + 1 < entries ? NEXT : 0;
      splitDescriptorAt(table + 16L * i, TestGuest.GUEST_BASE, 1, flags, i + 1);
    }
    available(1, 0);
    assertBroken("more than 1024");
  }

  @Test
  void aGoodBufferBeforeABadOneIsNotTouched() {
    split(0);
    splitDescriptor(0, TestGuest.GUEST_BASE, 10, 0, 0);
    available(2, 0, 900);
    assertBroken("descriptor 900");
    assertEquals(0, RawMemory.getShort(guest.host(ring.deviceArea()) + 2), "used index");
  }

  @Test
  void aPackedChainWithoutEnd() {
    packed(0);
    for (int i = 0; i < SIZE; i++) {
      packedDescriptor(i, TestGuest.GUEST_BASE, 10, NEXT);
    }
    assertBroken("chain of more than 8 descriptors");
  }

  @Test
  void aPackedBufferOutside() {
    packed(0);
    packedDescriptor(0, guest.guestEnd(), 1, 0);
    assertBroken("outside the guest's memory");
  }

  @Test
  void aPackedIndirectTableWithAWritableBuffer() {
    packed(VirtioFeatures.INDIRECT_DESC);
    long table = guest.allocate(32, 16);
    packedDescriptor(0, table, 32, INDIRECT);
    splitDescriptorAt(table, TestGuest.GUEST_BASE, 1, 0, 0);
    splitDescriptorAt(table + 16, TestGuest.GUEST_BASE, 1, 0, WRITE);
    assertBroken("that the device shall write");
  }

  @Test
  void packedChainsThatTakeMoreThanTheRing() {
    packed(0);
    packedDescriptor(0, TestGuest.GUEST_BASE, 1, 0);
    for (int i = 1; i < SIZE; i++) {
      packedDescriptor(i, TestGuest.GUEST_BASE, 1, NEXT);
    }
    assertBroken("more than the 8 entries");
  }

  @Test
  void ringsThatAreNotInTheMemory() {
    ring = guest.ring(SIZE, 0, false);
    long end = TestGuest.user(guest.guestEnd());
    long good = TestGuest.user(ring.descriptors());
    assertRefused("descriptors", end - 16, good, good);
    assertRefused("driver area", good, end - 4, good);
    assertRefused("device area", good, good, end - 8);
    assertRefused("not aligned", good + 8, good, good);
    assertRefused("not aligned", good, good + 1, good);
    assertRefused("not aligned", good, good, good + 2);
  }

  private void assertRefused(String why, long descriptors, long driverArea, long deviceArea) {
    RingSetup setup =
        new RingSetup(SIZE, 0, false, guest.view(), descriptors, driverArea, deviceArea, 0);
    BrokenRingException refused =
        assertThrows(BrokenRingException.class, () -> DeviceQueue.start(setup, 0));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  @Test
  void aRingWhoseMemoryGoesAway() {
    split(0);
    assertTrue(device.refresh());
    guest.memory().close();
    assertFalse(device.refresh());
    assertBroken("not within the guest's memory");
  }

  @Test
  void sizesAgainstTheSpecification() {
    for (int size : new int[] {0, -1, 3, 32769, 65536}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new RingSetup(size, 0, false, guest.view(), 0, 0, 0, 0));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new RingSetup(5, VirtioFeatures.RING_PACKED, false, guest.view(), 0, 0, 0, 5));
  }
}
