package io.fastvif.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.agent.http.UnixHttp;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.forward.Idle;
import io.fastvif.forward.TapPort;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.tuntap.Tap;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;

/** Readers of captures that come, go, and are too many. */
class PortCapturesTest {
  private static final int MOST = 8;
  private static final String FRAMES = "/v1/ports/vif/frames";

  @TempDir Path folder;

  private interface Work {
    void run(Path socket, ForwardingPorts ports) throws Exception;
  }

  private ServedPort port() {
    return new ServedPort(
        "vif",
        "vhu1",
        folder.resolve("vhu1.sock").toString(),
        VhostUserMode.CLIENT,
        new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0600),
        1450,
        1,
        "vhu1");
  }

  private void serve(Work work) throws Exception {
    Tap.createPersistent("vhu1", TapPort.options(1));
    Path socket = folder.resolve("control.sock");
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
        HttpServer server =
            HttpServer.listen(
                HttpOptions.byDefault(),
                socket,
                PosixFilePermissions.fromString("rw-------"),
                null,
                PortRoutes.of(ports))) {
      assertTrue(ports.open(port()));
      work.run(socket, ports);
      assertEquals(0, server.statistics().denied());
    }
  }

  /** Asks for frames, and reads until pcapng has begun or something is refused. */
  private static SocketChannel begin(Path socket, String target, StringBuilder head)
      throws IOException {
    SocketChannel reader = SocketChannel.open(StandardProtocolFamily.UNIX);
    reader.connect(UnixDomainSocketAddress.of(socket));
    reader.write(ByteBuffer.wrap(UnixHttp.request("GET", target, "")));
    ByteBuffer some = ByteBuffer.allocate(4096);
    while (head.indexOf("fastvif") < 0 && head.indexOf("problem+json") < 0) {
      assertTrue(reader.read(some.clear()) > 0, head::toString);
      head.append(new String(some.array(), 0, some.position(), StandardCharsets.ISO_8859_1));
    }
    return reader;
  }

  private static boolean captures(Path socket) throws IOException {
    StringBuilder head = new StringBuilder();
    begin(socket, FRAMES, head).close();
    return head.toString().startsWith("HTTP/1.1 200");
  }

  @KernelTest
  void readersThatVanishMakeRoomForOthers() throws Exception {
    serve(
        (socket, ports) -> {
          Deque<SocketChannel> readers = new ArrayDeque<>();
          try {
            for (int i = 0; i < MOST; i++) {
              StringBuilder head = new StringBuilder();
              readers.push(begin(socket, FRAMES, head));
              assertTrue(head.toString().startsWith("HTTP/1.1 200"), head::toString);
            }
            StringBuilder refused = new StringBuilder();
            begin(socket, FRAMES, refused).close();
            assertTrue(refused.toString().startsWith("HTTP/1.1 409"), refused::toString);
            readers.pop().close();
            Await.until("one is let in", () -> captures(socket));
          } finally {
            for (SocketChannel reader : readers) {
              reader.close();
            }
          }
          for (int i = 0; i < 3 * MOST; i++) {
            Await.until("whoever comes is let in", () -> captures(socket));
          }
        });
  }

  @KernelTest
  void wrongRequestsAreRefusedAndHoldNothing() throws Exception {
    serve(
        (socket, ports) -> {
          for (int i = 0; i < 2 * MOST; i++) {
            assertEquals(400, UnixHttp.ask(socket, "GET", FRAMES + "?filter=hots", "").status());
            assertEquals(400, UnixHttp.ask(socket, "GET", FRAMES + "?snap_length=0", "").status());
            assertEquals(400, UnixHttp.ask(socket, "GET", FRAMES + "?count=x", "").status());
            assertEquals(404, UnixHttp.ask(socket, "GET", "/v1/ports/other/frames", "").status());
            assertEquals(404, UnixHttp.ask(socket, "DELETE", "/v1/captures/x", "").status());
          }
          assertTrue(captures(socket));
        });
  }

  @KernelTest
  void aCaptureEndsWithItsCountersByItsNameOrWithItsPort() throws Exception {
    serve(
        (socket, ports) -> {
          for (boolean byName : new boolean[] {true, false}) {
            StringBuilder text = new StringBuilder();
            try (SocketChannel reader = begin(socket, FRAMES + "?name=mine" + byName, text)) {
              if (byName) {
                assertEquals(
                    400,
                    UnixHttp.ask(socket, "GET", FRAMES + "?name=minetrue", "").status(),
                    "the name is taken");
                assertEquals(
                    200, UnixHttp.ask(socket, "DELETE", "/v1/captures/minetrue", "").status());
              } else {
                assertTrue(ports.close(port()));
              }
              int begun = text.length();
              ByteBuffer some = ByteBuffer.allocate(4096);
              while (!text.toString().endsWith("\r\n0\r\n\r\n")) {
                assertTrue(reader.read(some.clear()) > 0, "it ends in order");
                text.append(
                    new String(some.array(), 0, some.position(), StandardCharsets.ISO_8859_1));
              }
              assertTrue(text.length() > begun + 80, "its counters come last");
            }
          }
        });
  }
}
