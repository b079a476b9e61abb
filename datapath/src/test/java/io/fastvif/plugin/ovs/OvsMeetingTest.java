package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.ovsdb.OvsdbProxy;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes plug and unplug one VIF, in an order that the test forces: one has planned, or has
 * not been told yet what the database holds, when the other changes it.
 */
class OvsMeetingTest {
  private static final String NO_QOS = "default_qos_type=";

  /** How late the second process hears of a change, unless a test waits until it has. */
  private static final Duration LATE = Duration.ofMillis(20);

  @TempDir Path folder;

  /** A second process, which hears of changes when the test lets it. */
  private final class Other implements AutoCloseable {
    final OvsTestBed bed;
    final OvsdbProxy proxy;
    final PlugEngine engine;

    Other(OvsTestBed bed) throws Exception {
      this.bed = bed;
      proxy =
          new OvsdbProxy(folder.resolve("proxy"), bed.host().socket(), () -> OvsdbProxy.Fate.PASS);
      engine =
          PlugEngine.builder()
              .namespace(bed.namespace())
              .ovs(OvsSettings.of(proxy.address()))
              .build()
              .start();
      assertTrue(engine.snapshot().ovs().isKnown());
      proxy.delayUpdates(LATE);
    }

    /** Plans when it has heard of all that was done before. */
    PlugPlan plan(boolean plug, Vif vif) throws Exception {
      bed.awaitHeard(engine);
      HostSnapshot host = engine.snapshot();
      return plug
          ? bed.plugins().of(vif).plug(vif, OvsTestBed.INSTANCE, host)
          : bed.plugins().of(vif).unplug(vif, OvsTestBed.INSTANCE, host);
    }

    /** Plans to plug by what it has heard. */
    PlugPlan planUnheard(Vif vif) {
      return bed.plugins().of(vif).plug(vif, OvsTestBed.INSTANCE, engine.snapshot());
    }

    /** Unplugs by a plan that is made; what is planned later is planned as ever. */
    PlugResult unplug(Vif vif, PlugPlan first) throws Exception {
      AtomicReference<PlugPlan> made = new AtomicReference<>(first);
      CompletableFuture<PlugResult> result =
          engine
              .submit(
                  first.vifId(),
                  (host, claims) -> {
                    PlugPlan plan = made.getAndSet(null);
                    return plan == null
                        ? bed.plugins().of(vif).unplug(vif, OvsTestBed.INSTANCE, host)
                        : plan;
                  })
              .orElseThrow()
              .toCompletableFuture();
      return OvsTestBed.await(List.of(result)).getFirst();
    }

    PlugResult submit(PlugPlan plan) throws Exception {
      return OvsTestBed.await(List.of(engine.submit(plan).orElseThrow().toCompletableFuture()))
          .getFirst();
    }

    @Override
    public void close() throws IOException {
      engine.close();
      proxy.close();
    }
  }

  private static void assertEnded(Outcome expected, PlugResult result) {
    assertEquals(
        expected,
        result.outcome(),
        () -> result.failure() == null ? "" : result.failure().message());
  }

  /** Each with what makes it half there: its device is deleted, its port is not. */
  private static List<Vif> vifs() {
    return List.of(OvsVifs.tap(1), OvsVifs.hybrid(2));
  }

  private static String device(Vif vif) {
    return vif.id().get().equals(OvsVifs.id(1)) ? "tap1" : OvsNames.switchEnd(vif.id().get());
  }

  private static void assertWhole(OvsTestBed bed, Vif vif) throws Exception {
    assertEquals(device(vif) + "\n", bed.host().vsctl("--no-wait list-ports br-int"));
    assertTrue(bed.run("ip", "-o link").contains(device(vif)), "the port has its device");
    bed.awaitHeard(bed.engine());
    assertEquals(Outcome.UNCHANGED, bed.plug(vif).getFirst().outcome());
  }

  private static void assertGone(OvsTestBed bed, String before) throws Exception {
    bed.awaitRetiredBridges();
    assertEquals("", bed.host().vsctl("--no-wait list-ports br-int"));
    assertEquals(before, names(bed));
  }

  private static String names(OvsTestBed bed) throws Exception {
    StringBuilder names = new StringBuilder();
    bed.run("ip", "-o link")
        .lines()
        .map(line -> line.replaceAll("^[0-9]+: |[:@].*", ""))
        .filter(name -> !name.startsWith("br-") && !name.equals("ovs-netdev"))
        .sorted()
        .forEach(name -> names.append(name).append('\n'));
    return names.toString();
  }

