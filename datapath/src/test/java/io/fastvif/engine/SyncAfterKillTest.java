package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.Orphans;
import io.fastvif.QuickSync;
import io.fastvif.SyncReport;
import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.json.PlugRequest;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * VIFs of several kinds are plugged together, and the process is killed at every second change, or
 * with {@code -Dfastvif.kill-every=1} at each. Who starts next knows none of their ids, and its
 * sync leaves nothing of them.
 */
class SyncAfterKillTest {
  private static final int SECONDS = 60;
  private static final int KILL_EVERY = Integer.getInteger("fastvif.kill-every", 2);

  /** VIFs share it, and nobody says that it was made for them. */
  private static final String SHARED_BRIDGE = "br-new";

  @TempDir Path folder;

  private static String id(int number) {
    return "7204e52d-b22" + number + "-4a58-808a-05a6c4647159";
  }

  private static PortProfileOpenVSwitch.Builder profile(int number) {
    return PortProfileOpenVSwitch.builder()
        .interfaceId("e65867e0-9340-4a7f-a256-00000000000" + number)
        .datapathType("netdev");
  }

  private List<Vif> vifs() {
    Network switched = Network.builder().multiHost(false).bridge("br-int").mtu(1450).build();
    return List.of(
        VifGeneric.builder().id(id(1)).plugin("tap").vifName("tap1").build(),
        VifBridge.builder()
            .id(id(2))
            .plugin("linux_bridge")
            .hasTrafficFiltering(false)
            .vifName("veth2")
            .bridgeName(SHARED_BRIDGE)
            .network(Network.builder().multiHost(false).shouldProvideBridge(true).build())
            .build(),
        VifBridge.builder()
            .id(id(3))
            .plugin("ovs")
            .vifName("tap3")
            .bridgeName("qbr3")
            .network(switched)
            .portProfile(profile(3).build())
            .build(),
        VifOpenVSwitch.builder()
            .id(id(4))
            .plugin("ovs")
            .vifName("tap4")
            .bridgeName("br-int")
            .network(switched)
            .portProfile(profile(4).createPort(true).createTap(true).build())
            .build(),
        VifVhostUser.builder()
            .id(id(5))
            .plugin("ovs")
            .vifName("vhu5")
            .path(folder.resolve("vhu5.sock").toString())
            .mode(VhostUserMode.SERVER)
            .network(switched)
            .portProfile(profile(5).build())
            .build());
  }

  private static HostConfiguration configuration(OvsHost ovs) {
    return HostConfiguration.builder(Map.of())
        .option("linux_bridge.create_port", "veth")
        .option("ovs.ovsdb_connection", ovs.address())
        .build();
  }

  /** Plugs all at once, as far as that process comes. */
  private void plug(Faults faults, OvsHost ovs) throws Exception {
    OvsSettings settings = OvsSettings.of(ovs.address());
    try (PlugEngine engine =
        faults
            .engine(null, folder.resolve("leases"))
            .errorHandler(thrown -> {}) // after its death
            .ovs(wake -> new FaultyOvs(settings.open(wake), faults))
            .build()
            .start()) {
      HostSnapshot snapshot = engine.snapshot();
      List<PlugPlan> plans =
          vifs().stream()
              .map(vif -> configuration(ovs).plugins().of(vif).plug(vif, null, snapshot))
              .toList();
      List<CompletableFuture<PlugResult>> results =
          plans.stream()
              .map(plan -> engine.submit(plan).orElseThrow().toCompletableFuture())
              .toList();
      for (CompletableFuture<PlugResult> result : results) {
        result.get(SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private static List<String> links(VifHost host) {
    return host.snapshot().links().stream().map(LinkState::name).sorted().toList();
  }

  @KernelTest
  void orphansThatAreHalfPluggedAreGone() throws Exception {
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"))) {
      ovs.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      boolean hasStruck = true;
      int killed = 0;
      for (int n = 2; hasStruck; n += KILL_EVERY) {
        String what = "killed at change " + n;
        Faults faults = Faults.killAt(n);
        try (VifHost before = host(ovs)) {
          List<String> base = links(before);
          plug(faults, ovs);
          hasStruck = faults.struck();
          killed += hasStruck ? 1 : 0;
          sync(ovs, base, what);
        }
      }
      assertTrue(killed > 5, () -> "few changes");
    }
  }

  private static VifHost host(OvsHost ovs) {
    return VifHost.open(VifHostOptions.of(configuration(ovs)));
  }

  private static void sync(OvsHost ovs, List<String> base, String what) throws Exception {
    List<PlugRequest> nothing = List.of();
    try (VifHost next = host(ovs)) {
      SyncReport report = QuickSync.sync(next, nothing, Orphans.UNPLUG);
      assertEquals(List.of(), report.failed(), what);
      Await.until("the bridges are deleted", () -> next.statistics().retiredBridges() == 0);
      boolean hasBridge = links(next).contains(SHARED_BRIDGE);
      List<String> left = new ArrayList<>(links(next));
      left.remove(SHARED_BRIDGE);
      assertEquals(base, left, what);
      assertEquals(List.of(), next.plugged(), what);
      assertEquals("", ovs.vsctl("list-ports br-int"), what);
      SyncReport again = QuickSync.sync(next, nothing, Orphans.UNPLUG);
      assertEquals(List.of(), again.results(), what);
      if (hasBridge) {
        GeneratedHost.ip("link delete " + SHARED_BRIDGE);
      }
    }
  }
}
