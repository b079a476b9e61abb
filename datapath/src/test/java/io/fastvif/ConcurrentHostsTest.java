package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Several users of one network namespace, who know nothing of each other, at the same time. */
class ConcurrentHostsTest {
  private static final int VIFS = 20;
  private static final int ROUNDS = 3;
  private static final int TURNS = 20;
  private static final int SECONDS = 60;

  private final Peer ip = Peer.require("ip", "iproute2");

  private static VifHost host() {
    return VifHost.open(
        VifHostOptions.of(
            HostConfiguration.builder(Map.of())
                .option("linux_bridge.create_port", "veth")
                .build()));
  }

  private static PlugRequest vif(int number, String uplink) {
    Network network =
        Network.builder()
            .shouldProvideBridge(true)
            .bridgeInterface(uplink)
            .multiHost(false)
            .shouldProvideVlan(false)
            .mtu(1500)
            .build();
    return new PlugRequest(
        "vif",
        VifBridge.builder()
            .id(number + "-bridged-vif")
            .plugin("linux_bridge")
            .hasTrafficFiltering(true)
            .vifName("port" + number)
            .bridgeName("br0")
            .network(network)
            .build(),
        Optional.empty());
  }

  private static List<PlugRequest> vifs(int first, String uplink) {
    return IntStream.range(first, first + VIFS).mapToObj(number -> vif(number, uplink)).toList();
  }

  private static List<Outcome> all(List<CompletableFuture<PlugResult>> results) throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    for (CompletableFuture<PlugResult> result : results) {
      PlugResult ended = result.get(SECONDS, TimeUnit.SECONDS);
      assertNotEquals(Outcome.FAILED, ended.outcome(), () -> ended.failure().message());
      outcomes.add(ended.outcome());
    }
    return outcomes;
  }

  private static List<String> links(VifHost host) {
    return host.snapshot().links().stream()
        .map(link -> link.name() + " " + link.alias() + " " + link.group())
        .toList();
  }

  @KernelTest
  void allPlugPortsOfABridgeWithOneUplinkAndUnplugThem() throws Exception {
    ip.run("link add eth1 type veth peer name wire");
    ip.run("link set wire up");
    ip.run("link set eth1 up");
    ip.run("address add 10.0.0.5/24 dev eth1");
    ip.run("route add default via 10.0.0.1 dev eth1");
    try (VifHost one = host();
        VifHost other = host()) {
      List<PlugRequest> vifs = vifs(0, "eth1");
      List<CompletableFuture<PlugResult>> results = new ArrayList<>();
      vifs.forEach(vif -> List.of(one, other).forEach(host -> results.add(host.plug(vif))));
      all(results);
      assertEquals(VIFS, one.plugged().size());
      assertEquals(1 + VIFS, ip.run("-o link show master br0").lines().count());
      assertTrue(ip.run("-4 -o address show").contains("br0    inet 10.0.0.5/24"));
      assertTrue(ip.run("-4 route").startsWith("default via 10.0.0.1 dev br0"));
      results.clear();
      vifs.forEach(vif -> List.of(one, other).forEach(host -> results.add(host.unplug(vif))));
      all(results);
      assertEquals(List.of(), one.plugged());
      assertEquals(4, ip.run("-o link").lines().count(), "lo, the bridge and its uplink's ends");
    }
  }

  @KernelTest
  void oneUnplugsWhileTheOtherPlugs() throws Exception {
    try (VifHost one = host();
        VifHost other = host()) {
      List<PlugRequest> former = vifs(0, null);
      List<PlugRequest> next = vifs(VIFS, null);
      for (int round = 0; round < ROUNDS; round++) {
        all(former.stream().map(one::plug).toList());
        List<CompletableFuture<PlugResult>> results = new ArrayList<>();
        for (int i = 0; i < VIFS; i++) {
          results.add(one.unplug(former.get(i)));
          results.add(other.plug(next.get(i)));
        }
        assertTrue(!all(results).contains(Outcome.UNCHANGED));
        List<String> ids = one.plugged().stream().map(PluggedVif::id).sorted().toList();
        assertEquals(next.stream().map(vif -> vif.vif().id().get()).sorted().toList(), ids);
        all(next.stream().map(other::unplug).toList());
      }
    }
  }

  @KernelTest
  void aVifThatIsPluggedAndUnpluggedAtOnceIsWholeOrGone() throws Exception {
    PlugRequest vif = vif(1, null);
    try (VifHost one = host();
        VifHost other = host()) {
      all(List.of(one.plug(vif(2, null))));
      List<String> without = links(one);
      for (int turn = 0; turn < TURNS; turn++) {
        VifHost second = turn % 2 == 0 ? other : one;
        CompletableFuture<PlugResult> plugged = one.plug(vif);
        Outcome unplugged = all(List.of(second.unplug(vif))).getFirst();
        Outcome outcome = plugged.get(SECONDS, TimeUnit.SECONDS).outcome();
        if (unplugged == Outcome.UNPLUGGED) {
          // The other's may have taken the pair away between two steps of the plug.
          assertTrue(outcome == Outcome.PLUGGED || second == other, outcome::toString);
          assertEquals(without, links(one));
        } else {
          assertEquals(Outcome.PLUGGED, outcome);
          LinkState link = one.snapshot().link("port1").orElseThrow();
          assertEquals("fastvif:1-bridged-vif", link.alias());
          assertEquals(LinkGroups.DEFAULT, link.group());
          assertEquals(Outcome.UNCHANGED, all(List.of(one.plug(vif))).getFirst(), "it is whole");
          all(List.of(other.unplug(vif)));
          assertEquals(without, links(one));
        }
      }
    }
  }
}
