package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownOwnersTest {
  private static final int PROCESSES = 20;

  @TempDir Path folder;

  /** As an ext4 with small inodes does: two processes may have the lock within one of them. */
  @Test
  void noTwoMarksAreTheSameWhereTimesAreWholeSeconds() throws IOException {
    KnownOwners first = new KnownOwners(folder);
    first.keep(Map.of());
    assertEquals(Map.of(), first.ifUnchanged());
    Set<Long> marks = new HashSet<>();
    for (int i = 0; i < PROCESSES; i++) {
      Files.createFile(folder.resolve("10.0.0." + i));
      assertNull(first.ifUnchanged());
      new KnownOwners(folder).keep(Map.of());
      assertNull(first.ifUnchanged());
      marks.add(Files.getLastModifiedTime(folder).to(TimeUnit.SECONDS));
    }
    assertEquals(PROCESSES, marks.size());
  }
}
