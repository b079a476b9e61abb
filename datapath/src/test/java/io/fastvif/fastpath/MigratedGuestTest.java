package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.fastvif.forward.Idle;
import io.fastvif.testing.Await;
import io.fastvif.testing.EchoedStream;
import io.fastvif.testing.HostTraffic;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.testing.Qmp;
import io.fastvif.testing.VhostUserGuest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest with a user's defaults that moves from one QEMU to another, each behind a port of its own
 * on one bridge, with broadcasts coming in and TCP both ways. {@code -Dfastvif.migrations=N} moves
 * it N times.
 */
class MigratedGuestTest {
  private static final int MIGRATIONS = Integer.getInteger("fastvif.migrations", 1);
  private static final String HOST = "192.0.2.1";
  private static final String GUEST = "192.0.2.2";

  /** Comes to both ports at any time; what is for the guest alone comes only when it has moved. */
  private static final String BROADCAST = "192.0.2.255";

  private static final int PAIRS = 2;
  private static final int PORT = 7000;
  private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(120);

  /** Bytes that come back over each connection before and after a move. */
  private static final long STREAMED = 256 << 10;

  @TempDir Path folder;

  private static void ip(String arguments) throws Exception {
    Peer.require("ip", "iproute2").run(arguments);
  }

  private GuestPort port(int number) throws Exception {
    String tap = "vhu" + number;
    GuestPort port = new GuestPort(socket(number), PAIRS, Idle.ADAPTIVE, tap);
    ip("link set " + tap + " master br0 up");
    return port;
  }

  private Path socket(int number) {
    return folder.resolve("s" + number);
  }

  private VhostUserGuest.Builder guest(int port, boolean packed) {
    VhostUserGuest.Builder builder =
        VhostUserGuest.of(socket(port), "52:54:00:12:34:04").usual().queuePairs(PAIRS);
    return packed ? builder.packed() : builder;
  }

  /** Moves a guest; whoever it was before has ended afterwards. */
  private VhostUserGuest move(VhostUserGuest from, VhostUserGuest.Builder to, int number)
      throws Exception {
    Path home = Files.createDirectories(folder.resolve("to" + number));
    String uri = "{\"uri\":\"unix:" + home.resolve("migration") + "\"}";
    VhostUserGuest moved = to.incoming().start(home);
    try (Qmp source = from.monitor();
        Qmp target = moved.monitor()) {
      target.execute("migrate-incoming", uri);
      source.execute("migrate", uri);
      Await.until(
          "the migration",
          () -> {
            String status = source.status("query-migrate");
            if (status.equals("failed")) {
              throw new AssertionError(source.execute("query-migrate"));
            }
            return status.equals("completed");
          });
      Await.until("it runs", () -> target.status("query-status").equals("running"));
    } catch (Exception | AssertionError failed) {
      moved.close();
      throw failed;
    }
    from.close();
    return moved;
  }

  /** A connection to that processor of the guest, which sends back what it gets. */
  private static EchoedStream stream(VhostUserGuest guest, int processor) throws Exception {
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(new InetSocketAddress(InetAddress.getByName(HOST), PORT));
      listener.setSoTimeout(TIMEOUT_MILLIS);
      guest.run(
          String.format(
              "{ taskset %d nc %s %d -e cat >/dev/null 2>&1 & }", 1 << processor, HOST, PORT));
      return new EchoedStream(listener.accept());
    }
  }

  private void migrates(boolean packed) throws Exception {
    ip("link add br0 type bridge");
    ip("address add " + HOST + "/24 dev br0");
    ip("link set br0 up");
    Path home = Files.createDirectories(folder.resolve("to0"));
    try (GuestPort first = port(0);
        GuestPort second = port(1)) {
      assertNotNull(first);
      assertNotNull(second);
      VhostUserGuest guest = guest(0, packed).start(home);
      try {
        guest.awaitBoot().address(GUEST + "/24").ping(HOST);
        guest.run("echo here >/tmp/mark");
        try (HostTraffic traffic = new HostTraffic(BROADCAST);
            EchoedStream one = stream(guest, 0);
            EchoedStream other = stream(guest, 1)) {
          assertNotNull(traffic);
          for (int i = 1; i <= MIGRATIONS; i++) {
            one.awaitMore(STREAMED);
            other.awaitMore(STREAMED);
            guest = move(guest, guest(i % 2, packed), i);
            assertEquals("here", guest.run("cat /tmp/mark").strip());
            one.awaitMore(STREAMED);
            other.awaitMore(STREAMED);
            guest.ping(HOST);
          }
        }
      } finally {
        guest.close();
      }
    }
  }

  @KernelTest
  void splitRings() throws Exception {
    migrates(false);
  }

  @KernelTest
  void packedRings() throws Exception {
    migrates(true);
  }
}
