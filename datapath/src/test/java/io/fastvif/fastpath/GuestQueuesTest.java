package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.FlowStatistics;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.VhostUserGuest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/** A guest with two processors, and a queue pair for each. */
class GuestQueuesTest {
  private static final int BYTES = 1 << 20;
  private static final int CONNECTIONS = 4;
  private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(240);

  @TempDir Path folder;

  /** What comes in goes back. */
  private static void echo(ServerSocket listener) throws IOException {
    try (Socket socket = listener.accept()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      byte[] received = socket.getInputStream().readAllBytes();
      assertEquals(BYTES, received.length);
      socket.getOutputStream().write(received);
    }
  }

  /** From that processor of the guest, as many connections as there are, one after the other. */
  private static void exchange(VhostUserGuest guest, ServerSocket listener, int processor)
      throws Exception {
    for (int i = 0; i < CONNECTIONS; i++) {
      guest.begin(
          "taskset "
              + (1 << processor)
              + " nc 192.0.2.1 7000 </tmp/f >/tmp/g && cmp /tmp/f /tmp/g");
      echo(listener);
      guest.end();
    }
  }

  private void bothPairs(UnaryOperator<VhostUserGuest.Builder> kind) throws Exception {
    Path socket = folder.resolve("vhost.sock");
    VhostUserGuest.Builder builder = VhostUserGuest.of(socket, "52:54:00:12:34:02").queuePairs(2);
    try (GuestPort port = new GuestPort(socket, 2);
        VhostUserGuest guest = kind.apply(builder).start(folder);
        ServerSocket listener = new ServerSocket()) {
      guest.awaitBoot().address("192.0.2.2/24").ping(GuestPort.ADDRESS);
      guest.run(
          "[ -e /sys/class/net/eth0/queues/tx-1 ] && head -c " + BYTES + " /dev/urandom >/tmp/f");
      listener.bind(new InetSocketAddress(InetAddress.getByName(GuestPort.ADDRESS), 7000));
      listener.setSoTimeout(TIMEOUT_MILLIS);
      for (int processor = 0; processor < 2; processor++) {
        exchange(guest, listener, processor);
      }
      for (boolean fromGuest : new boolean[] {true, false}) {
        long bytes = 0;
        for (int queue = 0; queue < 2; queue++) {
          FlowStatistics flow = port.flow(fromGuest, queue);
          // At least each connection's SYN, or its answer: the rest goes where interrupts come.
          assertTrue(flow.frames() >= CONNECTIONS, flow::toString);
          assertEquals(0, flow.dropped(), flow::toString);
          bytes += flow.bytes();
        }
        assertTrue(bytes > 2L * CONNECTIONS * BYTES);
      }
    }
  }

  @KernelTest
  void splitRings() throws Exception {
    bothPairs(guest -> guest);
  }

  @KernelTest
  void packedRings() throws Exception {
    bothPairs(VhostUserGuest.Builder::packed);
  }

  @KernelTest
  void splitRingsWithAUsersDefaults() throws Exception {
    bothPairs(VhostUserGuest.Builder::usual);
  }

  @KernelTest
  void packedRingsWithAUsersDefaults() throws Exception {
    bothPairs(guest -> guest.usual().packed());
  }
}
