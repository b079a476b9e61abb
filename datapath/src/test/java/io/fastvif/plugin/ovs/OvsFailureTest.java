package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FailureKind;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.ovsdb.OvsdbRemotes;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifGeneric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on the way to Open vSwitch ends in a right answer for every VIF. */
class OvsFailureTest {
  private static final String NO_QOS = "default_qos_type=";

  @TempDir Path folder;

  private static List<Vif> created(int first, int count) {
    List<Vif> vifs = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      vifs.add(OvsVifs.created(i));
    }
    return vifs;
  }

  private static List<Outcome> outcomes(List<PlugResult> results) {
    return results.stream().map(PlugResult::outcome).toList();
  }

  private static void signal(String name, long pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor());
  }

  @KernelTest
  void aPortNameOfAnotherBridgeFailsAlone() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      HostSnapshot before = bed.engine().snapshot();
      List<PlugPlan> plans =
          created(1, 3).stream()
              .map(vif -> bed.plugins().of(vif).plug(vif, OvsTestBed.INSTANCE, before))
              .toList();
      bed.change("--no-wait add-br br-other -- add-port br-other tap2");
      List<PlugResult> results =
          OvsTestBed.await(
              plans.stream()
                  .map(plan -> bed.engine().submit(plan).orElseThrow().toCompletableFuture())
                  .toList());
      assertEquals(List.of(Outcome.PLUGGED, Outcome.FAILED, Outcome.PLUGGED), outcomes(results));
      assertTrue(
          results.get(1).failure().message().contains("tap2 belongs to the bridge br-other"),
          () -> results.get(1).failure().message());
      assertEquals("tap1\ntap3\n", bed.host().vsctl("list-ports br-int"));
      // nor is it planned again
      String refused =
          assertThrows(InvalidInputException.class, () -> bed.plug(OvsVifs.created(2)))
              .getMessage();
      assertTrue(refused.startsWith("vif_name: \"tap2\" belongs to the bridge br-other"), refused);
      // and unplugging that VIF leaves the other bridge's port
      PlugResult unplugged = bed.unplug(OvsVifs.created(2)).getFirst();
      assertEquals(Outcome.UNCHANGED, unplugged.outcome());
      assertEquals(
          List.of("port tap2 is left: it is on the bridge br-other"), unplugged.plan().notes());
      assertEquals("tap2\n", bed.host().vsctl("list-ports br-other"));
    }
  }

  @KernelTest
  void aVifThatTheDatabaseRefusesIsFoundAndTakenOut() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      List<Vif> vifs = created(1, 20);
      // Not a name that a plan finds wrong: the database's index does, at the end of a transaction.
      bed.change("--no-wait add-br br-other -- add-bond br-other bond0 tap7 tap8x");
      List<PlugResult> results = bed.submit(true, vifs);
      for (int i = 0; i < results.size(); i++) {
        assertEquals(
            i == 6 ? Outcome.FAILED : Outcome.PLUGGED, results.get(i).outcome(), "VIF " + i);
      }
      assertTrue(
          results.get(6).failure().message().contains("interface tap7 belongs to another port"),
          () -> results.get(6).failure().message());
      assertEquals(19, bed.host().vsctl("list-ports br-int").lines().count());
    }
  }

  @KernelTest
  void aDeviceThatDoesNotExistFailsWhoeverWaitsForTheSwitch() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "wait_for=vswitchd")) {
      bed.run("ip", "tuntap add tap1 mode tap");
      List<PlugResult> results = bed.submit(true, created(1, 2));
      assertEquals(List.of(Outcome.PLUGGED, Outcome.FAILED), outcomes(results));
      String message = results.get(1).failure().message();
      assertTrue(message.contains("could not open network device tap2"), message);
      assertEquals(List.of(), results.get(1).failure().leftBehind());
      assertEquals("tap1\n", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void aBridgeThatTheSwitchCannotMakeFailsWhoeverWaitsForIt() throws Exception {
    // The switch is started without the kernel's datapath.
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "wait_for=vswitchd")) {
      Vif vif =
          OvsVifs.port(
              1,
              PortProfileOpenVSwitch.builder()
                  .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
                  .createPort(true)
                  .createTap(true)
                  .build(),
              OvsVifs.network("br-int"));
      PlugResult result = bed.plug(vif).getFirst();
      assertEquals(Outcome.FAILED, result.outcome());
      String message = result.failure().message();
      assertTrue(message.contains("tap1: ovs-vswitchd did not set it up (its ofport is"), message);
      assertEquals(List.of(), result.failure().leftBehind());
      assertEquals("", bed.host().vsctl("--no-wait list-br"));
      assertFalse(bed.run("ip", "-o link show").contains("tap1"));
    }
  }

  /** The switch says that it has applied all, and yet the interface has no number. */
  @KernelTest
  void anInterfaceWithoutNumberFailsWhoeverWaitsForTheSwitch() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "wait_for=vswitchd")) {
      Map<String, String> written = Map.of("-1", " -- set Interface tap1 ofport=-1", "empty", "");
      bed.run("ip", "tuntap add tap1 mode tap");
      signal("STOP", bed.host().switchPid());
      try {
        for (Map.Entry<String, String> number : written.entrySet()) {
          CompletableFuture<PlugResult> waiting =
              bed.start(true, List.of(OvsVifs.tap(1))).getFirst();
          Await.until("the port", () -> bed.host().list("Port", "name").contains("tap1"));
          assertFalse(waiting.isDone());
          bed.host().vsctl("--no-wait set Open_vSwitch . cur_cfg=1000000" + number.getValue());
          PlugResult result = waiting.get(120, TimeUnit.SECONDS);
          assertEquals(Outcome.FAILED, result.outcome());
          String message = result.failure().message();
          assertTrue(message.contains("its ofport is " + number.getKey()), message);
          assertEquals(List.of(), result.failure().leftBehind());
          bed.host().vsctl("--no-wait set Open_vSwitch . cur_cfg=0");
        }
      } finally {
        signal("CONT", bed.host().switchPid());
      }
    }
  }

  @KernelTest
  void theDatabaseServerIsKilledInTheMiddle() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      bed.plug(OvsVifs.created(1000));
      List<CompletableFuture<PlugResult>> stages = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        stages.addAll(bed.start(true, created(1 + 50 * i, 50)));
        if (i == 1) {
          stages.getFirst().get(120, TimeUnit.SECONDS);
          bed.host().killDatabase();
        }
      }
      bed.host().startDatabase();
      for (PlugResult result : OvsTestBed.await(stages)) {
        assertEquals(Outcome.PLUGGED, result.outcome(), () -> "" + result.failure());
      }
      assertEquals(501, bed.host().vsctl("list-ports br-int").lines().count());
      assertEquals(502, bed.host().list("Port", "name").size());
      assertEquals(502, bed.host().list("Interface", "name").size());
      for (PlugResult result : bed.submit(true, created(1, 500))) {
        assertEquals(Outcome.UNCHANGED, result.outcome());
      }
    }
  }

  @KernelTest
  void waitsForASwitchThatStandsStill() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "wait_for=vswitchd")) {
      bed.run("ip", "tuntap add tap1 mode tap");
      bed.plug(OvsVifs.tap(9));
      signal("STOP", bed.host().switchPid());
      CompletableFuture<PlugResult> waiting = bed.start(true, created(1, 1)).getFirst();
      Await.until(
          "the database to have it",
          () -> bed.host().vsctl("--no-wait list-ports br-int").equals("tap1\ntap9\n"));
      assertThrows(TimeoutException.class, () -> waiting.get(3, TimeUnit.SECONDS));
      signal("CONT", bed.host().switchPid());
      assertEquals(Outcome.PLUGGED, waiting.get(120, TimeUnit.SECONDS).outcome());
    }
  }

  @KernelTest
  void aBridgeThatSomebodyElseDeletesInBetweenIsMadeAgain() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      List<CompletableFuture<PlugResult>> stages = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        stages.addAll(bed.start(true, created(1 + 10 * i, 10)));
        bed.host().vsctl("--no-wait --if-exists del-br br-int");
      }
      // Each VIF was plugged before or after one of the deletions: none failed, nothing is half
      // done.
      for (PlugResult result : OvsTestBed.await(stages)) {
        assertEquals(Outcome.PLUGGED, result.outcome(), () -> "" + result.failure());
      }
      for (PlugResult result : bed.submit(true, created(1, 200))) {
        assertTrue(result.outcome() != Outcome.FAILED, () -> result.failure().message());
      }
      assertEquals(200, bed.host().vsctl("list-ports br-int").lines().count());
      assertEquals(201, bed.host().list("Interface", "name").size());
    }
  }

  @KernelTest
  void otherPluginsGoOnWhileTheDatabaseIsGone() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      bed.plug(OvsVifs.created(1));
      bed.host().killDatabase();
      List<CompletableFuture<PlugResult>> stages = new ArrayList<>();
      stages.addAll(bed.start(true, created(2, 1)));
      stages.addAll(bed.start(false, created(2, 1)));
      VifGeneric tap =
          VifGeneric.builder()
              .id(OvsVifs.id(77))
              .plugin("tap")
              .vifName("tap77")
              .network(Network.builder().mtu(1400).build())
              .build();
      assertEquals(Outcome.PLUGGED, bed.plug(tap).getFirst().outcome());
      assertEquals(Outcome.UNPLUGGED, bed.unplug(tap).getFirst().outcome());
      assertFalse(stages.getFirst().isDone());
      bed.host().startDatabase();
      assertEquals(List.of(Outcome.PLUGGED, Outcome.UNPLUGGED), outcomes(OvsTestBed.await(stages)));
      assertEquals("tap1\n", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void aSchemaWithoutAColumn() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, OldSchema.write(folder), NO_QOS)) {
      Vif vif = OvsVifs.vhostUser(1, VhostUserMode.SERVER, OvsVifs.profile(1).build());
      assertEquals(Outcome.PLUGGED, bed.plug(vif).getFirst().outcome());
      assertEquals(Outcome.UNCHANGED, bed.plug(vif).getFirst().outcome());
      assertEquals("vhuabc00001-00\n", bed.host().vsctl("list-ports br-int"));
      assertEquals(Outcome.UNPLUGGED, bed.unplug(vif).getFirst().outcome());
      assertEquals("", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void anEngineThatIsClosedDoesNotWaitForADatabaseThatIsGone() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      bed.plug(OvsVifs.created(1));
      bed.host().killDatabase();
      CompletableFuture<PlugResult> first = bed.start(true, List.of(OvsVifs.tap(2))).getFirst();
      CompletableFuture<PlugResult> second = bed.start(false, created(1, 1)).getFirst();
      long closing = System.nanoTime();
      bed.engine().close(Duration.ofMillis(300));
      for (PlugResult result : OvsTestBed.await(List.of(first, second))) {
        assertEquals(Outcome.FAILED, result.outcome());
        assertTrue(
            result.failure().message().contains("the engine was closed"),
            () -> result.failure().message());
      }
      assertTrue(System.nanoTime() - closing < TimeUnit.SECONDS.toNanos(30));
      assertFalse(bed.run("ip", "-o link show").contains("tap2"), "the tap was taken back");
      bed.host().startDatabase();
      assertEquals("tap1\n", bed.host().vsctl("list-ports br-int"));
    }
  }

  /** As when Open vSwitch is set up anew: the server is there before the row that holds all. */
  @KernelTest
  void aNewDatabaseIsWaitedForUntilItIsInitialized() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      bed.plug(OvsVifs.created(1));
      bed.host().startNewDatabase();
      Await.until("the rows to be unknown", () -> !bed.engine().snapshot().ovs().isKnown());
      CompletableFuture<PlugResult> waiting = bed.start(true, created(1, 1)).getFirst();
      assertThrows(TimeoutException.class, () -> waiting.get(1, TimeUnit.SECONDS));
      assertFalse(bed.engine().statistics().ovsConnected());
      bed.host().vsctl("--no-wait init");
      assertEquals(Outcome.PLUGGED, waiting.get(120, TimeUnit.SECONDS).outcome());
      assertEquals("tap1\n", bed.host().vsctl("--no-wait list-ports br-int"));
    }
  }

  @KernelTest
  void aDatabaseThatIsNotInitializedInTimeFailsWhoeverWaitsForIt() throws Exception {
    try (OvsHost host = OvsHost.database(folder, OvsHost.SCHEMA)) {
      host.startNewDatabase();
      OvsSettings settings =
          new OvsSettings(OvsdbRemotes.parse(host.address()), null, Duration.ofMillis(500));
      try (PlugEngine engine = PlugEngine.builder().ovs(settings).build().start()) {
        Vif vif = OvsVifs.created(1);
        PlugPlan plan =
            VifPlugins.installed(Map.of())
                .of(vif)
                .plug(vif, OvsTestBed.INSTANCE, engine.snapshot());
        PlugResult result =
            engine.submit(plan).orElseThrow().toCompletableFuture().get(120, TimeUnit.SECONDS);
        assertEquals(Outcome.FAILED, result.outcome());
        assertEquals(FailureKind.TIMED_OUT, result.failure().kind());
        String message = result.failure().message();
        assertTrue(message.contains("has no row of Open_vSwitch"), message);
      }
      host.vsctl("--no-wait init");
      assertEquals(List.of(), host.list("Interface", "name"));
    }
  }
}
