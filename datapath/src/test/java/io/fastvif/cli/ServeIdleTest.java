package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** How often the threads of {@code vhost-user serve} wake while nothing can happen. */
class ServeIdleTest {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int PORTS = 500;

  @TempDir Path folder;

  private ServeProcess serve(int ports) throws Exception {
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < ports; i++) {
      json.append(i > 0 ? "," : "")
          .append(
              VersionedObjectWriter.write(FastPathVifs.bridged(folder, i, VhostUserMode.CLIENT)));
    }
    Path vifs = Files.writeString(folder.resolve("vifs.json"), json.append(']'));
    ServeProcess serve = ServeProcess.start(folder, "serve", vifs, "--interval", "0");
    Await.until(
        "the last socket",
        () -> Files.exists(FastPathVifs.socket(folder, ports - 1)) || !serve.process().isAlive());
    assertTrue(serve.process().isAlive(), serve.text());
    // Nothing comes from the host: the taps would get the kernel's own frames.
    Peer.require("ip", "iproute2").run("link set br-fp down");
    return serve;
  }

  /** The port of the guest is one of many, so that each window is waited for once. */
  @KernelTest
  void portsWakeNobodyBeforeWhileAndAfterAGuestIsAtOne() throws Exception {
    try (ServeProcess serve = serve(PORTS)) {
      ThreadWaits.assertQuiet(serve.process().pid());
      try (VhostUserFrontend frontend =
              VhostUserFrontend.connect(
                  FastPathVifs.socket(folder, 0).toString(), PATIENCE_MILLIS);
          FrontendGuest guest = new FrontendGuest(frontend, VirtioFeatures.VERSION_1)) {
        assertTrue(guest.send(new byte[64]));
        ThreadWaits.assertQuiet(serve.process().pid());
      }
      ThreadWaits.assertQuiet(serve.process().pid());
      assertEquals(Fastvif.DONE, serve.terminate(), serve.text());
    }
  }
}
