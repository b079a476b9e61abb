package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.EchoedStream;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.testing.VhostUserGuest;
import io.fastvif.vif.VhostUserMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest of QEMU 7.2 with packed rings, which no killed backend could go on with, under whose TCP
 * and pings {@code vhost-user serve} goes from process to process.
 */
class GuestHandOverTest {
  private static final String GATEWAY = "10.65.0.1";
  private static final String GUEST = "10.65.0.5";
  private static final int PORT = 7000;
  private static final long STREAMED = 256 << 10;
  private static final int TIMEOUT_MILLIS = 120_000;
  private static final Pattern PINGED =
      Pattern.compile("(\\d+) packets transmitted, (\\d+) received");

  @TempDir Path folder;

  private static void ip(String arguments) throws Exception {
    Peer.require("ip", "iproute2").run(arguments);
  }

  private ServeProcess serve(String name, Path vifs) throws Exception {
    return ServeProcess.start(
        folder, name, vifs, "--take-over", folder.resolve("hand-over").toString());
  }

  private static Process ping() throws Exception {
    return new ProcessBuilder(
            Peer.require("ping", "iputils-ping").path().toString(),
            "-q",
            "-i",
            "0.01",
            "-c",
            "600",
            "-W",
            "20", // for the last ones
            GUEST)
        .redirectErrorStream(true)
        .start();
  }

  @KernelTest
  void pingsAndTcpGoOn() throws Exception {
    ip("link set lo up");
    ip("address add " + GATEWAY + "/32 dev lo");
    Path vifs = folder.resolve("vifs.json");
    Files.writeString(
        vifs,
        VersionedObjectWriter.write(FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, GUEST)));
    Path socket = FastPathVifs.socket(folder, 1);
    try (ServeProcess first = serve("first", vifs)) {
      Await.until("the port", () -> Files.exists(socket));
      try (VhostUserGuest guest =
          VhostUserGuest.of(socket, FastPathVifs.mac(1).toString()).packed().start(folder)) {
        guest.awaitBoot().address(GUEST + "/24").ping(GATEWAY);
        try (EchoedStream stream = stream(guest)) {
          stream.awaitMore(STREAMED);
          Process pings = ping();
          try (ServeProcess second = serve("second", vifs)) {
            assertTrue(first.process().waitFor(60, TimeUnit.SECONDS), second.text());
            assertEquals(0, first.process().exitValue(), first.text());
            stream.awaitMore(STREAMED);
            String text = new String(pings.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher counts = PINGED.matcher(text);
            assertTrue(counts.find(), text);
            System.out.println(text.strip() + "\n" + second.text().strip());
            assertEquals(counts.group(1), counts.group(2), text);
            guest.ping(GATEWAY);
            assertEquals(0, second.terminate(), second.text());
          } finally {
            pings.destroyForcibly();
          }
        }
      }
    }
  }

  /** A connection to the guest, which sends back what it gets. */
  private static EchoedStream stream(VhostUserGuest guest) throws Exception {
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(new InetSocketAddress(InetAddress.getByName(GATEWAY), PORT));
      listener.setSoTimeout(TIMEOUT_MILLIS);
      guest.run(String.format("{ nc %s %d -e cat >/dev/null 2>&1 & }", GATEWAY, PORT));
      return new EchoedStream(listener.accept());
    }
  }
}
