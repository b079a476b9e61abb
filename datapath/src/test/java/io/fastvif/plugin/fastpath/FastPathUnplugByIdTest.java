package io.fastvif.plugin.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.forward.Idle;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** Served ports, unplugged by their VIFs' ids alone in the process that serves them. */
class FastPathUnplugByIdTest {
  private static final int SECONDS = 60;

  @TempDir Path folder;

  private static Outcome outcome(CompletableFuture<PlugResult> result) throws Exception {
    PlugResult done = result.get(SECONDS, TimeUnit.SECONDS);
    assertNull(done.failure(), () -> done.failure().message());
    return done.outcome();
  }

  private static void leavesNothing(
      VifHost host, ForwardingPorts ports, HostStateReader reader, Vif vif) throws Exception {
    HostState before = reader.readSettled();
    ComparableState comparable = new ComparableState(before, true);
    int served = ports.open().size();
    assertEquals(Outcome.PLUGGED, outcome(host.submit(VifOperation.plug(vif, null))));
    assertEquals(served + 1, ports.open().size());
    assertNotEquals(List.of(), before.differences(reader.read()));
    assertEquals(Outcome.UNPLUGGED, outcome(host.unplug(vif.id().get())));
    assertEquals(served, ports.open().size());
    assertEquals(
        List.of(),
        comparable.of(before).differences(comparable.of(reader.readSettled())),
        vif.toString());
    assertEquals(Outcome.UNCHANGED, outcome(host.unplug(vif.id().get())));
  }

  @KernelTest
  void nothingIsLeft() throws Exception {
    Path sockets = Files.createDirectory(folder.resolve("sockets"));
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"))) {
      ovs.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      HostStateReader reader = new HostStateReader().folder(sockets).ovs(ovs);
      VifHostOptions options =
          VifHostOptions.of(
              HostConfiguration.builder(Map.of())
                  .option("ovs.ovsdb_connection", ovs.address())
                  .build());
      try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
          VifHost host = VifHost.open(options.withForwarder(ports))) {
        Vif stays = FastPathVifs.bridged(sockets, 9, VhostUserMode.CLIENT); // and so the bridge
        assertEquals(Outcome.PLUGGED, outcome(host.submit(VifOperation.plug(stays, null))));
        for (Vif vif :
            List.of(
                FastPathVifs.bridged(sockets, 1, VhostUserMode.CLIENT),
                FastPathVifs.routed(sockets, 2, VhostUserMode.CLIENT, "10.65.0.5", "2001:db8::5"),
                FastPathVifs.switched(sockets, 3, VhostUserMode.CLIENT, false),
                FastPathVifs.switched(sockets, 4, VhostUserMode.CLIENT, true))) {
          leavesNothing(host, ports, reader, vif);
        }
      }
    }
  }
}
