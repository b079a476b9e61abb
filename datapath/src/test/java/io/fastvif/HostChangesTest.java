package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.json.PlugRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostChanges.Seen;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;

/** What a host tells of its changes, without being asked. */
class HostChangesTest {
  private static final int SECONDS = 60;

  private final Semaphore woken = new Semaphore(0);
  private final HostChanges changes = new HostChanges(woken::release);

  private final Set<String> vifs = new HashSet<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> otherNames = new HashSet<>();
  private boolean isOvsAnew;
  private boolean areRulesOthers;

  /** Looks at each wake, which is at the first of some changes, until all is told. */
  private void await(BooleanSupplier told) throws Exception {
    while (!told.getAsBoolean()) {
      assertTrue(woken.tryAcquire(SECONDS, TimeUnit.SECONDS), "nothing more was told");
      Seen seen = changes.take();
      vifs.addAll(seen.vifs());
      names.addAll(seen.names());
      otherNames.addAll(seen.otherNames());
      isOvsAnew |= seen.openVSwitch();
      areRulesOthers |= seen.filters();
    }
  }

  private void forget() {
    vifs.clear();
    names.clear();
    otherNames.clear();
  }

  @KernelTest
  void tellsOfLinksThatOthersChange() throws Exception {
    try (VifHost host = VifHost.open();
        RouteSocket other = RouteSocket.open()) {
      host.snapshot();
      host.watch(changes);
      assertThrows(IllegalStateException.class, () -> host.watch(changes));
      host.unwatch();
      host.watch(changes);
      other.execute(other.link().create("v0").kind(new Veth().peerName("v1")));
      await(() -> names.contains("v0"));
      forget();
      int index = host.snapshot().link("v0").orElseThrow().index();
      other.execute(other.link().set(index).alias("fastvif:vif-1"));
      other.execute(other.link().set(index).mtu(1400));
      await(() -> vifs.contains("vif-1"));
      other.execute(other.link().set(index).up());
      other.execute(other.link().addAltname(index).alternativeName("other-name"));
      await(() -> otherNames.contains("other-name"));
      forget();
      other.execute(other.link().set(index).mtu(1300));
      await(() -> vifs.contains("vif-1"));
      assertFalse(otherNames.contains("other-name"));
      other.execute(other.link().delete(index));
      await(() -> otherNames.contains("other-name"));
      assertTrue(host.snapshot().link("v0").isEmpty());
    }
  }

  /** The kernel tells of many links without a carrier again, long after they were made. */
  @KernelTest
  void whatChangesNothingIsNotTold() throws Exception {
    try (VifHost host = VifHost.open();
        RouteSocket other = RouteSocket.open()) {
      other.execute(other.link().create("v0").kind(new Veth().peerName("v1")));
      int index = other.indexOf("v0");
      int peer = other.indexOf("v1");
      MacAddress address = host.snapshot().link("v0").orElseThrow().address();
      host.watch(changes);
      other.execute(other.link().set(index).address(address.value()));
      other.execute(other.link().set(peer).mtu(1400));
      await(() -> names.contains("v1"));
      assertFalse(names.contains("v0"));
    }
  }

  /** Of many bridges, each plug would else have all of them looked at. */
  @KernelTest
  void tellsOfRulesThatOthersChangeAlone() throws Exception {
    Peer nft = Peer.require("nft", "nftables");
    Vif vif =
        VifBridge.builder()
            .id("vif-1")
            .plugin("linux_bridge")
            .vifName("tap1")
            .bridgeName("br1")
            .hasTrafficFiltering(false)
            .network(Network.builder().shouldProvideBridge(true).mtu(1500).build())
            .build();
    try (VifHost host = VifHost.open();
        RouteSocket other = RouteSocket.open()) {
      host.watch(changes);
      assertEquals(
          Outcome.PLUGGED, host.plug(PlugRequest.of(vif)).get(SECONDS, TimeUnit.SECONDS).outcome());
      assertTrue(nft.run("list ruleset").contains("br1"));
      for (String name : List.of("v0", "v2")) { // by the second, what there was is taken in
        other.execute(other.link().create(name).kind(new Veth().peerName(name + "p")));
        await(() -> names.contains(name));
      }
      assertFalse(areRulesOthers);
      nft.run("add table inet theirs");
      await(() -> areRulesOthers);
    }
  }

  @KernelTest
  void tellsOfRowsThatOthersChange(@TempDir Path folder) throws Exception {
    try (OvsHost ovs = OvsHost.database(folder, OvsHost.SCHEMA);
        VifHost host =
            VifHost.open(
                VifHostOptions.of(
                    HostConfiguration.builder(Map.of())
                        .option("ovs.ovsdb_connection", ovs.address())
                        .build()))) {
      ovs.vsctl("--no-wait add-br br-one -- add-br br-two");
      host.watch(changes);
      assertTrue(host.snapshot().ovs().isKnown());
      await(() -> isOvsAnew && names.contains("br-two"));
      ovs.vsctl("--no-wait add-port br-one p1 -- set Interface p1 external_ids:iface-id=vif-1");
      await(() -> vifs.contains("vif-1"));
      forget();
      String port = ovs.vsctl("get Port p1 _uuid").strip();
      ovs.vsctl(
          "--no-wait remove Bridge br-one ports " + port + " -- add Bridge br-two ports " + port);
      await(() -> names.contains("br-two") && names.contains("p1"));
      forget();
      ovs.vsctl("--no-wait del-port p1");
      await(() -> vifs.contains("vif-1"));
    }
  }
}
