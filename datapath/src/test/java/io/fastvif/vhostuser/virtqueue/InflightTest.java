package io.fastvif.vhostuser.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.vhostuser.memory.Backing;
import io.fastvif.vhostuser.memory.GuestMemory;
import io.fastvif.vhostuser.memory.GuestMemoryView;
import io.fastvif.vhostuser.memory.InflightArea;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that is killed between any two steps, and the next one that takes its rings over. */
class InflightTest {
  private static final int SIZE = 8;

  private static InflightArea area(boolean packed) {
    long bytes = InflightArea.partSize(SIZE, packed);
    try (FileDescriptor file = FileDescriptor.of(InflightArea.createFile(bytes))) {
      return InflightArea.map(file.value(), 0, bytes, 1, SIZE, packed, Backing.SEALED);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyBufferIsUsedExactlyOnceAcrossBackendKills(boolean packed) {
    Random random = new Random(3);
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, packed ? VirtioFeatures.RING_PACKED : 0, false);
      long heap = guest.allocate(4096, 4096);
      InflightArea area = area(packed);
      long part = area.address(0, packed);
      BufferBurst burst = new BufferBurst(SIZE);
      DeviceQueue device = DeviceQueue.start(ring.setup(guest.view(), ring.freshBase()), part);
      int nextToAdd = 0;
      int nextToUse = 0;
      int nextToPoll = 0;
      int kills = 0;
      while (nextToPoll < 5000) {
        while (random.nextInt(3) > 0 && ring.driver().add(heap, 1 + nextToAdd % 4000, false) >= 0) {
          nextToAdd++;
        }
        ring.driver().publish();
        int n = device.peek(burst, SIZE);
        assertEquals(null, device.failure());
        for (int i = 0; i < n; i++) {
          assertEquals(1 + (nextToUse + i) % 4000, burst.total(i), "buffers come in their order");
        }
        if (random.nextBoolean()) {
          int used = n == 0 ? 0 : random.nextInt(n + 1);
          device.complete(burst, used);
          nextToUse += used;
        }
        while (ring.driver().poll() >= 0) {
          nextToPoll++;
        }
        assertEquals(nextToUse, nextToPoll);
        if (random.nextInt(4) == 0) {
          // Not stopped, just gone. The frontend's base is of no use then.
          device = DeviceQueue.start(ring.setup(guest.view(), 0), part);
          kills++;
        }
      }
      assertTrue(kills > 100);
      area.mapping().release();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stoppingLeavesNothingInFlight(boolean packed) {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, packed ? VirtioFeatures.RING_PACKED : 0, false);
      long heap = guest.allocate(4096, 4096);
      InflightArea area = area(packed);
      long part = area.address(0, packed);
      int headerBytes = packed ? 32 : 16;
      int entryBytes = packed ? 32 : 16;
      BufferBurst burst = new BufferBurst(SIZE);
      DeviceQueue device = DeviceQueue.start(ring.setup(guest.view(), ring.freshBase()), part);
      for (int i = 0; i < 5; i++) {
        ring.driver().add(heap, 64, false);
      }
      ring.driver().publish();
      assertEquals(5, device.peek(burst, SIZE));
      assertEquals(5, marks(part + headerBytes, entryBytes));
      assertEquals(5, device.peek(burst, SIZE));
      assertEquals(5, marks(part + headerBytes, entryBytes), "looking again marks nothing twice");
      device.complete(burst, 2);
      assertEquals(3, marks(part + headerBytes, entryBytes));
      int base = device.stop();
      assertEquals(0, marks(part + headerBytes, entryBytes));
      assertEquals(packed ? 0x80028002 : 2, base);
    }
  }

