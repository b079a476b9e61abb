package io.fastvif.engine.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketFilesTest {
  private static final SocketAccess PRIVATE =
      new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0700);

  @TempDir Path folder;

  private static int mode(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:mode") & 07777;
  }

  @Test
  void aFolderIsMadeOnceAndRemovedWhileItIsEmpty() throws IOException {
    Path made = folder.resolve("a/b");
    VhostUserSocketStep.MakeFolder make =
        new VhostUserSocketStep.MakeFolder(made.toString(), PRIVATE);
    assertTrue(SocketFiles.perform(make));
    assertEquals(0700, mode(made));
    assertFalse(SocketFiles.perform(make));
    VhostUserSocketStep.RemoveFolder remove = new VhostUserSocketStep.RemoveFolder(made.toString());
    Files.createFile(made.resolve("file"));
    assertFalse(SocketFiles.perform(remove));
    Files.delete(made.resolve("file"));
    assertTrue(SocketFiles.perform(remove));
    assertFalse(SocketFiles.perform(remove));
  }

  @Test
  void aFolderThatAnybodyMayWriteToIsRefusedUnlessItIsSticky() throws IOException {
    VhostUserSocketStep.MakeFolder make =
        new VhostUserSocketStep.MakeFolder(folder.toString(), PRIVATE);
    Files.setAttribute(folder, "unix:mode", 0777);
    assertTrue(
        assertThrows(IOException.class, () -> SocketFiles.perform(make))
            .getMessage()
            .contains("not sticky"));
    Files.setAttribute(folder, "unix:mode", 01777);
    assertFalse(SocketFiles.perform(make));
    Path file = Files.createFile(folder.resolve("file"));
    assertThrows(
        IOException.class,
        () -> SocketFiles.perform(new VhostUserSocketStep.MakeFolder(file.toString(), PRIVATE)));
  }

  @Test
  void onlyASocketOnWhichNobodyAnswersIsRemoved() throws IOException {
    Path socket = folder.resolve("s");
    VhostUserSocketStep.RemoveSocket remove =
        new VhostUserSocketStep.RemoveSocket(socket.toString());
    assertFalse(SocketFiles.perform(remove));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertThrows(IOException.class, () -> SocketFiles.perform(remove));
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), socket);
    assertThrows(
        IOException.class,
        () -> SocketFiles.perform(new VhostUserSocketStep.RemoveSocket(link.toString())));
    assertTrue(SocketFiles.perform(remove));
    assertTrue(Files.notExists(socket));
    assertThrows(
        IOException.class,
        () ->
            SocketFiles.perform(
                new VhostUserSocketStep.RemoveSocket(
                    Files.createFile(folder.resolve("file")).toString())));
  }
}
