package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/**
 * TCP between a guest and the host, with offloads: over a vhost-user port joined to a tap, and over
 * a tap of QEMU's own in the same guest. Prints how long each took, in turn; {@code
 * -Dfastvif.rounds=N} for more than one round.
 */
class GuestTcpTest {
  private static final int ROUNDS = Integer.getInteger("fastvif.rounds", 1);
  private static final int BYTES = 64 << 20;
  private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(240);
  private static final int LONGEST_FRAME = 1500 + 14;
  private static final String PLAIN = "plain0";
  private static final String PLAIN_ADDRESS = "198.51.100.1";

  private byte[] content;
  @TempDir Path folder;

  private static ServerSocket listen(String address) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getByName(address), 7000));
    listener.setSoTimeout(TIMEOUT_MILLIS);
    return listener;
  }

  private static void report(String address, String direction, long start) throws IOException {
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s %s: %.2f s, %.0f Mbit/s, load %s",
            address.equals(PLAIN_ADDRESS) ? "plain tap" : "vhost-user",
            direction,
            seconds,
            BYTES * 8 / seconds / 1e6,
            Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]));
  }

  private void toHost(VhostUserGuest guest, String address) throws Exception {
    try (ServerSocket listener = listen(address)) {
      guest.begin("nc " + address + " 7000 -e cat /tmp/f");
      byte[] received;
      try (Socket socket = listener.accept()) {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        long start = System.nanoTime();
        received = socket.getInputStream().readAllBytes();
        report(address, "guest to host", start);
      }
      guest.end();
      assertEquals(BYTES, received.length);
      if (content == null) {
        content = received;
      }
      assertArrayEquals(content, received);
    }
  }

  private void toGuest(VhostUserGuest guest, String address) throws Exception {
    try (ServerSocket listener = listen(address)) {
      guest.begin("nc " + address + " 7000 >/tmp/g && cmp /tmp/f /tmp/g && rm /tmp/g");
      try (Socket socket = listener.accept()) {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        long start = System.nanoTime();
        socket.getOutputStream().write(content);
        socket.shutdownOutput();
        assertEquals(-1, socket.getInputStream().read());
        report(address, "host to guest", start);
      }
      guest.end();
    }
  }

  /** Frames longer than the MTU allows on a wire: segments that nobody has cut. */
  private static void assertWhole(FlowStatistics before, FlowStatistics after) {
    long bytes = after.bytes() - before.bytes();
    long frames = after.frames() - before.frames();
    assertTrue(bytes >= BYTES, () -> bytes + " bytes");
    assertTrue(bytes > LONGEST_FRAME * frames, () -> bytes + " bytes in " + frames);
    assertEquals(before.dropped(), after.dropped(), () -> after.drops().toString());
    System.out.println(after.flow() + ": " + bytes / frames + " bytes a frame");
  }

  @KernelTest
  void segmentsPassWholeBothWays() throws Exception {
    bothWays(guest -> guest);
  }

  @KernelTest
  void segmentsPassWholeWithAUsersDefaultsAndPackedRings() throws Exception {
    bothWays(guest -> guest.usual().packed());
  }

  private void bothWays(UnaryOperator<VhostUserGuest.Builder> kind) throws Exception {
    Path socket = folder.resolve("vhost.sock");
    VhostUserGuest.Builder builder =
        VhostUserGuest.of(socket, "52:54:00:12:34:01").memory(400).tap(PLAIN);
    try (GuestPort port = new GuestPort(socket, 1);
        VhostUserGuest guest = kind.apply(builder).start(folder)) {
      guest.awaitBoot();
      GuestPort.up(PLAIN, PLAIN_ADDRESS);
      guest.address("192.0.2.2/24").ping(GuestPort.ADDRESS);
      guest.address("eth1", "198.51.100.2/24").ping(PLAIN_ADDRESS);
      guest.run("head -c " + BYTES + " /dev/urandom >/tmp/f");
      String sum = guest.run("md5sum </tmp/f").strip().split(" ", 2)[0];
      for (int i = 0; i < ROUNDS; i++) {
        FlowStatistics sent = port.flow(true, 0);
        toHost(guest, GuestPort.ADDRESS);
        assertWhole(sent, port.flow(true, 0));
        toHost(guest, PLAIN_ADDRESS);
        FlowStatistics received = port.flow(false, 0);
        toGuest(guest, GuestPort.ADDRESS);
        assertWhole(received, port.flow(false, 0));
        toGuest(guest, PLAIN_ADDRESS);
      }
      assertEquals(sum, md5());
    }
  }

  private String md5() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
  }
}
