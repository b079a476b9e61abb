package io.fastvif.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPathTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a/b", "/\u00fc", "/a b%41?#&", "/\ud83d\ude80/x", "/a\\b\u0001"})
  void aPathOfBytesIsThatOfItsText(String text) {
    Path path = HostPath.ofBytes(text);
    if (HostPath.isPlain(text)) {
      assertEquals(Path.of(text), path);
    }
    assertEquals(text, HostPath.text(path));
    assertEquals(path, HostPath.of(text));
  }

  @Test
  void slashesAreSingle() {
    assertEquals(Path.of("/a/b"), HostPath.ofBytes("//a///b/"));
  }

  @Test
  void aRelativePathIsOfTheWorkingFolder() throws Exception {
    String name = "host-path-\u00fc-" + ProcessHandle.current().pid();
    Path here = HostPath.ofBytes(name);
    try {
      Files.writeString(here, "x");
      assertTrue(Files.exists(HostPath.resolve(Path.of("").toAbsolutePath(), name)));
    } finally {
      Files.deleteIfExists(here);
    }
  }

  @Test
  void aNameInAFolderIsText() throws Exception {
    Path file = Files.writeString(HostPath.resolve(folder, "tap\u00fc"), "x");
    assertEquals("tap\u00fc", HostPath.text(file.getFileName()));
    try (var files = Files.list(folder)) {
      assertEquals("tap\u00fc", HostPath.text(files.findFirst().orElseThrow().getFileName()));
    }
  }

  @Test
  void zeroIsInNoPath() {
    assertThrows(InvalidPathException.class, () -> HostPath.ofBytes("/a\0b"));
  }
}
