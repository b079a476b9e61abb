package io.fastvif.vhostuser.memory;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Memory;
import io.fastvif.bindings.Polling;
import io.fastvif.testing.HugePages;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedMappingTest {
  private static final long PAGE = Memory.pageSize();

  private static SharedMapping map(int fd, Backing backing) {
    return SharedMapping.map(fd, 0, PAGE, backing, "test");
  }

  @Test
  void sealsSealableFiles() {
    try (MemoryFile file = MemoryFile.sealable("sealable", PAGE)) {
      SharedMapping mapping = map(file.fd(), Backing.SEALED);
      assertTrue(mapping.isSealed());
      assertEquals(-Errno.EPERM, file.truncate(0));
      assertTrue(mapping.isIntact());
      mapping.release();
    }
  }

  @Test
  void refusesUnsealableFilesWhenSealingIsRequired() throws IOException {
    try (MemoryFile file = MemoryFile.unsealable("unsealable", PAGE)) {
      InvalidMemoryException e =
          assertThrows(InvalidMemoryException.class, () -> map(file.fd(), Backing.SEALED));
      assertTrue(e.getMessage().contains("F_SEAL_SHRINK"), e.getMessage());
      assertEquals(0, file.mappings());
      SharedMapping mapping = map(file.fd(), Backing.ANY_MEMORY);
      assertFalse(mapping.isSealed());
      assertEquals(1, file.mappings());
      mapping.release();
      assertEquals(0, file.mappings());
    }
  }

  @Test
  void refusesDescriptorsThatAreNoMemory(@TempDir Path directory) throws IOException {
    List<FileDescriptor> bad = new ArrayList<>();
    bad.add(FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC), "eventfd"));
    bad.add(FileDescriptor.check(FileIo.open("/dev/zero", O_RDWR | O_CLOEXEC, 0), "open"));
    bad.add(FileDescriptor.check(FileIo.open("/proc", O_RDONLY | O_CLOEXEC, 0), "open"));
    bad.add(FileDescriptor.check(FileIo.open("/proc/self/maps", O_RDONLY | O_CLOEXEC, 0), "open"));
    for (FileDescriptor descriptor : bad) {
      assertThrows(InvalidMemoryException.class, () -> map(descriptor.value(), Backing.ANY_MEMORY));
      descriptor.close();
    }
  }

  @Test
  void refusesFilesThatAreNotWritable() {
    try (MemoryFile file = MemoryFile.unsealable("readonly", PAGE);
        FileDescriptor readOnly =
            FileDescriptor.check(
                FileIo.open("/proc/self/fd/" + file.fd(), O_RDONLY | O_CLOEXEC, 0), "open")) {
      InvalidMemoryException e =
          assertThrows(
              InvalidMemoryException.class, () -> map(readOnly.value(), Backing.ANY_MEMORY));
      assertTrue(e.getMessage().contains("open for writing"), e.getMessage());
    }
  }

  @Test
  void keepsOneDescriptorOfEachFile() throws IOException {
    try (MemoryFile sealed = MemoryFile.sealed("kept", PAGE);
        MemoryFile other = MemoryFile.unsealable("watched", PAGE)) {
      SharedMapping first = map(sealed.fd(), Backing.ANY_MEMORY);
      assertEquals(2, descriptorsOf("kept"));
      SharedMapping second = map(other.fd(), Backing.ANY_MEMORY);
      assertEquals(2, descriptorsOf("watched"));
      first.release();
      second.release();
      assertEquals(1, descriptorsOf("kept"));
      assertEquals(1, descriptorsOf("watched"));
    }
  }

  private static long descriptorsOf(String name) throws IOException {
    long count = 0;
    try (var entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path entry : entries) {
        if (Files.isSymbolicLink(entry)
            && Files.readSymbolicLink(entry).toString().startsWith("/memfd:" + name + " ")) {
          count++;
        }
      }
    }
    return count;
  }

  @Test
  void mapsHugePages() throws IOException {
    HugePages.require(2);
    long huge = HugePages.SIZE;
    try (MemoryFile file = MemoryFile.create("huge", 2 * huge, MFD_HUGETLB)) {
      // An offset and a size that are multiples of a small page only.
      SharedMapping mapping =
          SharedMapping.map(file.fd(), huge + PAGE, PAGE, Backing.ANY_MEMORY, "huge");
      MemorySegment segment = Memory.segment(mapping.address(), PAGE);
      segment.set(ValueLayout.JAVA_LONG, 0, 77);
      assertEquals(77, file.read(huge + PAGE));
      assertTrue(mapping.isIntact());
      assertEquals(0, file.truncate(huge));
      assertFalse(mapping.isIntact());
      mapping.revoke();
      assertEquals(0, segment.get(ValueLayout.JAVA_LONG, 0));
      mapping.release();
      assertEquals(0, file.mappings());
    }
  }

  @Test
  void survivesAShrunkFile() {
    assertEquals(11, ShrinkingFile.survive(30_000));
  }

  /** The interpreter, each compiler, and both together treat a fault in their own ways. */
  @ParameterizedTest
  @CsvSource({"-Xint,10", "-XX:TieredStopAtLevel=1,30000", "-XX:-TieredCompilation,30000"})
  void survivesAShrunkFileHoweverItIsCompiled(String option, String rounds) throws Exception {
    Path output = Files.createTempFile("fastvif-shrunk", ".txt");
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  option,
                  "-ea",
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:-CreateCoredumpOnCrash",
                  "-XX:ErrorFile=/dev/null",
                  "-cp",
                  System.getProperty("jdk.module.path", "")
                      + ":"
                      + System.getProperty("java.class.path"),
                  ShrinkingFile.class.getName(),
                  rounds)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(240, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      String text = Files.readString(output);
      assertEquals(0, process.exitValue(), text);
      assertTrue(text.contains("survived 11"), text);
    } finally {
      Files.delete(output);
    }
  }
}
