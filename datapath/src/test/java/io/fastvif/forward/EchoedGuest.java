package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.Signal;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import java.nio.file.Path;

/** A guest behind a session, whose port is connected with itself: its frames come back to it. */
final class EchoedGuest {
  private static final int PATIENCE_MILLIS = 60_000;

  private EchoedGuest() {}

  /** What a test does with it. */
  interface Exchange {
    void run(FrontendGuest guest, VhostUserFrontend frontend, Forwarder forwarder) throws Exception;
  }

  static void run(Path socket, long features, Idle idle, Exchange exchange) throws Exception {
    run(socket, features, idle, Signal.eventfd(), Signal.eventfd(), exchange);
  }

  /** With descriptors for kicks and calls, which are closed afterwards. */
  static void run(
      Path socket, long features, Idle idle, Signal kick, Signal call, Exchange exchange)
      throws Exception {
    String path = socket.toString();
    VhostUserPort port = VhostUserPort.toGuest("echo", 1);
    try (SessionLoop loop = SessionLoop.start();
        Forwarder forwarder = Forwarder.start(1, idle)) {
      forwarder.connect(port, port);
      try (VhostUserBackend backend =
              VhostUserBackend.listen(
                  loop,
                  ListenOptions.of(path),
                  BackendOptions.of(port.features(), 1),
                  port,
                  BackendObserver.NONE);
          VhostUserFrontend frontend = VhostUserFrontend.connect(path, PATIENCE_MILLIS);
          FrontendGuest guest = new FrontendGuest(frontend, features, kick, call)) {
        assertNotNull(backend);
        exchange.run(guest, frontend, forwarder);
      }
      assertNull(forwarder.failure());
    }
  }

  /** Sends a frame and waits until it is back. */
  static void echo(FrontendGuest guest, int length) throws Exception {
    byte[] frame = UdpFrame.payload(length);
    assertTrue(guest.send(frame));
    byte[][] back = new byte[1][];
    Await.until("the frame", () -> (back[0] = guest.poll()) != null);
    assertArrayEquals(frame, back[0]);
  }
}