  /** Memory that is replaced while the queue runs, as where a guest gets more. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void buffersAreNotedAsTheNewMemoryHasThem(boolean packed) {
    long features = packed ? VirtioFeatures.RING_PACKED : 0;
    try (TestGuest former = new TestGuest(1 << 16);
        TestGuest guest = new TestGuest(1 << 16)) {
      TestRing formerRing = former.ring(SIZE, features, false);
      TestRing ring = guest.ring(SIZE, features, false);
      InflightArea area = area(packed);
      long part = area.address(0, packed);
      GuestMemoryView mapped = former.view(); // what still read the former memory would find it
      DeviceQueue device =
          DeviceQueue.start(formerRing.setup(former.view(), ring.freshBase()), part);
      former
          .memory()
          .replace(GuestMemory.map(guest.regions(), guest.descriptors(), Backing.ANY_MEMORY));
      assertTrue(device.refresh());
      ring.driver().add(guest.allocate(4096, 4096), 20, false);
      ring.driver().publish();
      BufferBurst burst = new BufferBurst(SIZE);
      assertEquals(1, device.peek(burst, SIZE));
      // Not stopped, just gone.
      DeviceQueue next = DeviceQueue.start(ring.setup(guest.view(), ring.freshBase()), part);
      assertEquals(1, next.peek(burst, SIZE));
      assertEquals(20, burst.total(0));
      assertTrue(mapped.memory().isIntact());
      area.mapping().release();
    }
  }

  private static int marks(long entries, int bytes) {
    int marks = 0;
    for (int i = 0; i < SIZE; i++) {
      marks += RawMemory.getByte(entries + (long) i * bytes);
    }
    return marks;
  }

  /** Killed after the driver was told, before the marks were taken off (split). */
  @Test
  void publishedBatchIsNotRepeated() {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, 0, false);
      long heap = guest.allocate(4096, 4096);
      InflightArea area = area(false);
      long part = area.address(0, false);
      BufferBurst burst = new BufferBurst(SIZE);
      DeviceQueue device = DeviceQueue.start(ring.setup(guest.view(), 0), part);
      for (int i = 0; i < 4; i++) {
        ring.driver().add(heap, 10 + i, false);
      }
      ring.driver().publish();
      assertEquals(4, device.peek(burst, SIZE));
      device.complete(burst, 3);
      RawMemory.putShort(part + 14, 0);
      for (int head = 0; head < 3; head++) {
        RawMemory.putByte(part + 16 + 16L * head, 1);
      }
      device = DeviceQueue.start(ring.setup(guest.view(), 0), part);
      assertEquals(1, device.peek(burst, SIZE));
      assertEquals(13, burst.total(0));
      assertEquals(3, RawMemory.getShort(part + 14), "the used index is put right");
    }
  }

  /** Killed before the first descriptor of a batch was written, after the others (packed). */
  @Test
  void unpublishedPackedBatchIsRepeated() {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, VirtioFeatures.RING_PACKED, false);
      long heap = guest.allocate(4096, 4096);
      InflightArea area = area(true);
      long part = area.address(0, true);
      BufferBurst burst = new BufferBurst(SIZE);
      DeviceQueue device = DeviceQueue.start(ring.setup(guest.view(), ring.freshBase()), part);
      for (int i = 0; i < 4; i++) {
        ring.driver().add(heap, 10 + i, false);
      }
      ring.driver().publish();
      assertEquals(4, device.peek(burst, SIZE));
      byte[] before = bytes(part, InflightArea.partSize(SIZE, true));
      long first = RawMemory.getLong(guest.host(ring.descriptors()) + 8);
      device.complete(burst, 3);
      // As it was just before the first descriptor was written.
      int freeHead = RawMemory.getShort(part + 12);
      int usedIndex = RawMemory.getShort(part + 16);
      for (int i = 0; i < before.length; i++) {
        RawMemory.putByte(part + i, before[i]);
      }
      RawMemory.putShort(part + 12, freeHead);
      RawMemory.putShort(part + 16, usedIndex);
      RawMemory.putLong(guest.host(ring.descriptors()) + 8, first);
      device = DeviceQueue.start(ring.setup(guest.view(), 0), part);
      for (int i = 0; i < 4; i++) {
        // One by one: what is left in the ring of the killed one's batch is not to be seen.
        assertEquals(DriverQueue.NONE, ring.driver().poll());
        assertTrue(device.peek(burst, SIZE) > 0);
        assertEquals(10 + i, burst.total(0));
        device.complete(burst, 1);
        assertEquals(i, ring.driver().poll());
      }
      assertEquals(DriverQueue.NONE, ring.driver().poll());
    }
  }

  /**
   * Another backend may have used buffers out of order: what it had taken comes first, oldest
   * first.
   */
  @Test
  void inflightBuffersAreResubmittedInFetchOrder() {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, 0, false);
      long heap = guest.allocate(4096, 4096);
      for (int i = 0; i < 5; i++) {
        ring.driver().add(heap, 10 + i, false);
      }
      ring.driver().publish();
      InflightArea area = area(false);
      long part = area.address(0, false);
      RawMemory.putShort(part + 8, 1);
      RawMemory.putShort(part + 10, SIZE);
      // It took 0, 1, 2 and gave 1 back.
      RawMemory.putByte(part + 16, 1);
      RawMemory.putLong(part + 16 + 8, 7);
      RawMemory.putByte(part + 16 + 32, 1);
      RawMemory.putLong(part + 16 + 32 + 8, 5);
      RawMemory.putShort(part + 14, 1);
      RawMemory.putInt(guest.host(ring.deviceArea()) + 4, 1);
      RawMemory.putShort(guest.host(ring.deviceArea()) + 2, 1);
      DeviceQueue device = DeviceQueue.start(ring.setup(guest.view(), 0), part);
      BufferBurst burst = new BufferBurst(SIZE);
      assertEquals(2, device.peek(burst, SIZE));
      assertEquals(12, burst.total(0));
      assertEquals(10, burst.total(1));
      device.complete(burst, 2);
      assertEquals(2, device.peek(burst, SIZE));
      assertEquals(13, burst.total(0));
      device.complete(burst, 2);
      int[] order = {1, 2, 0, 3, 4};
      for (int id : order) {
        assertEquals(id, ring.driver().poll());
      }
    }
  }

  private static byte[] bytes(long address, long length) {
    byte[] bytes = new byte[(int) length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) RawMemory.getByte(address + i);
    }
    return bytes;
  }
}
