package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.testing.VhostUserGuest;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifVhostUser;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** {@code vhost-user serve} as a process of its own, with guests, and signals. */
class ServeCommandTest {
  private static final int BYTES = 6 << 20;

  @TempDir Path folder;

  private ServeProcess server(String name, String... options) throws IOException {
    return ServeProcess.start(folder, name, folder.resolve("vifs.json"), options);
  }

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private void write(VifVhostUser... vifs) throws IOException {
    StringBuilder json = new StringBuilder("[");
    for (VifVhostUser vif : vifs) {
      json.append(json.length() > 1 ? "," : "").append(VersionedObjectWriter.write(vif));
    }
    Files.writeString(folder.resolve("vifs.json"), json.append(']'));
  }

  private VhostUserGuest.Builder guest(int number) {
    return VhostUserGuest.of(FastPathVifs.socket(folder, number), FastPathVifs.mac(number));
  }

  private Path guestFolder(int number) throws IOException {
    return Files.createDirectories(folder.resolve("guest" + number));
  }

  @KernelTest
  void servesUntilItIsToldToEnd() throws Exception {
    write(FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT));
    try (ServeProcess server = server("table")) {
      server.await("waiting");
      assertTrue(server.text().startsWith("PORT "), server.text());
      assertTrue(Files.exists(FastPathVifs.socket(folder, 1)));
      assertTrue(ip("-o link").contains("vhu1"));
      assertEquals(Fastvif.DONE, server.terminate(), server.text());
    }
    assertTrue(Files.notExists(FastPathVifs.socket(folder, 1)));
    assertFalse(ip("-o link").contains("vhu1"));
  }

  @KernelTest
  void servesTheRestWhenOneVifCannotBePlugged() throws Exception {
    write(
        FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT),
        FastPathVifs.bridged(folder.resolve("missing"), 2, VhostUserMode.CLIENT));
    try (ServeProcess server = server("json", "--json")) {
      server.await("\"connected\":false");
      assertTrue(server.text().contains("\"outcome\":\"failed\""), server.text());
      assertTrue(ip("-o link").contains("vhu1"));
      assertFalse(ip("-o link").contains("vhu2"));
      assertEquals(Fastvif.FAILED, server.terminate(), server.text());
      assertTrue(server.text().contains("\"outcome\":\"unplugged\""), server.text());
    }
  }

  @KernelTest
  void saysThatNothingIsForwarded() throws Exception {
    VifGeneric tap =
        VifGeneric.builder()
            .id("0f6b1b2e-4f0e-4b55-8a9c-6a1f6f3f9a01")
            .plugin("tap")
            .vifName("tap0f6b1b2e")
            .build();
    Files.writeString(folder.resolve("vifs.json"), VersionedObjectWriter.write(tap));
    try (ServeProcess server = server("tap")) {
      server.await("PORT ");
      assertTrue(server.text().contains("nothing is forwarded"), server.text());
      assertEquals(Fastvif.DONE, server.terminate(), server.text());
    }
  }

  @KernelTest
  void nothingToServeEndsAtOnce() throws Exception {
    write(FastPathVifs.bridged(folder.resolve("missing"), 1, VhostUserMode.CLIENT));
    try (ServeProcess server = server("none")) {
      assertTrue(server.process().waitFor(60, TimeUnit.SECONDS));
      assertEquals(Fastvif.FAILED, server.process().exitValue());
    }
  }

  /**
   * A file goes from the guest to the host by TCP; the server is killed on the way and started
   * again, and the guest knows nothing of it.
   */
  private String receive(ServerSocket listener, ServeProcess first, ServeProcess[] second)
      throws Exception {
    MessageDigest digest = MessageDigest.getInstance("MD5");
    byte[] buffer = new byte[65536];
    long total = 0;
    try (Socket socket = listener.accept();
        InputStream in = socket.getInputStream()) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(180));
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        total += n;
        if (second[0] == null && total > BYTES / 4) {
          first.kill();
          second[0] = server("second", "--json");
        }
      }
    }
    assertEquals(BYTES, total);
    return HexFormat.of().formatHex(digest.digest());
  }

  @KernelTest
  void trafficResumesAfterAKillWithoutTheGuestsDoing() throws Exception {
    write(
        FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT),
        FastPathVifs.bridged(folder, 2, VhostUserMode.SERVER));
    ServeProcess[] second = new ServeProcess[1];
    try (ServeProcess first = server("first", "--json");
        VhostUserGuest one = guest(1).start(guestFolder(1));
        VhostUserGuest two = guest(2).usual().listening().start(guestFolder(2));
        ServerSocket listener = new ServerSocket()) {
      first.await("\"outcome\":\"plugged\"");
      one.awaitBoot();
      two.awaitBoot();
      ip("address add 192.0.2.1/24 dev br-fp");
      one.address("192.0.2.2/24").ping("192.0.2.1");
      two.address("192.0.2.3/24").ping("192.0.2.1");
      listener.bind(new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 7000));
      listener.setSoTimeout((int) TimeUnit.SECONDS.toMillis(180));
      for (VhostUserGuest guest : List.of(one, two)) {
        guest.run("head -c " + BYTES + " /dev/urandom >/tmp/f");
        String sum = guest.run("md5sum </tmp/f").strip().split(" ", 2)[0];
        guest.begin("nc 192.0.2.1 7000 </tmp/f");
        ServeProcess serving = guest == one ? first : second[0];
        ServeProcess[] next = new ServeProcess[1];
        assertEquals(sum, receive(listener, serving, next));
        if (second[0] != null) {
          second[0].close();
        }
        second[0] = next[0];
        guest.end();
      }
      second[0].awaitAnew("\"connected\":true");
      one.ping("192.0.2.3");
      two.ping("192.0.2.2");
      assertEquals(Fastvif.DONE, second[0].terminate(), second[0].text());
      assertTrue(second[0].text().contains("\"outcome\":\"unplugged\""), second[0].text());
    } finally {
      if (second[0] != null) {
        second[0].close();
      }
    }
    assertFalse(ip("-o link").contains("vhu"));
  }

  @KernelTest
  void aGuestThatIsStartedAnewHasThePortAgain() throws Exception {
    write(FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT));
    try (ServeProcess server = server("server", "--json")) {
      server.await("\"outcome\":\"plugged\"");
      ip("address add 192.0.2.1/24 dev br-fp");
      for (int connection = 1; connection <= 2; connection++) {
        try (VhostUserGuest guest = guest(1).start(guestFolder(1))) {
          guest.awaitBoot().address("192.0.2.2/24").ping("192.0.2.1");
          server.awaitAnew("\"connected\":true,\"connections\":" + connection);
        }
        server.awaitAnew("\"connected\":false");
      }
      assertEquals(Fastvif.DONE, server.terminate(), server.text());
    }
  }
}
