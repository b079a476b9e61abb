package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.Orphans;
import io.fastvif.VifHost;
import io.fastvif.agent.AgentEvent.Kind;
import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifState;
import io.fastvif.engine.Outcome;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** What the host has in fastvif's name, and nobody declared. */
class OrphanTest {
  @TempDir Path state;

  private static void plugWithoutAgent(int number) throws Exception {
    try (VifHost host = VifHost.open()) {
      KeeperBed.done(host.plug(KeptVifCases.tap(number, 1450)));
    }
  }

  private KeeperBed openAndUnplug() throws Exception {
    return KeeperBed.open(state, Map.of(), o -> o.withOrphans(Orphans.UNPLUG), StoreDisk.real());
  }

  @KernelTest
  void orphansAreListedAndLeftAlone() throws Exception {
    plugWithoutAgent(7);
    try (KeeperBed bed = KeeperBed.open(state)) {
      bed.plug(KeptVifCases.tap(1, 1450));
      assertEquals(List.of("tap-vif-1 PLUGGED", "tap-vif-7 ORPHAN"), bed.shown());
      assertEquals(1, bed.keeper.statistics().count(VifState.ORPHAN));
      assertEquals(1, bed.keeper.statistics().declared());
      KeptVif orphan = bed.vif("tap-vif-7");
      assertEquals(List.of("tap7"), orphan.devices());
      assertTrue(orphan.request().isEmpty());
      bed.plug(KeptVifCases.tap(7, 1450)); // now it is declared
      assertEquals(List.of("tap-vif-1 PLUGGED", "tap-vif-7 PLUGGED"), bed.shown());
    }
    plugWithoutAgent(8);
    try (KeeperBed bed = KeeperBed.open(state)) {
      assertEquals(
          Outcome.UNPLUGGED,
          KeeperBed.done(bed.keeper.unplug(KeptVifCases.tap(8, 1450), Map.of())).outcome());
      assertFalse(bed.hasLink("tap8"));
    }
  }

  @KernelTest
  void orphansAreUnpluggedAtTheStartWhereThatIsWanted() throws Exception {
    plugWithoutAgent(7);
    plugWithoutAgent(8);
    try (KeeperBed bed = KeeperBed.open(state)) {
      bed.plug(KeptVifCases.tap(1, 1450));
    }
    try (KeeperBed bed = openAndUnplug()) {
      Await.until("no orphan", () -> bed.shown().equals(List.of("tap-vif-1 PLUGGED")));
      Await.until("it is told", () -> bed.kinds("tap-vif-8").equals(List.of(Kind.UNPLUGGED)));
      assertFalse(bed.hasLink("tap7"));
      assertEquals(0, bed.keeper.statistics().unplugs());
    }
  }

  /** An orphan may be the VIF whose file is broken. */
  @KernelTest
  void orphansStayWhereNotAllThatWasDeclaredIsKnown() throws Exception {
    try (KeeperBed bed = KeeperBed.open(state)) {
      bed.plug(KeptVifCases.tap(1, 1450));
      bed.plug(KeptVifCases.tap(2, 1450));
    }
    Path file = state.resolve("vifs.log");
    Files.writeString(file, Files.readString(file).replaceFirst("tap-vif-1", "tap-vif-X"));
    VifHost host = VifHost.open();
    try (host;
        HostKeeper keeper =
            HostKeeper.open(host, KeeperOptions.of(state).withOrphans(Orphans.UNPLUG))) {
      Await.until("the start", () -> keeper.find("tap-vif-2").isPresent());
      Await.until("it is plugged", () -> keeper.unreadiness().size() == 1);
      assertTrue(
          keeper.unreadiness().getFirst().contains("vifs.log.bad"), keeper.unreadiness()::toString);
      assertEquals(VifState.ORPHAN, keeper.find("tap-vif-1").orElseThrow().state());
      assertEquals(
          Outcome.UNCHANGED, KeeperBed.done(host.plug(KeptVifCases.tap(1, 1450))).outcome());
    }
  }
}
