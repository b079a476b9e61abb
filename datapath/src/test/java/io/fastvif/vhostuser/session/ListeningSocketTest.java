package io.fastvif.vhostuser.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a backend's socket may be, what it replaces, and who may connect to it, and when. */
class ListeningSocketTest {
  private static final int OWNER = 7;
  private static final int GROUP = 9;
  private static final int ROUNDS = 300;

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = folder.resolve("s");
  }

  private ListeningSocket open() {
    return ListeningSocket.open(ListenOptions.of(path.toString()));
  }

  private String refusal() {
    return assertThrows(SocketException.class, this::open).getMessage();
  }

  private void leaveDeadSocket(Path where) {
    try (FileDescriptor socket = UnixAddress.socket()) {
      assertEquals(0, UnixAddress.bind(socket.value(), where.toString()));
    }
  }

  private void assertNothingThere() {
    assertFalse(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
  }

  /** Whoever sees a socket that can be connected to sees it with its owner. */
  @KernelTest
  void modeOwnerAndGroupAreSetBeforeAnybodyCanConnect() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger seen = new AtomicInteger();
    AtomicReference<Map<String, Object>> wrong = new AtomicReference<>();
    Thread watcher =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get()) {
                    try {
                      Map<String, Object> file = Files.readAttributes(path, "unix:mode,uid,gid");
                      int mode = (Integer) file.get("mode") & 0777;
                      seen.incrementAndGet();
                      if (mode != 0
                          && (mode != 0642
                              || !file.get("uid").equals(OWNER)
                              || !file.get("gid").equals(GROUP))) {
                        wrong.set(file);
                      }
                    } catch (NoSuchFileException gone) {
                      Thread.onSpinWait();
                    } catch (IOException e) {
                      wrong.set(Map.of("exception", e));
                    }
                  }
                });
    for (int i = 0; i < ROUNDS || seen.get() == 0; i++) {
      try (ListeningSocket socket =
          ListeningSocket.open(new ListenOptions(path.toString(), 0642, OWNER, GROUP))) {
        Map<String, Object> file = Files.readAttributes(path, "unix:mode,uid,gid");
        assertEquals(0642, (Integer) file.get("mode") & 0777);
        assertEquals(OWNER, file.get("uid"));
        assertEquals(GROUP, file.get("gid"));
        assertTrue(socket.descriptor() >= 0);
      }
    }
    done.set(true);
    watcher.join();
    assertEquals(null, wrong.get());
  }

  @Test
  void aPathHas107BytesAtMost() throws IOException {
    int left = 107 - folder.toString().length() - 1;
    path = folder.resolve("x".repeat(left));
    try (ListeningSocket socket = open()) {
      assertTrue(Files.exists(path), () -> "descriptor " + socket.descriptor());
    }
    path = folder.resolve("x".repeat(left + 1));
    assertEquals("a socket's path has 1 to 107 bytes, not 108: " + path, refusal());
    // Bytes, not characters.
    path = folder.resolve("x".repeat(left - 1) + "\u00e4");
    assertTrue(refusal().contains("not 108"));
    assertNothingThere();
  }

  @Test
  void aFolderThatEverybodyMayWriteToHasToBeSticky() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertTrue(refusal().endsWith("anybody could replace the socket"));
    assertNothingThere();
    Files.setAttribute(folder, "unix:mode", 01777);
    try (ListeningSocket socket = open()) {
      assertTrue(Files.exists(path), () -> "descriptor " + socket.descriptor());
    }
  }

  @Test
  void aSymbolicLinkIsNeverFollowed() throws IOException {
    Path target = folder.resolve("target");
    for (boolean dead : new boolean[] {false, true}) {
      if (dead) {
        leaveDeadSocket(target);
      }
      Files.createSymbolicLink(path, target);
      assertEquals(path + " is there, and it is no socket", refusal());
      assertTrue(Files.isSymbolicLink(path));
      assertEquals(dead, Files.exists(target));
      Files.delete(path);
    }
  }

  @Test
  void onlyASocketThatNobodyAnswersOnIsReplaced() throws IOException {
    Files.writeString(path, "kept");
    assertEquals(path + " is there, and it is no socket", refusal());
    assertEquals("kept", Files.readString(path));
    Files.delete(path);
    leaveDeadSocket(path);
    try (ListeningSocket first = open();
        FileDescriptor client = UnixAddress.socket()) {
      assertEquals(path + " is there, and a process answers on it", refusal());
      assertEquals(0, UnixAddress.connect(client.value(), path.toString()));
      int accepted = first.accept();
      assertTrue(accepted >= 0);
      FileDescriptor.of(accepted).close();
    }
    assertNothingThere();
  }

  @Test
  void closingRemovesItsOwnSocketOnly() throws IOException {
    ListeningSocket first = open();
    Files.delete(path);
    try (ListeningSocket second = open()) {
      first.close();
      assertTrue(Files.exists(path), () -> "descriptor " + second.descriptor());
    }
    assertNothingThere();
  }
}
