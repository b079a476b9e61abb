package io.fastvif.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of text that processes share. */
class LockedFolderTest {
  @TempDir Path temporary;

  @Test
  void writesListsAndDeletesFiles() throws IOException {
    LockedFolder folder = new LockedFolder(temporary.resolve("new"));
    assertEquals(List.of(), folder.names("*"));
    assertEquals(Optional.empty(), folder.read("a.1"));
    folder.locked(
        () -> {
          folder.write("a.1", "one");
          folder.write("a.1", "two");
          folder.write("b", "other");
          return null;
        });
    assertEquals(Optional.of("two"), folder.read("a.1"));
    assertEquals(List.of("a.1"), folder.names("*.?"));
    assertTrue(folder.delete("a.1"));
    assertFalse(folder.delete("a.1"));
    assertFalse(Files.exists(folder.folder().resolve("incomplete")));
  }

  @Test
  void oneThreadAtATimeHasTheLock() throws Exception {
    int threads = 4;
    int rounds = 5;
    LockedFolder folder = new LockedFolder(temporary);
    try (ExecutorService all = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> ended = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        ended.add(
            all.submit(
                () -> {
                  for (int round = 0; round < rounds; round++) {
                    folder.locked(
                        () -> {
                          int count = Integer.parseInt(folder.read("count").orElse("0"));
                          folder.write("count", "" + (count + 1));
                          return null;
                        });
                  }
                  return null;
                }));
      }
      for (Future<?> each : ended) {
        each.get();
      }
    }
    assertEquals(Optional.of("" + threads * rounds), folder.read("count"));
  }
}
