package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.observe.HostReader;
import io.fastvif.observe.SnapshotText;
import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** An engine whose snapshots come from events. */
class MonitoredEngineTest {
  private static final int THREADS = 4;
  private static final int EACH = 60;

  private final VifPlugins plugins =
      VifPlugins.installed(Map.of("linux_bridge.create_port", "veth"));

  private static VifBridge vif(int number) {
    return VifBridge.builder()
        .id(new UUID((long) number << 32, number).toString())
        .address(new MacAddress(0xfa163e000000L + number))
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("tap" + number)
        .bridgeName("br" + number % 3)
        .network(Network.builder().shouldProvideBridge(true).mtu(1450).build())
        .build();
  }

  private static Outcome await(PlugEngine engine, PlugPlan plan) throws Exception {
    return engine
        .submit(plan)
        .orElseThrow()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS)
        .outcome();
  }

  private Void plugAndUnplug(PlugEngine engine, int thread) throws Exception {
    for (int i = 0; i < EACH; i++) {
      VifBridge vif = vif(thread * EACH + i);
      String id = vif.id().get();
      assertEquals(
          Outcome.PLUGGED, await(engine, plugins.of(vif).plug(vif, null, engine.snapshot())));
      HostSnapshot plugged = engine.snapshot();
      LinkState port = plugged.linksOf(id).getFirst();
      assertEquals(vif.vifName().get(), port.name());
      LinkState bridge = plugged.link(vif.bridgeName().get()).orElseThrow();
      assertEquals(bridge.index(), port.master());
      // Switched off under /proc/sys, of which there is no event.
      assertTrue(bridge.ipv6Disabled());
      assertEquals(
          Outcome.UNCHANGED, await(engine, plugins.of(vif).plug(vif, null, engine.snapshot())));
      if (i % 10 == 0) {
        assertEquals(
            Outcome.UNPLUGGED, await(engine, plugins.of(vif).unplug(vif, null, engine.snapshot())));
        assertEquals(List.of(), engine.snapshot().linksOf(id));
      }
    }
    return null;
  }

  @KernelTest
  void whatIsCompletedIsInTheSnapshot() throws Exception {
    try (RouteSocket route = RouteSocket.open();
        PlugEngine engine = PlugEngine.builder().monitorHost().build().start();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      VifBridge first = vif(100_002); // or of two threads that make a bridge, one takes it back
      await(engine, plugins.of(first).plug(first, null, engine.snapshot()));
      List<Callable<Void>> calls = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        calls.add(() -> plugAndUnplug(engine, thread));
      }
      for (Future<Void> call : threads.invokeAll(calls)) {
        call.get();
      }
      assertEquals(SnapshotText.of(HostReader.read(route)), SnapshotText.of(engine.snapshot()));
    }
  }

  /** What the engine's thread finds in the snapshot as it tells of the end of a step on a link. */
  private static LinkState afterStep(PlugEngine engine, Step step) throws Exception {
    CompletableFuture<LinkState> seen = new CompletableFuture<>();
    PlugPlan plan =
        new PlugPlan(
            "vif",
            "v0",
            Action.CHANGE,
            List.of(),
            null,
            List.of(PlannedStep.own(step, null)),
            List.of());
    assertTrue(
        engine.offer(
            new PlugOperation() {
              @Override
              public String vifId() {
                return "vif";
              }

              @Override
              public PlugPlan plan() {
                return null; // it is planned in its turn
              }

              @Override
              public PlugPlan plan(HostSnapshot host, PlanClaims claims) {
                return plan;
              }

              @Override
              public void completed(Outcome outcome, PlugFailure failure) {
                assertEquals(Outcome.CHANGED, outcome);
                seen.complete(engine.snapshot().link("v0").orElseThrow());
              }
            }));
    return seen.get(60, TimeUnit.SECONDS);
  }

  @KernelTest
  void whatTheEngineDoesWithoutAnEventIsInTheNextSnapshot() throws Exception {
    try (RouteSocket route = RouteSocket.open();
        PlugEngine engine = PlugEngine.builder().monitorHost().build().start()) {
      int group = LinkGroups.making("vif"); // the engine knows whose it is
      route.execute(route.link().create("v0").group(group).kind(new Veth().peerName("v1")));
      LinkState link = engine.snapshot().link("v0").orElseThrow();
      assertFalse(link.up());
      LinkSettings alias = LinkSettings.NONE.withAlias("silent");
      LinkState named = afterStep(engine, new NetlinkStep.ConfigureLink("v0", link.index(), alias));
      assertEquals("silent", named.alias());
      route.execute(route.link().set(link.index()).up());
      assertFalse(engine.snapshot().link("v0").orElseThrow().ipv6Disabled());
      assertTrue(afterStep(engine, new LocalStep.DisableIpv6("v0", true)).ipv6Disabled());
    }
  }
}
