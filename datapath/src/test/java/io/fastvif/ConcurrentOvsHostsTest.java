package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VifOpenVSwitch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/** Several users of one Open vSwitch, who know nothing of each other, at the same time. */
class ConcurrentOvsHostsTest {
  private static final int VIFS = 20;
  private static final int ROUNDS = 3;
  private static final int TURNS = 40;
  private static final int SECONDS = 60;

  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private static VifHost host(OvsHost ovs) {
    return VifHost.open(
        VifHostOptions.of(
            HostConfiguration.builder(Map.of())
                .option("ovs.ovsdb_connection", ovs.address())
                .build()));
  }

  private static PlugRequest vif(int number) {
    String id = number + "-port-of-a-vif";
    return new PlugRequest(
        "vif",
        VifOpenVSwitch.builder()
            .id(id)
            .address(new MacAddress(0x02_00_00_00_00_00L + number))
            .plugin("ovs")
            .hasTrafficFiltering(true)
            .vifName("port" + number)
            .bridgeName("br-int")
            .network(Network.builder().bridge("br-int").mtu(1500).build())
            .portProfile(
                PortProfileOpenVSwitch.builder()
                    .interfaceId(id)
                    .datapathType("netdev")
                    .createPort(true)
                    .createTap(true)
                    .build())
            .build(),
        Optional.empty());
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

  @KernelTest
  void allPlugTheSamePorts() throws Exception {
    List<PlugRequest> vifs =
        IntStream.range(0, VIFS).mapToObj(ConcurrentOvsHostsTest::vif).toList();
    try (OvsHost ovs = OvsHost.start(folder);
        VifHost one = host(ovs);
        VifHost two = host(ovs);
        VifHost three = host(ovs)) {
      List<VifHost> hosts = List.of(one, two, three);
      for (int round = 0; round < ROUNDS; round++) {
        List<CompletableFuture<PlugResult>> results = new ArrayList<>();
        vifs.forEach(vif -> hosts.forEach(host -> results.add(host.plug(vif))));
        all(results);
        assertEquals(VIFS, one.plugged().size());
        assertEquals(VIFS, ovs.vsctl("list-ports br-int").lines().count());
        results.clear();
        vifs.forEach(vif -> hosts.forEach(host -> results.add(host.unplug(vif))));
        all(results);
        assertEquals("", ovs.vsctl("list-ports br-int"));
        assertEquals(List.of(), one.plugged());
      }
    }
  }

  /** Which of them comes last is what is left, from wherever they began. */
  @KernelTest
  void aVifThatOnePlugsWhileTheOtherUnplugsIsWholeOrGone() throws Exception {
    PlugRequest vif = vif(1);
    try (OvsHost ovs = OvsHost.start(folder);
        VifHost one = host(ovs);
        VifHost other = host(ovs)) {
      all(List.of(one.plug(vif(2))));
      for (int turn = 0; turn < TURNS; turn++) {
        switch (turn % 4) {
          case 0 -> all(List.of(one.unplug(vif)));
          case 1 -> all(List.of(other.plug(vif)));
          case 2 -> ovs.vsctl("--no-wait --if-exists del-port port1");
          default -> deleteTap();
        }
        CompletableFuture<PlugResult> unplugged = other.unplug(vif);
        CompletableFuture<PlugResult> plugged = one.plug(vif);
        Outcome left = all(List.of(unplugged)).getFirst();
        PlugResult ended = plugged.get(SECONDS, TimeUnit.SECONDS);
        String outcomes = "turn " + turn + ": " + ended.outcome() + ", " + left;
        boolean isThere = ip.run("-o link").contains("port1");
        boolean hasPort = ovs.vsctl("--no-wait list-ports br-int").contains("port1");
        assertEquals(isThere, hasPort, outcomes);
        assertTrue(!isThere || ended.outcome() != Outcome.FAILED, outcomes);
      }
    }
  }

  /** As a host does that has started anew. */
  private void deleteTap() throws Exception {
    if (ip.run("-o link").contains("port1")) {
      ip.run("link delete port1");
    }
  }

  @KernelTest
  void noPortIsLeftWithoutItsDevice() throws Exception {
    PlugRequest vif = vif(1);
    try (OvsHost ovs = OvsHost.start(folder);
        VifHost one = host(ovs);
        VifHost other = host(ovs)) {
      all(List.of(one.plug(vif(2))));
      for (int turn = 0; turn < TURNS; turn++) {
        CompletableFuture<PlugResult> plugged = one.plug(vif);
        Outcome unplugged = all(List.of(other.unplug(vif))).getFirst();
        Outcome outcome = plugged.get(SECONDS, TimeUnit.SECONDS).outcome();
        boolean isThere = ip.run("-o link").contains("port1");
        boolean hasPort = ovs.vsctl("list-ports br-int").contains("port1");
        assertTrue(isThere || !hasPort, outcome + " " + unplugged + ": a port without its device");
        assertTrue(outcome == Outcome.PLUGGED || !isThere, outcome::toString);
        all(List.of(one.unplug(vif)));
      }
    }
  }
}
