package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.Step;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
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
    Step.MakeSocketFolder make = new Step.MakeSocketFolder(made.toString(), PRIVATE);
    assertTrue(SocketFiles.perform(make));
    assertEquals(0700, mode(made));
    assertFalse(SocketFiles.perform(make));
    Step.RemoveSocketFolder remove = new Step.RemoveSocketFolder(made.toString());
    Files.createFile(made.resolve("file"));
    assertFalse(SocketFiles.perform(remove));
    Files.delete(made.resolve("file"));
    assertTrue(SocketFiles.perform(remove));
    assertFalse(SocketFiles.perform(remove));
  }

  @Test
  void aFolderThatAnybodyMayWriteToIsRefusedUnlessItIsSticky() throws IOException {
    Step.MakeSocketFolder make = new Step.MakeSocketFolder(folder.toString(), PRIVATE);
    Files.setAttribute(folder, "unix:mode", 0777);
    assertTrue(
        assertThrows(IOException.class, () -> SocketFiles.perform(make))
            .getMessage()
            .contains("not sticky"));
    Files.setAttribute(folder, "unix:mode", 01777);
    assertFalse(SocketFiles.perform(make));
    Path file = Files.createFile(folder.resolve("file"));
    assertThrows(
        NotDirectoryException.class,
        () -> SocketFiles.perform(new Step.MakeSocketFolder(file.toString(), PRIVATE)));
  }

  @Test
  void onlyASocketOnWhichNobodyAnswersIsRemoved() throws IOException {
    Path socket = folder.resolve("s");
    Step.RemoveSocket remove = new Step.RemoveSocket(socket.toString());
    assertFalse(SocketFiles.perform(remove));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertThrows(IOException.class, () -> SocketFiles.perform(remove));
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), socket);
    assertThrows(
        IOException.class, () -> SocketFiles.perform(new Step.RemoveSocket(link.toString())));
    assertTrue(SocketFiles.perform(remove));
    assertTrue(Files.notExists(socket));
    assertThrows(
        IOException.class,
        () ->
            SocketFiles.perform(
                new Step.RemoveSocket(Files.createFile(folder.resolve("file")).toString())));
  }

  @Test
  void aBackendThatNeverComesIsSaid() {
    Step.AwaitBackend await = new Step.AwaitBackend(folder.resolve("none").toString(), null, 60);
    assertEquals(
        "there is no such socket after 60 ms: expected a vhost-user backend",
        assertThrows(IOException.class, () -> SocketFiles.perform(await)).getMessage());
  }

  @Test
  void aListenerThatIsNoBackendIsSaid() throws IOException {
    Path socket = folder.resolve("silent");
    Step.AwaitBackend await = new Step.AwaitBackend(socket.toString(), null, 200);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      String message =
          assertThrows(IOException.class, () -> SocketFiles.perform(await)).getMessage();
      assertTrue(message.contains("GET_FEATURES"), message);
    }
  }
}
