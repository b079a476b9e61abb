package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.Orphans;
import io.fastvif.QuickSync;
import io.fastvif.SyncReport;
import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Faults;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A move that was killed is ended by whoever comes next to its bridge, of the uplink or not. */
class BrokenMoveTest {
  private static final int KILL_EVERY = Integer.getInteger("fastvif.kill-every", 4);
  private static final Map<String, String> TAP = Map.of("linux_bridge.create_port", "tap");
  private static final String OTHERS_ID = "7204e52d-b222-4a58-808a-05a6c4647160";
  private static final String UPLINK =
      """
      address add 10.0.0.5/24 dev eth1
      route add default via 10.0.0.1 dev eth1
      address add 2001:db8::5/64 dev eth1 nodad
      -6 route add default via fe80::1 dev eth1 metric 77
      """;
  private static final String OTHERS_BRIDGE =
      """
      link add br0 address 02:00:00:00:00:b0 type bridge
      link set br0 addrgenmode none
      link set eth2 master br0
      link set br0 up
      address add 10.9.0.1/24 dev br0
      """;

  private static final String BRIDGE_WITHOUT_PORTS =
      """
      link add br0 address 02:00:00:00:00:b0 type bridge
      link set br0 up
      address add 10.9.0.1/24 dev br0
      """;

  /** The place of the first that plugs nothing: a port brings a bridge a carrier and an address. */
  private static final int UNPLUGS = 3;

  /** What comes to the bridge after the kill. */
  private interface Next {
    PlugPlan plan(VifPlugins plugins, HostSnapshot host);
  }

  private static final List<Next> NEXT =
      List.of(
          (plugins, host) -> plug(plugins, host, made()),
          (plugins, host) -> plug(plugins, host, made().bridgeInterface("eth9")),
          (plugins, host) -> plug(plugins, host, Network.builder().shouldProvideBridge(false)),
          (plugins, host) -> unplug(plugins, host, made()),
          (plugins, host) -> unplug(plugins, host, Network.builder()),
          BrokenMoveTest::endAll);

  private static PlugPlan endAll(VifPlugins plugins, HostSnapshot host) {
    PlanBuilder plan = new PlanBuilder("br0", "br0", host);
    plugins.brokenOff(host).forEach(left -> left.end().accept(plan));
    return plan.unplugged();
  }

  private static Network.Builder made() {
    return Network.builder().shouldProvideBridge(true);
  }

  private static VifBridge vif(Network.Builder network) {
    return vif(network, 1500);
  }

  private static VifBridge vif(Network.Builder network, int mtu) {
    return VifBridge.builder()
        .id(OTHERS_ID)
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("tap1")
        .bridgeName("br0")
        .network(network.mtu(mtu).build())
        .build();
  }

  private static PlugPlan plug(VifPlugins plugins, HostSnapshot host, Network.Builder network) {
    VifBridge vif = vif(network);
    return plugins.of(vif).plug(vif, null, host);
  }

  private static PlugPlan unplug(VifPlugins plugins, HostSnapshot host, Network.Builder network) {
    VifBridge vif = vif(network);
    return plugins.of(vif).unplug(vif, null, host);
  }

  private static void execute(Next next, String what) throws Exception {
    try (PlugEngine engine = Faults.none().engine().build().start()) {
      PlugPlan plan = next.plan(VifPlugins.installed(TAP), engine.snapshot());
      PlugResult result =
          engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertNull(result.failure(), what);
    }
  }

  /**
   * Every fourth kill with one of those that may come next, another one for each; {@code
   * -Dfastvif.kill-every=1} for all kills.
   */
  private static void killedAnywhere(String bridge, int first, List<Next> all) throws Exception {
    boolean struck = true;
    boolean isUnmarked = false;
    for (int change = first; struck; change += KILL_EVERY) {
      Faults fault = Faults.killAt(change);
      int next = change % all.size();
      String what = "killed at " + change + ", then " + next;
      try (Netns namespace = Netns.createPrivate()) {
        isUnmarked |= namespace.call(() -> killAndGoOn(bridge, fault, all.get(next), what));
      }
      struck = fault.struck();
    }
    assertTrue(isUnmarked, "no move was broken off");
  }

  /** Whether the kill left a mark. */
  private static boolean killAndGoOn(String bridge, Faults fault, Next next, String what)
      throws Exception {
    UplinkHost host = new UplinkHost(UPLINK + bridge);
    String before = host.hanging();
    UplinkHost.plug(fault);
    boolean isMarked = host.show("link show").contains("altname fastvif-");
    execute(next, what);
    String links = host.show("link show");
    assertFalse(
        links.contains("altname fastvif-") || links.contains("DORMANT"), what + ": " + links);
    if (isMarked) {
      boolean moved = host.show("-o link show master br0").contains("eth1");
      assertEquals(before, host.hanging(), what);
      Stream<String> other = host.hangingOn(moved ? "eth1" : "br0").stream();
      assertEquals(List.of(), other.filter(line -> !line.contains("10.9.0")).toList(), what);
    }
    return isMarked;
  }

  @KernelTest
  void aMoveToANewBridgeIsEndedByWhoeverComesNext() throws Exception {
    killedAnywhere("", 2, NEXT);
  }

