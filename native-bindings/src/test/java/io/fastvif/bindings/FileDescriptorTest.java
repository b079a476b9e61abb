package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FileDescriptorTest {

  private static FileDescriptor open() {
    return FileDescriptor.check(Polling.eventfd(0, 0), "eventfd", 0, 0);
  }

  @Test
  void closesOnce() {
    FileDescriptor descriptor = open();
    int fd = descriptor.value();
    assertTrue(descriptor.isOpen());
    assertEquals("fd " + fd, descriptor.toString());
    descriptor.close();
    assertFalse(descriptor.isOpen());
    assertEquals("fd closed", descriptor.toString());
    assertThrows(IllegalStateException.class, descriptor::value);
    assertThrows(IllegalStateException.class, descriptor::release);
    assertEquals(-Errno.EBADF, FileIo.fcntl(fd, 1, 0), "the kernel has closed it too");
    descriptor.close();
  }

  @Test
  void releasedDescriptorStaysOpen() {
    FileDescriptor descriptor = open();
    int fd = descriptor.release();
    descriptor.close();
    assertEquals(0, FileIo.close(fd));
  }

  @Test
  void descriptorClosedElsewhereIsReported() {
    FileDescriptor descriptor = open();
    assertEquals(0, FileIo.close(descriptor.value()));
    SystemCallException e = assertThrows(SystemCallException.class, descriptor::close);
    assertEquals(Errno.EBADF, e.errno());
  }

  @Test
  void failedCallIsNoDescriptor() {
    SystemCallException e =
        assertThrows(
            SystemCallException.class,
            () -> FileDescriptor.check(Polling.eventfd(0, -1), "eventfd", 0, "all flags"));
    assertEquals("eventfd", e.call());
    assertEquals(Errno.EINVAL, e.errno());
    assertEquals(
        "eventfd(0, all flags): EINVAL (" + Errno.message(Errno.EINVAL) + ")", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> FileDescriptor.of(-1));
  }
}
