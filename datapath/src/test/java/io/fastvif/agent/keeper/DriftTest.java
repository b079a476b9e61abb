package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.AgentEvent.Kind;
import io.fastvif.agent.VifState;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.io.TempDir;

/** What others change of declared VIFs, and how it comes back. */
class DriftTest {
  private static final String TAP = "tap-vif-1";
  private static final String BRIDGED = "1-bridged-vif";

  @TempDir Path state;

  @KernelTest
  void repairsATap() throws Exception {
    try (KeeperBed bed = KeeperBed.open(state);
        RouteSocket other = RouteSocket.open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      bed.plug(KeptVifCases.tap(2, 1450));
      other.execute(other.link().delete(bed.link("tap1").index()));
      bed.awaitRepairs(TAP, 1);
      assertEquals(1450, bed.link("tap1").mtu());
      other.execute(other.link().set(bed.link("tap1").index()).mtu(1300));
      bed.awaitRepairs(TAP, 2);
      assertEquals(1450, bed.link("tap1").mtu());
      other.execute(other.link().set(bed.link("tap1").index()).down());
      bed.awaitRepairs(TAP, 3);
      assertTrue(bed.link("tap1").up());
      assertEquals(
          List.of(
              Kind.PLUGGED,
              Kind.DRIFTED,
              Kind.REPAIRED,
              Kind.DRIFTED,
              Kind.REPAIRED,
              Kind.DRIFTED,
              Kind.REPAIRED),
          bed.kinds(TAP));
      assertEquals(3, bed.keeper.statistics().drifts());
      assertEquals(3, bed.keeper.statistics().repairs());
      assertEquals(0, bed.vif("tap-vif-2").repairs());
    }
  }

  @KernelTest
  void repairsAPortOfABridge() throws Exception {
    try (KeeperBed bed =
            KeeperBed.open(
                state, Map.of("linux_bridge.create_port", "veth"), o -> o, StoreDisk.real());
        RouteSocket other = RouteSocket.open()) {
      bed.plug(KeptVifCases.bridged(1, "br0"));
      bed.plug(KeptVifCases.bridged(2, "br0"));
      other.execute(other.link().set(bed.link("port1").index()).master(0));
      bed.awaitRepairs(BRIDGED, 1);
      assertEquals(bed.link("br0").index(), bed.link("port1").master());
      other.execute(other.link().delete(bed.link("br0").index()));
      Await.until(
          "both are on a bridge",
          () ->
              bed.hasLink("br0")
                  && bed.link("port1").master() == bed.link("br0").index()
                  && bed.link("port2").master() == bed.link("br0").index());
      bed.awaitState(BRIDGED, VifState.PLUGGED);
      bed.awaitState("2-bridged-vif", VifState.PLUGGED);
    }
  }

  @KernelTest
  void repairsTheRulesOnWhatABridgeForwards() throws Exception {
    Peer nft = Peer.require("nft", "nftables");
    try (KeeperBed bed = KeeperBed.open(state)) {
      bed.plug(KeptVifCases.unfiltered(1, "br0"));
      bed.plug(KeptVifCases.unfiltered(2, "br0"));
      Set<String> both = Set.of("1-bridged-vif", "2-bridged-vif");
      assertEquals(both, bed.host.snapshot().filters().vifs().get("br0"));
      nft.run("flush ruleset");
      Await.until(
          "the rules are back, and whose they are",
          () -> both.equals(bed.host.snapshot().filters().vifs().get("br0")));
      bed.unplug("1-bridged-vif");
      assertEquals(Set.of("2-bridged-vif"), bed.host.snapshot().filters().vifs().get("br0"));
    }
  }

  @KernelTest
  void repairsAPortOfOpenVSwitch(@TempDir Path folder) throws Exception {
    try (OvsHost ovs = OvsHost.start(folder);
        KeeperBed bed =
            KeeperBed.open(
                state, Map.of("ovs.ovsdb_connection", ovs.address()), o -> o, StoreDisk.real())) {
      ovs.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      bed.plug(KeptVifCases.ovs(1));
      String id = KeptVifCases.ovs(1).vif().id().get();
      ovs.vsctl("del-port ovs1");
      bed.awaitRepairs(id, 1);
      Optional<OvsSnapshot.PortRow> port = bed.host.snapshot().ovs().port("ovs1");
      assertEquals("br-int", port.map(OvsSnapshot.PortRow::bridge).orElse("none"));
      ovs.vsctl("remove Interface ovs1 external_ids iface-id");
      bed.awaitRepairs(id, 2);
      try (RouteSocket other = RouteSocket.open()) {
        other.execute(other.link().delete(bed.link("ovs1").index()));
      }
      bed.awaitRepairs(id, 3);
      assertTrue(bed.hasLink("ovs1"));
      ovs.killDatabase();
      ovs.startDatabase();
      ovs.vsctl("--no-wait del-port ovs1");
      bed.awaitRepairs(id, 4);
      ovs.startNewDatabase(); // and nothing is done in it before it is initialized
      CompletableFuture<PlugResult> second = bed.keeper.plug(KeptVifCases.ovs(2), Map.of());
      assertThrows(TimeoutException.class, () -> second.get(1, TimeUnit.SECONDS));
      ovs.vsctl("--no-wait init");
      assertEquals(Outcome.PLUGGED, KeeperBed.done(second).outcome());
      bed.awaitRepairs(id, 5);
      assertEquals("ovs1\novs2\n", ovs.vsctl("--no-wait list-ports br-int"));
    }
  }

