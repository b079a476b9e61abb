package io.fastvif.agent.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the file of a server's socket when the server ends. */
class ServerSocketFileTest {
  private static final HttpOptions OPTIONS = HttpOptions.byDefault();

  @TempDir Path folder;
  private Path socket;

  @BeforeEach
  void name() {
    socket = folder.resolve("agent.sock");
  }

  private HttpServer listen() throws Exception {
    return HttpServer.listen(
        OPTIONS, socket, PosixFilePermissions.fromString("rw-rw----"), null, List.of());
  }

  @Test
  void oneThatWasHandedOverStaysForTheNextServer() throws Exception {
    try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(socket));
      HttpServer.listen(OPTIONS, channel, List.of()).close();
      assertFalse(channel.isOpen());
      assertTrue(Files.exists(socket));
    }
  }

  @Test
  void oneOfItsOwnGoes() throws Exception {
    HttpServer server = listen();
    try (SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      server.close();
      assertTrue(caller.isOpen());
    }
    assertFalse(Files.exists(socket));
  }

  @Test
  void whatStandsThereByThenIsLeft() throws Exception {
    HttpServer server = listen();
    Files.delete(socket);
    Files.writeString(socket, "another's");
    server.close();
    assertEquals("another's", Files.readString(socket));
  }

  /** With luck the request comes before the end begins; not each time. */
  @RepeatedTest(10)
  void whoHasConnectedBeforeTheEndIsStillAnswered() throws Exception {
    HttpServer server = listen();
    try (SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Await.until("the server has it", () -> server.statistics().connections() == 1);
      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
      server.ping().join();
      caller.write(UTF_8.encode("GET /v1/nothing HTTP/1.1\r\nHost: agent\r\n\r\n"));
      ByteBuffer answer = ByteBuffer.allocate(4096);
      assertTrue(caller.read(answer) > 0, "closed without an answer");
      assertTrue(UTF_8.decode(answer.flip()).toString().startsWith("HTTP/1.1 404 "));
      closed.join();
    }
  }
}
