package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.testing.VhostUserGuest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Bytes over TCP to and from guests, all of which must arrive. */
final class GuestStream {
  private static final int BYTES = 4 << 20;
  private static final int PORT = 7000;
  private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(60);

  private GuestStream() {}

  /** Sends bytes to a guest, which sends them back, over two connections. */
  static void bothWays(VhostUserGuest guest, String host) throws Exception {
    byte[] content = new byte[BYTES];
    new Random(7).nextBytes(content);
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(new InetSocketAddress(InetAddress.getByName(host), PORT));
      listener.setSoTimeout(TIMEOUT_MILLIS);
      String nc = "nc -w 60 " + host + " " + PORT;
      guest.begin(nc + " >/tmp/stream && " + nc + " -e cat /tmp/stream");
      try (Socket socket = listener.accept()) {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.getOutputStream().write(content);
        socket.shutdownOutput();
        assertEquals(-1, socket.getInputStream().read());
      }
      try (Socket socket = listener.accept()) {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        assertArrayEquals(content, socket.getInputStream().readAllBytes());
      }
      guest.end();
    }
  }

  /** Sends what {@link #bothWays} has left with one guest to another. */
  static void between(VhostUserGuest from, VhostUserGuest to, String address) throws Exception {
    to.begin("nc -w 60 -l -p " + PORT + " >/tmp/from && cmp /tmp/from /tmp/stream");
    // The other may not listen yet.
    from.run(
        "n=0; until nc -w 60 "
            + address
            + " "
            + PORT
            + " -e cat /tmp/stream; do n=$((n+1)); [ $n -lt 40 ] || exit 1; sleep 0.2; done");
    to.end();
  }
}
