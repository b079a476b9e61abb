package io.fastvif.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Memory;
import io.fastvif.testing.Await;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is given back at rest, and that it is. */
class MemoryAtRestTest {
  private static final int PAGE = Memory.pageSize();
  private static final String SMAPS =
      """
      555500000000-555500004000 r--p 00000000 fe:00 11     /usr/lib/clean.so
      Rss:                  16 kB
      Anonymous:             0 kB
      555500004000-555500008000 r-xp 00000000 fe:00 11     /usr/lib/clean with space.so
      Anonymous:             0 kB
      VmFlags: rd ex mr mw me
      555500008000-55550000c000 r--p 00000000 fe:00 11     /usr/lib/relocated.so
      Anonymous:             4 kB
      55550000c000-555500010000 rw-p 00000000 fe:00 11     /usr/lib/written.so
      Anonymous:             0 kB
      555500010000-555500014000 r--s 00000000 fe:00 11     /usr/lib/shared
      Anonymous:             0 kB
      7f0000000000-7f0000001000 r--p 00000000 00:00 0
      Anonymous:             0 kB
      7fff00000000-7fff00001000 r-xp 00000000 00:00 0      [vdso]
      Anonymous:             0 kB
      """;

  @Test
  void onlyCleanPagesOfFilesAreLetGo() {
    assertEquals(
        List.of(
            new MemoryAtRest.Mapping(0x555500000000L, 0x4000),
            new MemoryAtRest.Mapping(0x555500004000L, 0x4000)),
        MemoryAtRest.cleanFileMappings(SMAPS.lines().toList()));
  }

  /** Brings back what an agent of a test before may have given back. */
  private static void touchMappedFiles() throws IOException {
    long sum = 0;
    List<String> mappings = Files.readAllLines(Path.of("/proc/self/smaps"));
    for (MemoryAtRest.Mapping mapping : MemoryAtRest.cleanFileMappings(mappings)) {
      MemorySegment pages = Memory.segment(mapping.start(), mapping.length());
      for (long at = 0; at < mapping.length() && pages.byteSize() > 0; at += PAGE) {
        sum += pages.get(ValueLayout.JAVA_BYTE, at);
      }
    }
    assertTrue(sum != 0);
  }

  private static long residentOfFiles() throws IOException {
    String status = Files.readString(Path.of("/proc/self/status"));
    String line = status.lines().filter(each -> each.startsWith("RssFile:")).findFirst().get();
    return Long.parseLong(line.replaceAll("\\D", ""));
  }

  /** This process goes on as before, with fewer pages. */
  @Test
  void givesBackOnceAtRest() throws Exception {
    touchMappedFiles();
    long before = residentOfFiles();
    try (MemoryAtRest memory = MemoryAtRest.start(Duration.ofMillis(10))) {
      Await.until("memory is given back", () -> memory.tidied() > 0);
      long after = residentOfFiles();
      assertTrue(after < before, after + " kB of " + before);
      memory.worked();
      assertEquals(1, memory.tidied(), "not again at once");
    }
  }

  /** This process has a heap larger than a busy agent's may become unseen. */
  @Test
  void collectsAHeapThatGrowsWhereWorkNeverEnds() throws Exception {
    byte[][] grown = new byte[64][1 << 20];
    try (MemoryAtRest memory = MemoryAtRest.start(Duration.ofMinutes(5))) {
      memory.worked();
      Await.until("the heap is collected", () -> memory.collected() > 0);
      assertEquals(0, memory.tidied(), "it is not at rest");
    }
    assertEquals(64, grown.length);
  }
}