  @KernelTest
  void saysOfEachPortThatOpenVSwitchCannotBeAsked(@TempDir Path folder) throws Exception {
    try (OvsHost ovs = OvsHost.start(folder);
        KeeperBed bed =
            KeeperBed.open(
                state, Map.of("ovs.ovsdb_connection", ovs.address()), o -> o, StoreDisk.real())) {
      ovs.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      bed.plug(KeptVifCases.ovs(1));
      bed.plug(KeptVifCases.tap(1, 1450));
      String id = KeptVifCases.ovs(1).vif().id().get();
      assertEquals("", bed.vif(id).problem());
      KeeperBed.done(bed.host.plug(KeptVifCases.tap(7, 1450))); // an orphan
      ovs.killDatabase();
      Await.until(
          "it is said",
          () ->
              bed.vif(id)
                  .problem()
                  .equals("Open vSwitch's database is not connected: its port is not known"));
      assertEquals(
          List.of(false, true, true),
          bed.keeper.list().stream().map(vif -> vif.problem().isEmpty()).toList());
      assertEquals(
          Outcome.UNPLUGGED,
          KeeperBed.done(bed.keeper.unplug(KeptVifCases.tap(7, 1450), Map.of())).outcome());
      ovs.startDatabase();
      Await.until("it is over", () -> bed.vif(id).problem().isEmpty());
    }
  }

  @KernelTest
  void onlySaysWhatDriftsWhereItObserves() throws Exception {
    try (KeeperBed bed =
            KeeperBed.open(state, Map.of(), o -> o.withRepairs(false), StoreDisk.real());
        RouteSocket other = RouteSocket.open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      other.execute(other.link().set(bed.link("tap1").index()).mtu(1300));
      bed.awaitState(TAP, VifState.DRIFTED);
      assertTrue(bed.vif(TAP).problem().contains("mtu 1450"), bed.vif(TAP)::problem);
      assertEquals(1300, bed.link("tap1").mtu());
      other.execute(other.link().set(bed.link("tap1").index()).mtu(1450));
      bed.awaitState(TAP, VifState.PLUGGED);
      other.execute(other.link().delete(bed.link("tap1").index()));
      bed.awaitState(TAP, VifState.DRIFTED);
      assertEquals(
          List.of(Kind.PLUGGED, Kind.DRIFTED, Kind.REPAIRED, Kind.DRIFTED), bed.kinds(TAP));
      assertEquals(0, bed.keeper.statistics().repairs());
    }
    try (KeeperBed bed =
        KeeperBed.open(state, Map.of(), o -> o.withRepairs(false), StoreDisk.real())) {
      bed.awaitState(TAP, VifState.DRIFTED);
      assertFalse(bed.hasLink("tap1"));
      bed.plug(KeptVifCases.tap(1, 1450)); // asked for
      assertTrue(bed.hasLink("tap1"));
    }
  }

  /** Its pause has grown long by then. */
  @KernelTest
  void plugsWhatHasFailedAsSoonAsItsBridgeAppears() throws Exception {
    assertSoonerThan(1_500, this::millisFromBridgeToPort);
  }

  /** A time of the keeper's own. */
  private interface Trial {
    long millis() throws Exception;
  }

  /** Once at least: a machine that is at something else makes a trial long, not each of them. */
  private static void assertSoonerThan(long bound, Trial trial) throws Exception {
    List<Long> times = new ArrayList<>();
    do {
      times.add(trial.millis());
      assertTrue(
          times.size() < 6, () -> "after " + times + " ms; the pause was longer than " + bound);
    } while (times.getLast() >= bound);
  }

