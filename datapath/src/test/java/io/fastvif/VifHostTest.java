package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.EngineStatistics;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.Action;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.LinkChange;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.trace.TracedExchange;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class VifHostTest {
  private static final int SECONDS = 60;

  private static PlugRequest request(Vif vif) {
    return new PlugRequest("vif", vif, Optional.empty());
  }

  private static PlugRequest tap(int number, int mtu) {
    return request(
        VifGeneric.builder()
            .id("tap-vif-" + number)
            .plugin("tap")
            .vifName("tap" + number)
            .network(Network.builder().mtu(mtu).build())
            .build());
  }

  private static PlugRequest bridged(int number) {
    return request(
        VifBridge.builder()
            .id(number + "-bridged-vif")
            .plugin("linux_bridge")
            .hasTrafficFiltering(true)
            .vifName("port" + number)
            .bridgeName("br0")
            .network(Network.builder().shouldProvideBridge(true).mtu(1450).build())
            .build());
  }

  private static VifHost veths() {
    return VifHost.open(
        VifHostOptions.of(
            HostConfiguration.builder(Map.of())
                .option("linux_bridge.create_port", "veth")
                .build()));
  }

  private static Outcome outcome(CompletableFuture<PlugResult> result) throws Exception {
    return result.get(SECONDS, TimeUnit.SECONDS).outcome();
  }

  private static List<String> links(VifHost host) {
    return host.snapshot().links().stream().map(LinkState::name).toList();
  }

  private static List<String> ids(VifHost host) {
    return host.plugged().stream().map(PluggedVif::id).sorted().toList();
  }

  @KernelTest
  void whatChangesNothingIsAnsweredAtOnce() throws Exception {
    try (VifHost host = VifHost.open()) {
      VifOperation plug = VifOperation.plug(tap(1, 1450));
      assertEquals(Optional.empty(), host.unchanged(plug));
      assertTrue(host.snapshot().link("tap1").isEmpty());
      assertEquals(
          Outcome.PLUGGED, host.plug(tap(1, 1450)).get(SECONDS, TimeUnit.SECONDS).outcome());
      Await.until("nothing is under way", () -> host.unchanged(plug).isPresent());
      PlugResult again = host.unchanged(plug).orElseThrow();
      assertEquals(Outcome.UNCHANGED, again.outcome());
      assertEquals(List.of("tap1"), again.plan().devices());
      assertEquals(2, host.statistics().ends().get(Action.PLUG).get(Outcome.UNCHANGED));
      assertEquals(3, host.statistics().latencies().get(Action.PLUG).getTotalCount());
      assertEquals(Optional.empty(), host.unchanged(VifOperation.plug(tap(1, 1400))));
      assertEquals(1450, host.snapshot().link("tap1").orElseThrow().mtu());
    }
  }

  @KernelTest
  void whatChangesNothingIsToldFromWhatIsKnown() throws Exception {
    try (VifHost host = VifHost.open()) {
      VifOperation plug = VifOperation.plug(tap(1, 1450));
      assertEquals(Optional.empty(), host.unchangedAsKnown(plug, known -> true));
      host.plug(tap(1, 1450)).get(SECONDS, TimeUnit.SECONDS);
      Await.until("nothing is under way", () -> host.unchanged(plug).isPresent());
      PlugResult again = host.unchangedAsKnown(plug, known -> true).orElseThrow();
      assertEquals(Outcome.UNCHANGED, again.outcome());
      assertEquals(Optional.empty(), host.unchangedAsKnown(plug, known -> false));
      VifOperation other = VifOperation.plug(tap(1, 1400));
      assertEquals(Optional.empty(), host.unchangedAsKnown(other, known -> true));
      try (RouteSocket route = RouteSocket.open()) {
        route.execute(route.link().delete("tap1"));
      }
      assertEquals(Optional.empty(), host.unchangedAsKnown(plug, known -> true));
    }
  }

  /** It may be about to take back what the answer would count on. */
  @KernelTest
  void nothingIsUnchangedWhileSomethingIsUnderWay() throws Exception {
    try (VifHost host = VifHost.open()) {
      VifOperation plug = VifOperation.plug(tap(1, 1450));
      host.plug(tap(1, 1450)).get(SECONDS, TimeUnit.SECONDS);
      Await.until("nothing is under way", () -> host.unchanged(plug).isPresent());
      CountDownLatch goOn = new CountDownLatch(1);
      CompletableFuture<PlugResult> held =
          host.execute(
              "other",
              (snapshot, claims) -> {
                awaitQuietly(goOn);
                return new PlugPlan(
                    "other", "", Action.CHANGE, List.of(), null, List.of(), List.of());
              });
      assertEquals(Optional.empty(), host.unchanged(plug));
      goOn.countDown();
      assertEquals(Outcome.UNCHANGED, held.get(SECONDS, TimeUnit.SECONDS).outcome());
      Await.until("nothing is under way", () -> host.unchanged(plug).isPresent());
    }
  }

  @KernelTest
  void listsAndUnplugsById() throws Exception {
    List<String> before;
    try (VifHost host = veths()) {
      assertEquals(Outcome.PLUGGED, outcome(host.plug(bridged(9)))); // the bridge is not a VIF's
      before = links(host);
      assertEquals(Outcome.PLUGGED, outcome(host.plug(tap(1, 1500))));
      assertEquals(Outcome.PLUGGED, outcome(host.plug(bridged(1))));
      assertEquals(List.of("1-bridged-vif", "9-bridged-vif", "tap-vif-1"), ids(host));
      PluggedVif bridged =
          host.plugged().stream()
              .filter(vif -> vif.id().equals("1-bridged-vif"))
              .findFirst()
              .orElseThrow();
      assertTrue(bridged.isMarked());
      assertEquals("port1", bridged.devices().getFirst().name());
      assertEquals("br0", bridged.devices().getFirst().master());
      assertEquals("veth", bridged.devices().getFirst().kind());
    }
    try (VifHost another = VifHost.open()) { // knows nothing of them but what the host tells
      assertEquals(Outcome.UNPLUGGED, outcome(another.unplug("1-bridged-vif")));
      assertEquals(Outcome.UNPLUGGED, outcome(another.unplug("tap-vif-1")));
      assertEquals(Outcome.UNCHANGED, outcome(another.unplug("tap-vif-1")));
      assertEquals(Outcome.UNCHANGED, outcome(another.unplug("never-heard-of")));
      PlugResult wrong = another.unplug("no id").get(SECONDS, TimeUnit.SECONDS);
      assertEquals("id", wrong.failure().wrongInput().path());
      assertEquals(List.of("9-bridged-vif"), ids(another));
      assertEquals(before, links(another));
    }
  }

  @KernelTest
  void syncBringsTheHostToTheDesiredSetAndThenDoesNothing() throws Exception {
    try (VifHost host = veths()) {
      host.sync(List.of(tap(1, 1500), tap(2, 1500), bridged(1)), Orphans.UNPLUG);
      assertEquals(List.of("1-bridged-vif", "tap-vif-1", "tap-vif-2"), ids(host));
      List<PlugRequest> desired = List.of(tap(1, 1400), tap(3, 1500), bridged(1));
      SyncReport kept = host.sync(desired, Orphans.KEEP);
      assertEquals(List.of("tap-vif-2"), kept.kept());
      assertEquals(
          List.of(Outcome.PLUGGED, Outcome.PLUGGED, Outcome.UNCHANGED),
          kept.results().stream().map(PlugResult::outcome).toList());
      assertEquals(1400, host.snapshot().link("tap1").orElseThrow().mtu());
      SyncReport unplugged = host.sync(desired, Orphans.UNPLUG);
      assertEquals(List.of(), unplugged.kept());
      assertEquals("tap-vif-2", unplugged.results().getLast().vifId());
      assertEquals(Outcome.UNPLUGGED, unplugged.results().getLast().outcome());
      SyncReport again = host.sync(desired, Orphans.UNPLUG);
      assertTrue(again.isUnchanged(), again::toString);
      assertEquals(3, again.results().size());
      assertEquals(List.of("1-bridged-vif", "tap-vif-1", "tap-vif-3"), ids(host));
    }
  }

  @KernelTest
  void syncTakesAwayWhatAVifHadBeforeItChanged() {
    try (VifHost host = veths()) {
      host.sync(List.of(tap(1, 1500), tap(2, 1500)), Orphans.UNPLUG);
      VifBridge changed = (VifBridge) bridged(1).vif();
      PlugRequest otherPlugin =
          request(
              VifBridge.builder()
                  .id("tap-vif-1")
                  .address(MacAddress.parse("fa:16:3e:00:00:01"))
                  .plugin("linux_bridge")
                  .hasTrafficFiltering(true)
                  .vifName("port1")
                  .bridgeName("br0")
                  .network(changed.network().get())
                  .build());
      List<PlugRequest> desired = List.of(named("tap-vif-2", "tap1"), otherPlugin);
      SyncReport report = host.sync(desired, Orphans.UNPLUG);
      assertEquals(List.of(), report.failed());
      assertEquals(List.of("tap-vif-1", "tap-vif-2"), ids(host));
      assertFalse(links(host).contains("tap2"));
      assertEquals(
          Optional.of("tap-vif-2"),
          host.snapshot().link("tap1").flatMap(link -> Aliases.vifId(link.alias())));
      assertTrue(host.sync(desired, Orphans.UNPLUG).isUnchanged());
    }
  }

  /** A tap has no guest's end, and so is no port for a guest that was promised one. */
  @KernelTest
  void aPortOfAnotherKindIsRefusedAndSyncMakesItAnew() throws Exception {
    VifHostOptions taps =
        VifHostOptions.of(
            HostConfiguration.builder(Map.of()).option("linux_bridge.create_port", "tap").build());
    try (VifHost host = VifHost.open(taps)) {
      assertEquals(Outcome.PLUGGED, outcome(host.plug(bridged(1))));
    }
    try (VifHost host = veths()) {
      PlugResult refused = host.plug(bridged(1)).get(SECONDS, TimeUnit.SECONDS);
      assertEquals(
          "vif_name: \"port1\" is plugged already, as a device of kind tun: expected one of kind"
              + " veth, or a VIF that was unplugged before",
          refused.failure().wrongInput().getMessage());
      List<PlugRequest> desired = List.of(bridged(1));
      assertEquals(List.of(), host.sync(desired, Orphans.UNPLUG).failed());
      assertEquals("veth", host.snapshot().link("port1").orElseThrow().kind());
      assertTrue(links(host).contains("gst1-bridged-v"), () -> links(host).toString());
      assertTrue(host.sync(desired, Orphans.UNPLUG).isUnchanged());
    }
  }

  @KernelTest
  void syncGivesAnOrphansNameToADesiredVif() {
    try (VifHost host = veths()) {
      host.sync(List.of(tap(1, 1500)), Orphans.UNPLUG);
      List<PlugRequest> desired = List.of(named("heir", "tap1"));
      assertEquals(List.of(), host.sync(desired, Orphans.UNPLUG).failed());
      assertEquals(List.of("heir"), ids(host));
    }
  }

  private static PlugRequest named(String id, String name) {
    return request(VifGeneric.builder().id(id).plugin("tap").vifName(name).build());
  }

  @KernelTest
  void syncRefusesTwoVifsOfOneIdBeforeItDoesAnything() {
    try (VifHost host = veths()) {
      assertEquals(
          "id",
          assertThrows(
                  InvalidInputException.class,
                  () -> host.sync(List.of(tap(1, 1500), tap(1, 1400)), Orphans.UNPLUG))
              .path());
      assertEquals(List.of(), host.plugged());
    }
  }

  @KernelTest
  void aDeviceOfAVifIsChanged() throws Exception {
    try (VifHost host = veths()) {
      CompletableFuture<PlugResult> plugged = host.plug(tap(1, 1500));
      CompletableFuture<PlugResult> changed =
          host.submit(
              VifOperation.change(
                  "tap-vif-1", "tap1", link -> link.set(LinkSettings.NONE.withMtu(1300))));
      assertEquals(Outcome.PLUGGED, outcome(plugged));
      assertEquals(Outcome.CHANGED, outcome(changed));
      assertEquals(1300, host.snapshot().link("tap1").orElseThrow().mtu());
      PlugResult others =
          host.submit(VifOperation.change("tap-vif-2", "tap1", link -> {}))
              .get(SECONDS, TimeUnit.SECONDS);
      assertEquals("device", others.failure().wrongInput().path());
    }
  }

  @KernelTest
  void aTracerIsToldWhatIsSaidForAVif() throws Exception {
    List<TracedExchange> told = Collections.synchronizedList(new ArrayList<>());
    try (VifHost host = VifHost.open(VifHostOptions.byDefault().withTracer(told::add))) {
      host.plug(tap(1, 1500)).get(SECONDS, TimeUnit.SECONDS);
    }
    List<String> requests =
        told.stream()
            .filter(exchange -> "tap-vif-1".equals(exchange.vifId()))
            .map(exchange -> exchange.protocol() + " " + exchange.request())
            .toList();
    assertTrue(
        requests.contains("ioctl TUNSETIFF tap1 IFF_TAP|IFF_NO_PI|IFF_TUN_EXCL"),
        requests::toString);
    assertTrue(
        requests.stream().anyMatch(request -> request.startsWith("netlink RTM_SETLINK")),
        requests::toString);
  }

  @KernelTest
  void linksExchangeTheirNames() throws Exception {
    try (VifHost host = VifHost.open()) {
      host.plug(tap(1, 1500)).get(SECONDS, TimeUnit.SECONDS);
      host.plug(tap(2, 1400)).get(SECONDS, TimeUnit.SECONDS);
      HostSnapshot before = host.snapshot();
      List<PlugPlan> plans =
          List.of(
              LinkChange.of(before, "tap1").rename("tap2").plan(),
              LinkChange.of(before, "tap2").rename("tap1").plan());
      for (CompletableFuture<PlugResult> result : host.execute(plans)) {
        assertEquals(Outcome.CHANGED, result.get(SECONDS, TimeUnit.SECONDS).outcome());
      }
      assertEquals(1400, host.snapshot().link("tap1").orElseThrow().mtu());
      assertEquals(List.of(), host.execute(List.of()));
    }
  }

  /** The planning of one keeps the engine from taking more on its VIF until it is released. */
  @KernelTest
  void aFullQueueIsWaitedForNoLongerThanTheLimit() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    VifHost host = VifHost.open(VifHostOptions.byDefault().withQueue(2, Duration.ofMillis(100)));
    List<CompletableFuture<PlugResult>> accepted = new ArrayList<>();
    accepted.add(host.plug(tap(1, 1500)));
    accepted.add(
        host.submit(
            VifOperation.change(
                "tap-vif-1",
                "tap1",
                link -> {
                  begun.countDown();
                  awaitQuietly(release);
                })));
    awaitQuietly(begun);
    VifOperation next = VifOperation.plug(tap(1, 1500));
    PlugResult refused = null;
    for (int i = 0; refused == null && i < 10_000; i++) {
      CompletableFuture<PlugResult> result = host.submit(next);
      if (result.isDone() && result.join().outcome() == Outcome.FAILED) {
        refused = result.join();
      } else {
        accepted.add(result);
      }
    }
    assertNull(refused.plan());
    assertEquals(
        "VIF tap-vif-1: not begun: the queue of the engine was full for 100 ms",
        refused.failure().message());
    assertEquals(Optional.empty(), host.offer(next));
    assertEquals(2, host.statistics().queued());
    release.countDown();
    for (CompletableFuture<PlugResult> result : accepted) {
      assertNull(result.get(SECONDS, TimeUnit.SECONDS).failure());
    }
    host.close();
    assertThrows(IllegalStateException.class, () -> host.unplug("vif"));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @KernelTest
  void statisticsTellWhatWasDone() throws Exception {
    try (VifHost host = veths()) {
      assertEquals(0, host.statistics().latencies().get(Action.PLUG).getTotalCount());
      List<CompletableFuture<PlugResult>> results = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        results.add(host.plug(tap(i, 1500)));
      }
      results.add(host.plug(tap(3, 1500)));
      results.add(host.unplug("tap-vif-4"));
      results.add(host.plug(tap(20, 7)));
      for (CompletableFuture<PlugResult> result : results) {
        result.get(SECONDS, TimeUnit.SECONDS);
      }
      EngineStatistics statistics = host.statistics();
      assertEquals(10L, statistics.outcomes().get(Outcome.PLUGGED));
      assertEquals(1L, statistics.outcomes().get(Outcome.UNCHANGED));
      assertEquals(1L, statistics.outcomes().get(Outcome.UNPLUGGED));
      assertEquals(1L, statistics.outcomes().get(Outcome.FAILED));
      assertEquals(
          Map.of(
              Action.PLUG,
              Map.of(Outcome.PLUGGED, 10L, Outcome.UNCHANGED, 1L),
              Action.UNPLUG,
              Map.of(Outcome.UNPLUGGED, 1L),
              Action.CHANGE,
              Map.of()),
          statistics.ends(),
          "what could not be planned is in none");
      assertFalse(statistics.ovsConnected());
      assertFalse(host.usesOvs());
      assertEquals(11, statistics.latencies().get(Action.PLUG).getTotalCount());
      assertEquals(1, statistics.latencies().get(Action.UNPLUG).getTotalCount());
      assertTrue(statistics.latencies().get(Action.PLUG).getMinValue() > 0);
      assertTrue(statistics.batches().getTotalCount() > 0);
      assertEquals(0, statistics.queued());
      assertEquals(0, statistics.resyncs());
      assertEquals(0, statistics.retiredBridges());
      assertEquals(1, statistics.deletionLanes(), "one deletion after the other needs one lane");
      Await.until("the lane is free again", () -> host.statistics().busyLanes() == 0);
      results.add(host.plug(tap(30, 1500)));
      results.getLast().get(SECONDS, TimeUnit.SECONDS);
      assertEquals(10L, statistics.outcomes().get(Outcome.PLUGGED));
      assertEquals(11L, host.statistics().outcomes().get(Outcome.PLUGGED));
    }
  }

  @KernelTest
  void refusesWhatPlanRefusesInTheSameWords() throws Exception {
    VifOperation wrong = VifOperation.plug(tap(1, 7));
    HostConfiguration configuration = HostConfiguration.byDefault();
    PlannedOperation planned =
        HostView.of(VifHostOptions.of(configuration)).plan(List.of(wrong)).getFirst();
    try (VifHost host = VifHost.open()) {
      PlugResult result = host.submit(wrong).get(SECONDS, TimeUnit.SECONDS);
      assertEquals(planned.problem().getMessage(), result.failure().wrongInput().getMessage());
      PlugResult without =
          host.plug(request(VifGeneric.builder().plugin("tap").vifName("tap1").build()))
              .get(SECONDS, TimeUnit.SECONDS);
      assertEquals("id", without.failure().wrongInput().path());
    }
    assertFalse(new HostStateReader().read().toString().contains("tap1"));
  }

  @KernelTest
  void openRefusesInvalidOptions() {
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of()).option("ovs.ovsdb_connection", "nonsense").build();
    assertEquals(
        "ovs.ovsdb_connection",
        assertThrows(
                InvalidInputException.class, () -> VifHost.open(VifHostOptions.of(configuration)))
            .path());
  }

  /** A VIF's callbacks may wait for another operation's end. */
  @KernelTest
  void callbacksMaySubmit() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    try (VifHost host = VifHost.open()) {
      CompletableFuture<Void> both =
          host.plug(tap(1, 1500))
              .thenCompose(result -> host.plug(tap(2, 1500)))
              .thenAccept(result -> done.countDown());
      both.get(SECONDS, TimeUnit.SECONDS);
      assertEquals(0, done.getCount());
      assertEquals(2, host.plugged().size());
    }
  }
}
