package io.fastvif.plugin.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.testing.VhostUserGuest;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** DPDK's backend in another process, and a QEMU guest: the plugin makes ready for both. */
class ForeignBackendTest {
  private static final String MAC = "fa:16:3e:20:82:01";

  @TempDir Path folder;

  private VifVhostUser vif(VhostUserMode mode) {
    return VifVhostUser.builder()
        .id("cd613e30-d8f1-4adf-91b7-584a2265b101")
        .plugin("vhostuser")
        .path(folder.resolve("sockets/a.sock").toString())
        .mode(mode)
        .build();
  }

  /** DPDK's test program as a backend that answers ARP and ping for any address. */
  private Process backend(VhostUserMode mode) throws IOException {
    Path socket = folder.resolve("sockets/a.sock");
    ProcessBuilder builder =
        new ProcessBuilder(
            Peer.require("dpdk-testpmd", "dpdk-dev").path().toString(),
            "--lcores",
            "0@0,1@1",
            "--no-pci",
            "--no-telemetry",
            "--file-prefix=fv" + ProcessHandle.current().pid(),
            "--no-huge",
            "-m",
            "256",
            "--vdev",
            "net_vhost0,iface=" + socket + ",client=" + (mode == VhostUserMode.SERVER ? 1 : 0),
            "--",
            "--no-mlockall",
            "--total-num-mbufs=8192",
            "--stats-period",
            "10",
            "-a",
            "--forward-mode=icmpecho");
    builder.environment().put("RUNTIME_DIRECTORY", folder.toString());
    builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("testpmd.log").toFile())
        .start();
  }

  private static CompletableFuture<PlugResult> submit(PlugEngine engine, PlugPlan plan) {
    return engine.submit(plan).orElseThrow().toCompletableFuture();
  }

  private static PlugResult get(CompletableFuture<PlugResult> result) throws Exception {
    PlugResult ended = result.get(60, TimeUnit.SECONDS);
    assertNull(ended.failure(), () -> ended.failure().message());
    return ended;
  }

  private static VifPlugins plugins() {
    return VifPlugins.installed(
        Map.of("vhostuser.socket_permissions", "0606", "vhostuser.folder_permissions", "0711"));
  }

  private void guestPings(VhostUserGuest.Builder builder) throws Exception {
    try (VhostUserGuest guest = builder.start(folder)) {
      guest.awaitBoot().address("192.0.2.2/24").ping("192.0.2.1");
    }
  }

  @KernelTest
  void pluggedWhenTheBackendListens() throws Exception {
    VifVhostUser vif = vif(VhostUserMode.CLIENT);
    Path socket = Path.of(vif.path().get());
    Process backend = null;
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      CompletableFuture<PlugResult> plugged =
          submit(engine, plugins().of(vif).plug(vif, null, engine.snapshot()));
      Await.until("the socket's folder", () -> Files.isDirectory(socket.getParent()));
      assertFalse(plugged.isDone());
      backend = backend(VhostUserMode.CLIENT);
      assertEquals(Outcome.PLUGGED, get(plugged).outcome());
      assertEquals(0711, mode(socket.getParent()));
      assertEquals(0606, mode(socket));
      assertEquals(
          Outcome.UNCHANGED,
          get(submit(engine, plugins().of(vif).plug(vif, null, engine.snapshot()))).outcome());
      guestPings(VhostUserGuest.of(socket, MAC));
    } finally {
      end(backend);
    }
  }

  @KernelTest
  void aHypervisorThatListensLeavesASocketThatGoes() throws Exception {
    VifVhostUser vif = vif(VhostUserMode.SERVER);
    Path socket = Path.of(vif.path().get());
    Process backend = null;
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      get(submit(engine, plugins().of(vif).plug(vif, null, engine.snapshot())));
      backend = backend(VhostUserMode.SERVER);
      guestPings(VhostUserGuest.of(socket, MAC).listening());
      assertEquals(true, Files.exists(socket)); // QEMU was killed
      get(submit(engine, plugins().of(vif).unplug(vif, null, engine.snapshot())));
      assertFalse(Files.exists(socket));
    } finally {
      end(backend);
    }
  }

  private static int mode(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:mode") & 0777;
  }

  private static void end(Process process) throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }
}