  @KernelTest
  void aDeviceThatIsMadeAnewGetsItsPortWhenTheOtherHasJustRemovedIt() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        Other other = new Other(bed)) {
      for (Vif vif : vifs()) {
        assertEnded(Outcome.PLUGGED, bed.plug(vif).getFirst());
        assertEnded(Outcome.UNCHANGED, other.submit(other.plan(true, vif)));
        other.proxy.holdUpdates();
        assertEnded(Outcome.UNPLUGGED, bed.unplug(vif).getFirst());
        bed.awaitRetiredBridges();
        assertEnded(Outcome.PLUGGED, other.submit(other.planUnheard(vif)));
        assertWhole(bed, vif);
        bed.unplug(vif);
      }
    }
  }

  @KernelTest
  void aPortThatIsRemovedBetweenThePlanAndItsTransactionIsAddedAgain() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        Other other = new Other(bed)) {
      for (Vif vif : vifs()) {
        assertEnded(Outcome.PLUGGED, bed.plug(vif).getFirst());
        bed.run("ip", "link delete " + device(vif));
        PlugPlan plan = other.plan(true, vif);
        bed.change("--no-wait del-port " + device(vif));
        assertEnded(Outcome.PLUGGED, other.submit(plan));
        assertWhole(bed, vif);
        bed.unplug(vif);
      }
    }
  }

  @KernelTest
  void aDeviceThatIsMadeAfterThePlanToUnplugGoesWithItsPort() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        Other other = new Other(bed)) {
      bed.change("add-br br-int -- set Bridge br-int datapath_type=netdev");
      String before = names(bed);
      for (Vif vif : vifs()) {
        bed.plug(vif);
        bed.run("ip", "link delete " + device(vif));
        if (!device(vif).startsWith("tap")) {
          bed.run("ip", "link delete " + OvsNames.hybridBridge(vif.id().get()));
        }
        PlugPlan plan = other.plan(false, vif);
        assertEnded(Outcome.PLUGGED, bed.plug(vif).getFirst());
        assertEnded(Outcome.UNPLUGGED, other.unplug(vif, plan));
        assertGone(bed, before);
      }
    }
  }

  @KernelTest
  void aPortThatWasAddedUnheardGoesWithItsDevice() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        Other other = new Other(bed)) {
      bed.change("add-br br-int -- set Bridge br-int datapath_type=netdev");
      String before = names(bed);
      for (Vif vif : vifs()) {
        bed.plug(vif);
        bed.change("--no-wait del-port " + device(vif));
        PlugPlan plan = other.plan(false, vif);
        other.proxy.holdUpdates();
        assertEnded(Outcome.PLUGGED, bed.plug(vif).getFirst());
        assertEnded(Outcome.UNPLUGGED, other.submit(plan));
        assertGone(bed, before);
      }
    }
  }

  @KernelTest
  void aPortThatWasAddedAnewUnheardIsTheOneThatIsRemoved() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        Other other = new Other(bed)) {
      bed.change("add-br br-int -- set Bridge br-int datapath_type=netdev");
      String before = names(bed);
      for (Vif vif : vifs()) {
        bed.plug(vif);
        PlugPlan plan = other.plan(false, vif);
        other.proxy.holdUpdates();
        bed.change("--no-wait del-port " + device(vif));
        assertEnded(Outcome.PLUGGED, bed.plug(vif).getFirst());
        assertEnded(Outcome.UNPLUGGED, other.submit(plan));
        assertGone(bed, before);
      }
    }
  }

  /**
   * The unplug succeeds and leaves a bridge that is in use, as it does where it has heard of it.
   */
  @KernelTest
  void aBridgeThatSomebodyHasJustBegunToUseIsLeft() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "per_port_bridge=true");
        Other other = new Other(bed)) {
      Vif vif = OvsVifs.tap(1);
      assertEnded(Outcome.PLUGGED, bed.plug(vif).getFirst());
      PlugPlan plan = other.plan(false, vif);
      other.proxy.holdUpdates();
      String bridge = OvsNames.portBridge(vif.id().get());
      bed.host()
          .vsctl("--no-wait add-port " + bridge + " more -- set Interface more type=internal");
      PlugResult result = other.submit(plan);
      assertEnded(Outcome.UNPLUGGED, result);
      assertEquals("more\n", bed.host().vsctl("--no-wait list-ports " + bridge));
      assertTrue(result.notes().toString().contains("has the port more"), result.notes()::toString);
    }
  }
}