  @KernelTest
  void soIsOneToSomebodysBridge() throws Exception {
    killedAnywhere(OTHERS_BRIDGE, 4, NEXT);
  }

  @KernelTest
  void soIsOneToABridgeWithoutPorts() throws Exception {
    killedAnywhere(BRIDGE_WITHOUT_PORTS, 3, NEXT.subList(UNPLUGS, NEXT.size()));
  }

  @KernelTest
  void unplugByTheIdAloneEndsItToo() throws Exception {
    UplinkHost host = new UplinkHost(UPLINK + OTHERS_BRIDGE);
    execute((plugins, found) -> plug(plugins, found, Network.builder()), "plug");
    killOnceMarked(host);
    execute((plugins, found) -> plugins.unplug(OTHERS_ID, found), "unplug");
    assertFalse(host.show("link show").contains("altname fastvif-"));
  }

  @KernelTest
  void aSyncThatWantsNothingEndsItToo() throws Exception {
    UplinkHost host = new UplinkHost(UPLINK + OTHERS_BRIDGE);
    String before = host.hanging();
    killOnceMarked(host);
    try (VifHost next = VifHost.open()) {
      SyncReport report = QuickSync.sync(next, List.of(), Orphans.UNPLUG);
      assertEquals(List.of(), report.failed());
      assertEquals(List.of("br0"), report.results().stream().map(PlugResult::vifId).toList());
      assertFalse(host.show("link show").contains("altname fastvif-"));
      assertEquals(before, host.hanging());
      assertEquals(List.of(), QuickSync.sync(next, List.of(), Orphans.UNPLUG).results());
    }
  }

  /** Which end of the move the sync finds first makes no difference, nor does the network's MTU. */
  @KernelTest
  void aSyncThatWantsTheVifIsComplete() throws Exception {
    VifBridge vif = vif(made().bridgeInterface("eth1"), 1400);
    UplinkHost unkilled = new UplinkHost(UPLINK + OTHERS_BRIDGE);
    syncWants(vif);
    String wanted = unkilled.hanging() + mtus(unkilled);
    assertTrue(wanted.contains("br0 mtu 1400"), wanted);
    boolean struck = true;
    boolean isMarked = false;
    for (int change = 2; struck; change += 3 * KILL_EVERY) { // all of them takes 20 seconds
      Faults fault = Faults.killAt(change);
      String what = "killed at " + change;
      try (Netns namespace = Netns.createPrivate()) {
        isMarked |=
            namespace.call(
                () -> {
                  UplinkHost host = new UplinkHost(UPLINK + OTHERS_BRIDGE);
                  UplinkHost.plug(fault, vif, TAP);
                  boolean marked = host.show("link show").contains("altname fastvif-");
                  syncWants(vif);
                  assertEquals(wanted, host.hanging() + mtus(host), what);
                  return marked;
                });
      }
      struck = fault.struck();
    }
    assertTrue(isMarked, "no move was broken off");
  }

  private static void syncWants(VifBridge vif) {
    HostConfiguration tap =
        HostConfiguration.builder(Map.of()).option("linux_bridge.create_port", "tap").build();
    List<PlugRequest> desired = List.of(PlugRequest.of(vif));
    try (VifHost host = VifHost.open(VifHostOptions.of(tap))) {
      assertEquals(List.of(), QuickSync.sync(host, desired, Orphans.UNPLUG).failed());
      SyncReport again = QuickSync.sync(host, desired, Orphans.UNPLUG);
      assertTrue(again.isUnchanged(), again::toString);
    }
  }

  private static List<String> mtus(UplinkHost host) throws Exception {
    return host.show("-o link show")
        .lines()
        .map(line -> line.replaceFirst("^[0-9]+: ([^:]+):.* (mtu [0-9]+) .*", "$1 $2"))
        .sorted()
        .toList();
  }

  private static void killOnceMarked(UplinkHost host) throws Exception {
    for (int change = 1; !host.show("link show").contains("altname fastvif-"); change++) {
      UplinkHost.plug(Faults.killAt(change));
    }
  }

  @KernelTest
  void anotherUplinkWaitsUntilItIsTakenBack() throws Exception {
    UplinkHost host = new UplinkHost(UPLINK);
    killOnceMarked(host);
    host.batch("link add eth3 type veth peer name wire3\n");
    Next other = (plugins, found) -> plug(plugins, found, made().bridgeInterface("eth3"));
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> execute(other, "refused"));
    assertTrue(refused.getMessage().contains("a move of eth1"), refused.getMessage());
    execute((plugins, found) -> unplug(plugins, found, made()), "unplug");
    execute(other, "plug");
  }

  @KernelTest
  void aMarkWhoseUplinkIsGoneGoesWithANote() throws Exception {
    UplinkHost host = new UplinkHost(UPLINK);
    killOnceMarked(host);
    host.batch("link delete eth1\n");
    VifBridge vif = vif(made());
    VifPlugin plugin = VifPlugins.installed().of(vif);
    try (PlugEngine engine = Faults.none().engine().build().start()) {
      PlugPlan plan = plugin.unplug(vif, null, engine.snapshot());
      assertTrue(plan.notes().toString().contains("its uplink is gone"), plan.notes().toString());
      engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
    assertFalse(host.show("link show").contains("altname fastvif-"));
  }
}
