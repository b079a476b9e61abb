package io.fastvif.vhostuser.virtqueue;

import static io.fastvif.bindings.linux.linux_h.MFD_CLOEXEC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.testing.Allocations;
import io.fastvif.vhostuser.memory.Backing;
import io.fastvif.vhostuser.memory.DirtyLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device queue costs and notes. */
class DeviceQueueTest {
  private static final int SIZE = 64;
  private static final int BURST = 32;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBurstAllocatesNothing(boolean packed) {
    try (TestGuest guest = new TestGuest(1 << 16)) {
      TestRing ring = guest.ring(SIZE, packed ? VirtioFeatures.RING_PACKED : 0, true);
      long buffer = guest.allocate(64, 64);
      DeviceQueue device = ring.device(ring.freshBase());
      BufferBurst burst = new BufferBurst(BURST);
      Allocations.assertNone(
          () -> {
            for (int i = 0; i < BURST; i++) {
              ring.driver().add(buffer, 64, true);
            }
            ring.driver().publish();
            device.refresh();
            int n = device.peek(burst, BURST);
            device.complete(burst, n);
            int used = 0;
            while (ring.driver().poll() >= 0) {
              used++;
            }
            return used;
          },
          BURST,
          2000);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void allThatIsWrittenIsNotedInTheDirtyLog(boolean packed) {
    try (TestGuest guest = new TestGuest(1 << 16);
        FileDescriptor file =
            FileDescriptor.check(Memory.memfdCreate("log", MFD_CLOEXEC), "memfd")) {
      long logBytes = guest.guestEnd() / 4096 / 8 + 8;
      FileIo.ftruncate(file.value(), logBytes);
      DirtyLog log = DirtyLog.map(file.value(), 0, logBytes, Backing.ANY_MEMORY);
      // So long that a packed ring's descriptors are on other pages than what the device asks for.
      TestRing ring = guest.ring(512, packed ? VirtioFeatures.RING_PACKED : 0, true);
      long buffer = guest.allocate(12288, 4096);
      DeviceQueue device = ring.device(ring.freshBase());
      device.log(log, ring.deviceArea());
      assertTrue(isDirty(log, ring.deviceArea()), "what was written before");
      assertTrue(!packed || isDirty(log, ring.descriptors()), "descriptors used before");
      RawMemory.clear(log.mapping().address(), logBytes);
      ring.driver().add(buffer + 4000, 8000, true);
      ring.driver().publish();
      BufferBurst burst = new BufferBurst(1);
      assertEquals(1, device.peek(burst, 1));
      burst.written(0, 97);
      device.complete(burst, 1);
      assertTrue(isDirty(log, buffer), "the first page");
      assertTrue(isDirty(log, buffer + 4096), "the byte on the second");
      assertEquals(false, isDirty(log, buffer + 8192), "a page that was not reached");
      assertTrue(packed || isDirty(log, ring.deviceArea()), "the used ring");
      assertTrue(!packed || isDirty(log, ring.descriptors()), "used descriptors");
      device.log(null, -1);
      RawMemory.clear(log.mapping().address(), logBytes);
      ring.driver().add(buffer, 10, true);
      ring.driver().publish();
      device.peek(burst, 1);
      burst.written(0, 10);
      device.complete(burst, 1);
      assertEquals(false, isDirty(log, buffer), "after the log was taken away");
      log.mapping().release();
    }
  }

  private static boolean isDirty(DirtyLog log, long guestAddress) {
    long page = guestAddress / 4096;
    return (RawMemory.getByte(log.mapping().address() + page / 8) >> (page % 8) & 1) != 0;
  }

  @Test
  void copiesOfEveryLengthAreWhole() {
    long bytes = 1024;
    long memory = Memory.mmap(0, 8192, 3, 0x22, -1, 0);
    assertTrue(memory > 0);
    for (int length = 0; length <= bytes / 2; length++) {
      for (int i = 0; i < bytes; i++) {
        RawMemory.putByte(memory + i, i * 7 + length);
        RawMemory.putByte(memory + 4096 + i, 0xee);
      }
      RawMemory.copy(memory + 3, memory + 4096 + 5, length);
      for (int i = 0; i < bytes; i++) {
        boolean inside = i >= 5 && i < 5 + length;
        int expected = inside ? ((i - 5 + 3) * 7 + length) & 0xff : 0xee;
        assertEquals(expected, RawMemory.getByte(memory + 4096 + i), length + " bytes, at " + i);
      }
    }
    Memory.munmap(memory, 8192);
  }
}
