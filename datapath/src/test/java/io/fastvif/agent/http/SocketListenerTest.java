package io.fastvif.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.HeldException;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketListenerTest {
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-------");

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("agent.sock");
  }

  private SocketListener listen() throws IOException {
    return SocketListener.at(path(), MODE, null);
  }

  private List<String> files() {
    return List.of(folder.toFile().list());
  }

  @Test
  void whatAKilledServerHasLeftIsReplaced() throws Exception {
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(path()));
    }
    Files.createFile(folder.resolve("agent.sock.lock"));
    try (SocketListener socket = listen()) {
      assertTrue(socket.channel().isOpen());
      UnixHttp.to(path()).close();
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
    }
    assertEquals(List.of(), files());
  }

  @Test
  void aServerThatAnswersIsLeftAlone() throws Exception {
    try (SocketListener socket = listen()) {
      assertTrue(socket.channel().isOpen());
      HeldException held = assertThrows(HeldException.class, this::listen);
      assertTrue(held.getMessage().contains("another agent answers at " + path()));
      UnixHttp.to(path()).close();
    }
    try (ServerSocketChannel foreign = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      foreign.bind(UnixDomainSocketAddress.of(path()), 1);
      assertThrows(HeldException.class, this::listen);
      List<SocketChannel> waiting = new ArrayList<>();
      assertThrows(SocketException.class, () -> connectWithoutEnd(waiting));
      assertThrows(HeldException.class, this::listen, "one that is too busy to answer too");
      for (SocketChannel client : waiting) {
        client.close();
      }
    }
  }

  private void connectWithoutEnd(List<SocketChannel> clients) throws IOException {
    for (int i = 0; i < 1000; i++) {
      SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
      clients.add(client);
      client.configureBlocking(false);
      client.connect(UnixDomainSocketAddress.of(path()));
    }
  }

  @Test
  void whatIsNoSocketIsLeftAlone() throws Exception {
    Files.writeString(path(), "precious");
    assertThrows(InvalidInputException.class, this::listen);
    assertEquals("precious", Files.readString(path()));
    Files.delete(path());
    Files.createSymbolicLink(path(), folder.resolve("elsewhere"));
    assertThrows(InvalidInputException.class, this::listen);
    Files.delete(path());
    assertEquals(List.of(), files());
    InvalidInputException noFolder =
        assertThrows(
            InvalidInputException.class,
            () -> SocketListener.at(folder.resolve("none/a.sock"), MODE, null));
    assertTrue(noFolder.getMessage().contains("is in no folder"), noFolder.getMessage());
    assertThrows(
        InvalidInputException.class,
        () -> SocketListener.at(folder.resolve("x".repeat(108)), MODE, null));
    assertThrows(
        InvalidInputException.class, () -> SocketListener.at(path(), MODE, "no such group"));
    assertEquals(List.of(), files());
  }

  @Test
  void anEndingServerLeavesItsSuccessorsSocketAlone() throws Exception {
    SocketListener socket = listen();
    Files.delete(path());
    try (ServerSocketChannel next = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      next.bind(UnixDomainSocketAddress.of(path()));
      socket.close();
      assertTrue(Files.exists(path()));
    }
  }

  @Test
  void ofManyThatStartAtOnceOneGetsIt() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<CompletableFuture<SocketListener>> starts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        starts.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return listen();
                  } catch (IOException held) {
                    return null;
                  }
                }));
      }
      List<SocketListener> got = new ArrayList<>();
      for (CompletableFuture<SocketListener> start : starts) {
        SocketListener socket = start.get();
        if (socket != null) {
          got.add(socket);
        }
      }
      assertEquals(1, got.size());
      UnixHttp.to(path()).close();
      got.getFirst().close();
      assertFalse(Files.exists(path()));
    }
  }
}
