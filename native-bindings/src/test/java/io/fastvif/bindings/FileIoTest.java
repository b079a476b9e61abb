package io.fastvif.bindings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileIoTest {

  @TempDir Path directory;

  @Test
  void bytesAreWrittenAndReadAtOffsets() throws Exception {
    String path = directory.resolve("file").toString();
    int flags = linux_h.O_RDWR | linux_h.O_CREAT | linux_h.O_EXCL | linux_h.O_CLOEXEC;
    try (Arena arena = Arena.ofConfined();
        FileDescriptor file = FileDescriptor.check(FileIo.open(path, flags, 0600), "open")) {
      int fd = file.value();
      assertEquals(-Errno.EEXIST, FileIo.open(path, flags, 0600));
      MemorySegment text = arena.allocateFrom("abcdef");
      assertEquals(6, FileIo.write(fd, text, 6));
      MemorySegment buffer = arena.allocate(16);
      assertEquals(5, FileIo.pread(fd, buffer, 16, 1));
      assertArrayEquals("bcdef".getBytes(UTF_8), bytes(buffer, 5));
      assertEquals(0, FileIo.read(fd, buffer, 16), "the position is at the end");
      assertEquals(0, FileIo.ftruncate(fd, 4));
      MemorySegment status = arena.allocate(FileStatus.layout());
      assertEquals(0, FileIo.fstat(fd, status));
      assertEquals(4, FileStatus.size(status));
      assertEquals(0100600, FileStatus.mode(status));
      assertEquals(0, FileIo.fchmod(fd, 0640));
      assertEquals("rw-r-----", permissions(path));
      // FIONREAD counts from the position, which is two past the end by now.
      assertEquals(0, FileIo.ioctl(fd, linux_h.FIONREAD, buffer));
      assertEquals(-2, buffer.get(ValueLayout.JAVA_INT, 0));
    }
  }

  private static byte[] bytes(MemorySegment buffer, long length) {
    return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static String permissions(String path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(path)));
  }

  @Test
  void namesAreMadeChangedAndRemoved() throws Exception {
    String path = directory.resolve("directory").toString();
    assertEquals(0, FileIo.mkdir(path, 0700));
    assertEquals(-Errno.EEXIST, FileIo.mkdir(path, 0700));
    assertEquals(0, FileIo.chmod(path, 0500));
    assertEquals("r-x------", permissions(path));
    assertEquals(0, FileIo.chown(path, -1, -1));
    assertEquals(-Errno.EISDIR, FileIo.unlink(path));
    assertEquals(0, FileIo.rmdir(path));
    assertFalse(Files.exists(Path.of(path)));
    assertEquals(-Errno.ENOENT, FileIo.chmod(path, 0500));
    assertEquals(-Errno.ENOENT, FileIo.chown(path, -1, -1));
    assertEquals(-Errno.ENOENT, FileIo.rmdir(path));
  }

  @Test
  void characterDevicesHaveTheirNumber() throws Exception {
    Peers.require(Namespaces.geteuid() == 0, "needs root: mknod(2)");
    Path node = directory.resolve("node");
    assertEquals(0, FileIo.makeCharacterDevice(node.toString(), 0600, 0xabc, 0xfedcb));
    assertEquals(0xfed_abc_cbL, Files.getAttribute(node, "unix:rdev"));
    assertEquals(020600, Files.getAttribute(node, "unix:mode"));
    assertEquals(-Errno.EEXIST, FileIo.makeCharacterDevice(node.toString(), 0600, 1, 3));
  }

  @Test
  void lockExcludesAnotherDescriptor() {
    String path = directory.resolve("lock").toString();
    int flags = linux_h.O_RDWR | linux_h.O_CREAT | linux_h.O_CLOEXEC;
    try (FileDescriptor first = FileDescriptor.check(FileIo.open(path, flags, 0600), "open");
        FileDescriptor second = FileDescriptor.check(FileIo.open(path, flags, 0600), "open")) {
      assertEquals(0, FileIo.flock(first.value(), linux_h.LOCK_EX));
      assertEquals(-Errno.EAGAIN, FileIo.flock(second.value(), linux_h.LOCK_EX | linux_h.LOCK_NB));
      assertEquals(0, FileIo.flock(first.value(), linux_h.LOCK_UN));
      assertEquals(0, FileIo.flock(second.value(), linux_h.LOCK_EX | linux_h.LOCK_NB));
    }
  }

  @Test
  void linkIsReadWithoutTerminator() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("net:[42]"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(64);
      long length = FileIo.readlink(link.toString(), buffer, 64);
      assertArrayEquals("net:[42]".getBytes(UTF_8), bytes(buffer, length));
      assertEquals(3, FileIo.readlink(link.toString(), buffer, 3), "cut short");
      assertEquals(-Errno.EINVAL, FileIo.readlink(directory.toString(), buffer, 64));
    }
  }

  @Test
  void textFilesAreReadAndWritten() throws Exception {
    Path file = directory.resolve("text");
    Files.writeString(file, "x".repeat(10_000) + "\n");
    assertEquals("x".repeat(10_000), FileIo.readText(file.toString()));
    Files.writeString(file, "");
    assertEquals("", FileIo.readText(file.toString()));
    FileIo.writeText(file.toString(), "1");
    assertEquals("1", Files.readString(file));
    assertTrue(FileIo.readText("/proc/self/stat").contains("java"));
  }

  @Test
  void failuresOfTextFilesNameCallAndFile() {
    String path = directory.resolve("missing").toString();
    SystemCallException e = assertThrows(SystemCallException.class, () -> FileIo.readText(path));
    assertEquals(
        "open(" + path + "): ENOENT (" + Errno.message(Errno.ENOENT) + ")", e.getMessage());
    assertEquals(List.of(path), e.arguments());
    assertThrows(SystemCallException.class, () -> FileIo.writeText(path, "1"));
    SystemCallException full =
        assertThrows(SystemCallException.class, () -> FileIo.writeText("/dev/full", "1"));
    assertEquals("write", full.call());
    assertEquals(Errno.ENOSPC, full.errno());
  }
}
