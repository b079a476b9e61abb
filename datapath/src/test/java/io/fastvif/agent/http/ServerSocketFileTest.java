package io.fastvif.agent.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import java.io.IOException;
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
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the file of a server's socket when the server ends. */
class ServerSocketFileTest {
  private static final HttpOptions OPTIONS = HttpOptions.byDefault();
  private static final long FIRST_REQUEST_NANOS = 1_000_000_000;

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

  /**
   * With luck the request comes before the end begins; not each time. An end waits a second for it:
   * where this thread is later it is tried again.
   */
  @RepeatedTest(10)
  void whoHasConnectedBeforeTheEndIsStillAnswered() throws Exception {
    Await.until("it asks in time", this::isAskedInTime);
  }

  private boolean isAskedInTime() throws Exception {
    HttpServer server = listen();
    try (SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Await.until("the server has it", () -> server.statistics().connections() == 1);
      long begun = System.nanoTime();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
      try {
        server.ping().join();
        caller.write(UTF_8.encode("GET /v1/nothing HTTP/1.1\r\nHost: agent\r\n\r\n"));
        boolean isInTime = System.nanoTime() - begun < FIRST_REQUEST_NANOS / 2;
        ByteBuffer answer = ByteBuffer.allocate(4096);
        int count = caller.read(answer);
        assertTrue(count > 0 || !isInTime, "closed without an answer");
        String text = UTF_8.decode(answer.flip()).toString();
        assertTrue(count < 0 || text.startsWith("HTTP/1.1 404 "), text);
        return count > 0;
      } catch (IOException | CompletionException late) {
        assertTrue(System.nanoTime() - begun > FIRST_REQUEST_NANOS, late::toString);
        return false;
      } finally {
        closed.join();
      }
    }
  }
}
