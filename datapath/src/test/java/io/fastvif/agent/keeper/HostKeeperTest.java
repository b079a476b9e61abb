package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.VifState;
import io.fastvif.bindings.HeldException;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifGeneric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

class HostKeeperTest {
  private static final int SECONDS = 60;

  @TempDir Path state;

  private static PlugResult done(CompletableFuture<PlugResult> result) throws Exception {
    return result.get(SECONDS, TimeUnit.SECONDS);
  }

  private List<String> onDisk() throws Exception {
    return List.copyOf(KeeperBed.onDisk(state).keySet());
  }

  private static List<String> shown(VifKeeper keeper) {
    return keeper.list().stream().map(vif -> vif.id() + " " + vif.state()).toList();
  }

  private HostKeeper open(VifHost host) throws Exception {
    HostKeeper keeper = HostKeeper.open(host, KeeperOptions.of(state));
    Await.until("the start", () -> keeper.unreadiness().isEmpty());
    return keeper;
  }

  @KernelTest
  void plugsKeepsAndUnplugs() throws Exception {
    List<AgentEvent> events = Collections.synchronizedList(new ArrayList<>());
    try (VifHost host = VifHost.open();
        HostKeeper keeper = open(host)) {
      keeper.subscribe(events::add);
      assertEquals(
          Outcome.PLUGGED, done(keeper.plug(KeptVifCases.tap(1, 1500), Map.of())).outcome());
      assertEquals(
          Outcome.UNCHANGED, done(keeper.plug(KeptVifCases.tap(1, 1500), Map.of())).outcome());
      assertEquals(List.of("tap-vif-1"), onDisk());
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("vifs.log"))));
      KeptVif kept = keeper.find("tap-vif-1").orElseThrow();
      assertEquals(VifState.PLUGGED, kept.state());
      assertEquals(KeptVifCases.tap(1, 1500), kept.request().orElseThrow());
      assertEquals(List.of("tap1"), kept.devices());
      assertEquals(1, keeper.statistics().count(VifState.PLUGGED));
      assertEquals(Outcome.UNPLUGGED, done(keeper.unplug("tap-vif-1")).outcome());
      assertEquals(Outcome.UNCHANGED, done(keeper.unplug("tap-vif-1")).outcome());
      assertEquals(List.of(), onDisk());
      assertEquals(List.of(), keeper.list());
      assertTrue(host.snapshot().link("tap1").isEmpty());
    }
    assertEquals(
        List.of("1 PLUGGED tap1", "2 UNPLUGGED "),
        events.stream()
            .filter(event -> event.number() < 3)
            .map(event -> event.number() + " " + event.kind() + " " + event.detail())
            .toList());
  }

  @KernelTest
  void comesBackWithWhatWasDeclared() throws Exception {
    try (VifHost host = VifHost.open();
        HostKeeper keeper = open(host)) {
      done(keeper.plug(KeptVifCases.tap(1, 1500), Map.of()));
      done(keeper.plug(KeptVifCases.tap(2, 1400), Map.of()));
    }
    try (VifHost host = VifHost.open()) {
      done(host.unplug("tap-vif-2"));
      try (HostKeeper keeper = open(host)) {
        assertEquals(List.of("tap-vif-1 PLUGGED", "tap-vif-2 PLUGGED"), shown(keeper));
        assertEquals(1400, host.snapshot().link("tap2").orElseThrow().mtu());
        assertEquals(0, keeper.find("tap-vif-1").orElseThrow().repairs());
        assertEquals(1, keeper.find("tap-vif-2").orElseThrow().repairs());
      }
    }
  }

  @KernelTest
  void whatIsAskedForAtTheStartComesAfterWhatWasDeclaredBefore() throws Exception {
    try (VifHost host = VifHost.open()) {
      for (int i = 0; i < 20; i++) {
        try (HostKeeper keeper = open(host)) {
          done(keeper.plug(KeptVifCases.tap(1, 1500), Map.of()));
        }
        try (HostKeeper keeper = HostKeeper.open(host, KeeperOptions.of(state))) {
          assertEquals(Outcome.UNPLUGGED, done(keeper.unplug("tap-vif-1")).outcome());
          Await.until("the start", () -> keeper.unreadiness().isEmpty());
          assertEquals(List.of(), shown(keeper));
        }
        assertEquals(List.of(), onDisk());
      }
    }
  }

  /** Its plugin was taken away, say. */
  @KernelTest
  void forgetsWhatCannotBePlannedAnyMore() throws Exception {
    Vif vif = VifGeneric.builder().id("lost").plugin("gone").vifName("tap9").build();
    try (VifStore store = VifStoreFixture.open(state)) {
      store.put(Declaration.of(PlugRequest.of(vif), Map.of())).done().join();
    }
    try (VifHost host = VifHost.open();
        HostKeeper keeper = open(host)) {
      assertEquals(List.of("lost FAILED"), shown(keeper));
      assertEquals(Outcome.UNCHANGED, done(keeper.unplug("lost")).outcome());
      assertEquals(List.of(), shown(keeper));
      assertEquals(List.of(), onDisk());
    }
  }

  @KernelTest
  void refusesWhatCannotBeDeclared() throws Exception {
    try (VifHost host = VifHost.open();
        HostKeeper keeper = open(host)) {
      PlugRequest tap = KeptVifCases.tap(1, 1500);
      assertThrows(
          InvalidInputException.class, () -> keeper.plug(tap, Map.of("tap.never_heard_of", "1")));
      PlugResult refused = done(keeper.plug(KeptVifCases.tap(1, 7), Map.of()));
      assertEquals(Outcome.FAILED, refused.outcome());
      assertEquals(List.of(), onDisk());
      assertFalse(keeper.find("tap-vif-1").isPresent());
      assertEquals(1, keeper.statistics().failures());
    }
  }

  @KernelTest
  void twoAgentsDoNotShareAStateFolder() throws Exception {
    try (VifHost host = VifHost.open();
        HostKeeper keeper = open(host)) {
      HeldException held =
          assertThrows(HeldException.class, () -> HostKeeper.open(host, KeeperOptions.of(state)));
      assertEquals(
          "another agent keeps its VIFs in "
              + state
              + ": end that one, or give this one another state folder",
          held.getMessage());
      assertEquals(List.of(), keeper.unreadiness());
    }
  }
}
