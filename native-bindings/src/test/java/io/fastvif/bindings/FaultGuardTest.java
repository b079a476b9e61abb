package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class FaultGuardTest {
  private static final long SIZE = 4 * 4096;

  private static FileDescriptor memfd() {
    FileDescriptor file =
        FileDescriptor.check(
            Memory.memfdCreate("guarded", linux_h.MFD_CLOEXEC), "memfd_create", "guarded");
    assertEquals(0, FileIo.ftruncate(file.value(), SIZE));
    return file;
  }

  private static long map(FileDescriptor file) {
    int protection = linux_h.PROT_READ | linux_h.PROT_WRITE;
    return SystemCallException.check(
        Memory.mmap(0, SIZE, protection, linux_h.MAP_SHARED, file.value(), 0), "mmap");
  }

  @Test
  void putsZerosInThePlaceOfAShrunkFile() {
    try (FileDescriptor file = memfd();
        FileDescriptor other = memfd()) {
      long address = map(file);
      long otherAddress = map(other);
      int slot = FaultGuard.protect(address, SIZE);
      int otherSlot = FaultGuard.protect(otherAddress, SIZE);
      assertTrue(slot >= 0 && otherSlot >= 0 && slot != otherSlot);
      MemorySegment segment = Memory.segment(address, SIZE);
      segment.fill((byte) 7);
      assertFalse(FaultGuard.hasFaulted(slot));
      assertEquals(0, FileIo.ftruncate(file.value(), 0));
      assertEquals(0, segment.get(JAVA_LONG, SIZE - Long.BYTES));
      assertTrue(FaultGuard.hasFaulted(slot));
      assertEquals(0, segment.get(JAVA_LONG, 0), "the whole mapping");
      segment.fill((byte) 9);
      assertEquals(9, segment.get(JAVA_BYTE, 1));
      assertFalse(FaultGuard.hasFaulted(otherSlot));
      FaultGuard.release(slot);
      assertEquals(0, Memory.munmap(address, SIZE));
      FaultGuard.release(otherSlot);
      assertEquals(0, Memory.munmap(otherAddress, SIZE));
      int again = FaultGuard.protect(address, SIZE);
      assertFalse(FaultGuard.hasFaulted(again), "a slot that is used again begins anew");
      FaultGuard.release(again);
    }
  }

  /** What is not guarded is the JVM's, as before. */
  @Test
  void leavesOtherFaultsToTheJvm() {
    try (FileDescriptor guarded = memfd();
        FileDescriptor file = memfd()) {
      long guardedAddress = map(guarded);
      int slot = FaultGuard.protect(guardedAddress, SIZE);
      long address = map(file);
      MemorySegment segment = Memory.segment(address, SIZE);
      assertEquals(0, FileIo.ftruncate(file.value(), 0));
      boolean thrown = false;
      try {
        read(segment);
      } catch (InternalError e) {
        thrown = true;
      }
      assertTrue(thrown);
      assertFalse(FaultGuard.hasFaulted(slot));
      FaultGuard.release(slot);
      assertEquals(0, Memory.munmap(address, SIZE));
      assertEquals(0, Memory.munmap(guardedAddress, SIZE));
    }
  }

  private static long read(MemorySegment segment) {
    return segment.get(JAVA_LONG, 0);
  }

  @Test
  void hasFullSlotsNoMore() {
    int[] slots = new int[FaultGuard.SLOTS];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = FaultGuard.protect(4096, 1);
      assertTrue(slots[i] >= 0);
    }
    assertEquals(-Errno.ENOSPC, FaultGuard.protect(4096, 1));
    for (int slot : slots) {
      FaultGuard.release(slot);
    }
    int again = FaultGuard.protect(4096, 1);
    assertTrue(again >= 0);
    FaultGuard.release(again);
  }
}
