package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.AgentEvent.Kind;
import io.fastvif.agent.VifState;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.VifBridge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;

/** A VIF that is declared again, and otherwise. */
class DeclarationChangeTest {
  private static final String ID = "tap-vif-1";
  private static final Map<String, String> VETHS = Map.of("linux_bridge.create_port", "veth");

  @TempDir Path state;

  private KeeperBed veths() throws Exception {
    return KeeperBed.open(state, VETHS, o -> o, StoreDisk.real());
  }

  private static PlugRequest bridgedWithId(String id, String bridge) {
    return bridgedWithId(id, "port1", bridge);
  }

  private static PlugRequest bridgedWithId(String id, String name, String bridge) {
    VifBridge like = (VifBridge) KeptVifCases.bridged(1, bridge).vif();
    return PlugRequest.of(
        VifBridge.builder()
            .id(id)
            .address(like.address().get())
            .plugin("linux_bridge")
            .hasTrafficFiltering(true)
            .vifName(name)
            .bridgeName(bridge)
            .network(like.network().get())
            .build());
  }

  @KernelTest
  void aNewDeclarationTakesThePlaceOfTheOneBefore() throws Exception {
    try (KeeperBed bed = veths()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      int index = bed.link("tap1").index();
      bed.plug(KeptVifCases.tap(1, 1400));
      assertEquals(1400, bed.link("tap1").mtu());
      assertEquals(index, bed.link("tap1").index(), "the same tap");
      bed.plug(KeptVifCases.tap(ID, "other1", 1400)); // another device
      assertFalse(bed.hasLink("tap1"));
      assertTrue(bed.hasLink("other1"));
      bed.plug(bridgedWithId(ID, "br0")); // another plugin
      assertFalse(bed.hasLink("other1"));
      assertEquals(bed.link("br0").index(), bed.link("port1").master());
      bed.plug(bridgedWithId(ID, "br1")); // another bridge
      assertEquals(bed.link("br1").index(), bed.link("port1").master());
      assertEquals(List.of("tap-vif-1"), bed.onDisk());
      assertFalse(KeeperBed.onDisk(state).get(ID).declaration().isChanging());
      bed.unplug(ID);
      assertFalse(bed.hasLink("port1"));
      assertEquals(List.of(), bed.onDisk());
    }
  }

  @KernelTest
  void whatWasDeclaredBeforeComesBackWhereTheNewCannotBePlugged() throws Exception {
    try (KeeperBed bed = veths()) {
      bed.plug(KeptVifCases.tap(1, 1450));
      bed.plug(KeptVifCases.tap(2, 1450));
      int index = bed.link("tap1").index();
      PlugResult wrong = KeeperBed.done(bed.keeper.plug(KeptVifCases.tap(1, 7), Map.of()));
      assertNotNull(wrong.failure());
      PlugResult taken =
          KeeperBed.done(bed.keeper.plug(KeptVifCases.tap(ID, "tap2", 1450), Map.of()));
      assertEquals(Outcome.FAILED, taken.outcome());
      PlugResult otherTaken =
          KeeperBed.done(bed.keeper.plug(bridgedWithId(ID, "tap2", "br0"), Map.of()));
      assertEquals("vif_name", otherTaken.failure().wrongInput().path());
      assertEquals(index, bed.link("tap1").index(), "it was never gone");
      PlugResult noBridge = KeeperBed.done(bed.keeper.plug(bridgedWithId(ID, "tap2"), Map.of()));
      assertEquals(Outcome.FAILED, noBridge.outcome());
      assertNotEquals(index, bed.link("tap1").index(), "it had to go, and came back");
      assertEquals(1450, bed.link("tap1").mtu());
      assertEquals(VifState.PLUGGED, bed.vif(ID).state());
      assertEquals(KeptVifCases.tap(1, 1450), bed.vif(ID).request().orElseThrow());
      assertEquals(
          List.of(Kind.PLUGGED, Kind.FAILED, Kind.FAILED, Kind.FAILED, Kind.FAILED), bed.kinds(ID));
      assertEquals(4, bed.keeper.statistics().failures());
    }
    try (KeeperBed bed = veths()) { // and the disk says so too
      assertEquals(KeptVifCases.tap(1, 1450), bed.vif(ID).request().orElseThrow());
      assertEquals(0, bed.vif(ID).repairs());
    }
  }

  /** A crash between the disk's part and the host's. */
  @KernelTest
  void aChangeThatWasCutOffIsFinishedByTheNextAgent() throws Exception {
    try (KeeperBed bed = veths()) {
      bed.plug(KeptVifCases.tap(1, 1450));
    }
    try (VifStore store = VifStoreFixture.open(state)) {
      store.put(Declaration.of(bridgedWithId(ID, "br0"), Map.of()).changing(true)).done().get();
    }
    try (KeeperBed bed = veths()) {
      assertEquals(VifState.PLUGGED, bed.vif(ID).state());
      assertFalse(bed.hasLink("tap1"));
      assertTrue(bed.hasLink("port1"));
      assertFalse(KeeperBed.onDisk(state).get(ID).declaration().isChanging());
    }
  }

  /** The guest's end has the same name in both, and is in the way until the first is gone. */
  @KernelTest
  void aPairThatIsRenamedTakesThePlaceOfTheOneBefore() throws Exception {
    try (KeeperBed bed = veths()) {
      bed.plug(bridgedWithId(ID, "port1", "br0"));
      bed.plug(bridgedWithId(ID, "other1", "br0"));
      assertFalse(bed.hasLink("port1"));
      assertTrue(bed.hasLink("other1"));
      assertEquals(List.of(Kind.PLUGGED, Kind.PLUGGED), bed.kinds(ID));
    }
    try (VifStore store = VifStoreFixture.open(state)) {
      store
          .put(Declaration.of(bridgedWithId(ID, "port1", "br1"), Map.of()).changing(true))
          .done()
          .get();
    }
    try (KeeperBed bed = veths()) { // as after a crash
      assertEquals(VifState.PLUGGED, bed.vif(ID).state(), bed.vif(ID)::problem);
      assertFalse(bed.hasLink("other1"));
      assertEquals(bed.link("br1").index(), bed.link("port1").master());
    }
  }

  @KernelTest
  void requestsOnOneVifFollowOneAnother() throws Exception {
    try (KeeperBed bed = KeeperBed.open(state)) {
      List<CompletableFuture<PlugResult>> results = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        results.add(bed.keeper.plug(KeptVifCases.tap(1, 1400 + i), Map.of()));
        results.add(bed.keeper.unplug(ID));
      }
      results.add(bed.keeper.plug(KeptVifCases.tap(1, 1500), Map.of()));
      for (int i = 0; i < results.size(); i++) {
        Outcome wanted = i % 2 == 0 ? Outcome.PLUGGED : Outcome.UNPLUGGED;
        assertEquals(wanted, KeeperBed.done(results.get(i)).outcome());
      }
      assertEquals(1500, bed.link("tap1").mtu());
      assertEquals(List.of("tap-vif-1"), bed.onDisk());
    }
  }
}
