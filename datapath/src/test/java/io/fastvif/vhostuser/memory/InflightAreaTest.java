package io.fastvif.vhostuser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import org.junit.jupiter.api.Test;

class InflightAreaTest {

  /** 16 bytes and 16 for each descriptor, or 32 and 32, in whole cache lines. */
  @Test
  void partFitsTheSpecificationsLayout() {
    assertEquals(64, InflightArea.partSize(1, false));
    assertEquals(64, InflightArea.partSize(3, false));
    assertEquals(128, InflightArea.partSize(4, false));
    assertEquals(4160, InflightArea.partSize(256, false));
    assertEquals(64, InflightArea.partSize(1, true));
    assertEquals(8256, InflightArea.partSize(256, true));
  }

  @Test
  void placesEachRingsPart() {
    long size = 4 * InflightArea.partSize(256, true);
    try (FileDescriptor file = FileDescriptor.of(InflightArea.createFile(size))) {
      InflightArea area = InflightArea.map(file.value(), 0, size, 4, 256, true, Backing.SEALED);
      assertEquals(area.mapping().address() + 3 * 8256, area.address(3, true));
      assertThrows(IndexOutOfBoundsException.class, () -> area.address(4, true));
      assertThrows(IndexOutOfBoundsException.class, () -> area.address(-1, true));
      assertEquals(-Errno.EPERM, FileIo.ftruncate(file.value(), 0));
      area.mapping().release();
    }
  }

  @Test
  void refusesTooSmallFiles() {
    try (FileDescriptor file = FileDescriptor.of(InflightArea.createFile(4096))) {
      int fd = file.value();
      for (long[] bad :
          new long[][] {
            {4096, 0, 256},
            {4096, 1, 0},
            {4096, 1, 256},
            {8192, 1, 256},
            {4096, -1, -1},
            {Long.MAX_VALUE, 1, 32769},
            {-1, 1, 1},
            {64, 2, 1}
          }) {
        assertThrows(
            InvalidMemoryException.class,
            () ->
                InflightArea.map(fd, 0, bad[0], (int) bad[1], (int) bad[2], false, Backing.SEALED));
      }
    }
  }
}
