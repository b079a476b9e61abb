package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class MemoryTest {

  private static final long SIZE = 8192;
  private static final int READ_WRITE = linux_h.PROT_READ | linux_h.PROT_WRITE;

  private static FileDescriptor memfd(int flags) {
    return FileDescriptor.check(Memory.memfdCreate("test", flags), "memfd_create", "test");
  }

  @Test
  void twoMappingsOfOneMemfdShareItsBytes() {
    try (FileDescriptor file = memfd(linux_h.MFD_CLOEXEC);
        Arena arena = Arena.ofConfined()) {
      assertEquals(0, FileIo.ftruncate(file.value(), SIZE));
      MemorySegment first =
          Memory.map(arena, SIZE, READ_WRITE, linux_h.MAP_SHARED, file.value(), 0);
      long address = Memory.mmap(0, SIZE, READ_WRITE, linux_h.MAP_SHARED, file.value(), 0);
      assertTrue(address > 0);
      MemorySegment second = Memory.segment(address, SIZE);
      first.set(JAVA_LONG, 4096, 0x123456789L);
      assertEquals(0x123456789L, second.get(JAVA_LONG, 4096));
      assertEquals(SIZE, first.byteSize());
      assertThrows(IndexOutOfBoundsException.class, () -> second.get(JAVA_LONG, SIZE));
      assertEquals(0, Memory.madvise(first, SIZE, linux_h.MADV_DONTDUMP));
      assertEquals(0, Memory.munmap(address, SIZE));
      assertEquals(-Errno.ENOMEM, Memory.madvise(second, SIZE, linux_h.MADV_DONTDUMP), "unmapped");
    }
  }

  @Test
  void closingTheArenaUnmaps() {
    MemorySegment mapped;
    int flags = linux_h.MAP_PRIVATE | linux_h.MAP_ANONYMOUS;
    try (Arena arena = Arena.ofConfined()) {
      mapped = Memory.map(arena, SIZE, READ_WRITE, flags, -1, 0);
      mapped.set(JAVA_LONG, 0, 5);
    }
    MemorySegment gone = MemorySegment.ofAddress(mapped.address());
    assertEquals(-Errno.ENOMEM, Memory.madvise(gone, SIZE, linux_h.MADV_DONTDUMP));
  }

  @Test
  void sealedMemfdCannotShrink() {
    try (FileDescriptor file = memfd(linux_h.MFD_CLOEXEC | linux_h.MFD_ALLOW_SEALING)) {
      int fd = file.value();
      assertEquals(0, FileIo.ftruncate(fd, SIZE));
      int seals = linux_h.F_SEAL_SHRINK | linux_h.F_SEAL_SEAL;
      assertEquals(0, FileIo.fcntl(fd, linux_h.F_ADD_SEALS, seals));
      assertEquals(seals, FileIo.fcntl(fd, linux_h.F_GET_SEALS, 0));
      assertEquals(-Errno.EPERM, FileIo.ftruncate(fd, 0));
      assertEquals(-Errno.EPERM, FileIo.fcntl(fd, linux_h.F_ADD_SEALS, linux_h.F_SEAL_GROW));
    }
  }

  /** The kernel maps files from multiples of a page on, and from none between. */
  @Test
  void pageSizeIsTheLeastOffsetOfAMapping() {
    int page = Memory.pageSize();
    try (FileDescriptor file = memfd(linux_h.MFD_CLOEXEC)) {
      assertEquals(0, FileIo.ftruncate(file.value(), 2L * page));
      for (int offset = page / 2; offset <= page; offset += page / 2) {
        long address = Memory.mmap(0, page, READ_WRITE, linux_h.MAP_SHARED, file.value(), offset);
        if (offset == page) {
          assertTrue(address > 0, "a page");
          assertEquals(0, Memory.munmap(address, page));
        } else {
          assertEquals(-Errno.EINVAL, address, "half of one");
        }
      }
    }
  }

  @Test
  void refusedMappingIsAnErrno() {
    assertEquals(-Errno.EBADF, Memory.mmap(0, SIZE, READ_WRITE, linux_h.MAP_SHARED, -1, 0));
    try (Arena arena = Arena.ofConfined()) {
      SystemCallException e =
          assertThrows(
              SystemCallException.class,
              () -> Memory.map(arena, 0, READ_WRITE, linux_h.MAP_SHARED, -1, 0));
      assertEquals("mmap", e.call());
    }
  }
}