  /** The next attempt without an event would be 1,600 ms after the one before. */
  private long millisFromBridgeToPort() throws Exception {
    try (KeeperBed bed = patient();
        RouteSocket other = RouteSocket.open()) {
      other.execute(other.link().create("br-theirs").kind(new Bridge()));
      bed.plug(KeptVifCases.onOthersBridge(1, "br-theirs"));
      other.execute(other.link().delete(bed.link("br-theirs").index()));
      bed.awaitState(BRIDGED, VifState.FAILED);
      assertTrue(bed.vif(BRIDGED).problem().contains("br-theirs"), bed.vif(BRIDGED)::problem);
      Await.until("six attempts", () -> bed.keeper.statistics().repairFailures() >= 6);
      long begin = System.nanoTime();
      other.execute(other.link().create("br-theirs").kind(new Bridge()));
      bed.awaitState(BRIDGED, VifState.PLUGGED);
      long millis = (System.nanoTime() - begin) / 1_000_000;
      assertEquals(bed.link("br-theirs").index(), bed.link("port1").master());
      bed.unplug(BRIDGED);
      other.execute(other.link().delete(bed.link("br-theirs").index()));
      return millis;
    }
  }

  /** The pauses of these are long: what they wait for is an event. */
  private KeeperBed patient() throws Exception {
    return KeeperBed.open(
        state,
        Map.of("linux_bridge.create_port", "veth"),
        o -> o.withPauses(Duration.ofMillis(50), Duration.ofHours(1), Duration.ofHours(1)),
        StoreDisk.real());
  }

  @KernelTest
  void plugsWhatHasFailedAsSoonAsWhatWasInItsWayIsGone() throws Exception {
    assertSoonerThan(1_000, this::millisFromRoomToDevices);
  }

  private static long failures(KeeperBed bed, String id) {
    return bed.kinds(id).stream().filter(kind -> kind == Kind.REPAIR_FAILED).count();
  }

  /** Of the slower one; each would be tried again 1,600 ms after its last attempt, or later. */
  private long millisFromRoomToDevices() throws Exception {
    Map<String, String> devices = Map.of(TAP, "tap1", BRIDGED, "port1");
    long longest = 0;
    try (RouteSocket other = RouteSocket.open()) {
      try (KeeperBed bed = patient()) {
        bed.plug(KeptVifCases.tap(1, 1450));
        bed.plug(KeptVifCases.bridged(1, "br0"));
      }
      for (String name : devices.values()) {
        other.execute(other.link().delete(other.indexOf(name)));
        other.execute(other.link().create(name).kind(new Bridge()));
      }
      try (KeeperBed bed = patient()) {
        for (String id : devices.keySet()) {
          Await.until("six attempts of each", () -> failures(bed, id) >= 6);
        }
        for (Map.Entry<String, String> one : devices.entrySet()) {
          assertEquals(VifState.FAILED, bed.vif(one.getKey()).state());
          long begin = System.nanoTime();
          other.execute(other.link().delete(bed.link(one.getValue()).index()));
          bed.awaitState(one.getKey(), VifState.PLUGGED);
          longest = Math.max(longest, (System.nanoTime() - begin) / 1_000_000);
        }
        bed.unplug(TAP);
        bed.unplug(BRIDGED);
      }
    }
    return longest;
  }

  /** Each event ends a pause that grows: without that there were an attempt for each look. */
  @KernelTest
  void aStormOfEventsIsNoStormOfAttempts() throws Exception {
    try (RouteSocket other = RouteSocket.open()) {
      try (KeeperBed bed = patient()) {
        bed.plug(KeptVifCases.tap(1, 1450));
      }
      other.execute(other.link().delete(other.indexOf("tap1")));
      other.execute(other.link().create("tap1").kind(new Bridge()));
      try (KeeperBed bed = patient()) {
        int foreign = bed.link("tap1").index();
        for (int round = 0; round < 40; round++) {
          int mtu = 1300 + round;
          other.execute(other.link().set(foreign).mtu(mtu));
          Await.until("it is seen", () -> bed.link("tap1").mtu() == mtu);
          long looked = System.nanoTime();
          Await.until("a look", () -> System.nanoTime() - looked > 25_000_000);
        }
        long failures = bed.keeper.statistics().repairFailures();
        // Nine, and one more each time that the whole takes twice as long.
        assertTrue(failures >= 4 && failures <= 20, () -> failures + " attempts for 40 events");
      }
    }
  }

  /** Somebody who takes it away each time is given a growing pause, and no more. */
  @KernelTest
  void leavesAVifThatKeepsDriftingLongerAndLonger() throws Exception {
    try (KeeperBed bed = KeeperBed.open(state);
        RouteSocket other = RouteSocket.open()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      long begin = System.nanoTime();
      for (int i = 1; i <= 4; i++) {
        other.execute(other.link().set(bed.link("tap1").index()).mtu(1300));
        bed.awaitRepairs(TAP, i);
      }
      long millis = (System.nanoTime() - begin) / 1_000_000;
      assertTrue(millis >= 50 + 100 + 200, () -> "four repairs in " + millis + " ms");
      assertEquals(0, bed.keeper.statistics().backedOff());
    }
  }
}
