package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Engines of two processes that plug the same VIFs, and links of a VIF's name that are others'. */
class ConcurrentPlugTest {
  private static final int VIFS = 30;
  private static final int ROUNDS = 3;
  private static final int RESULT_SECONDS = 60;
  private static final int PASSING_MILLIS = 100;

  private static VifBridge vif(int number) {
    return VifBridge.builder()
        .id(new UUID((long) number << 32, number).toString())
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("port" + number)
        .bridgeName("br0")
        .network(Network.builder().shouldProvideBridge(true).mtu(1450).build())
        .build();
  }

  private static List<CompletableFuture<PlugResult>> plug(
      PlugEngine engine, VifPlugins plugins, HostSnapshot host) {
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    for (int i = 0; i < VIFS; i++) {
      VifBridge vif = vif(i);
      results.add(
          engine.submit(plugins.of(vif).plug(vif, null, host)).orElseThrow().toCompletableFuture());
    }
    return results;
  }

  private static void bothSucceed(String kind) throws Exception {
    VifPlugins plugins = VifPlugins.installed(Map.of("linux_bridge.create_port", kind));
    for (int round = 0; round < ROUNDS; round++) {
      try (PlugEngine one = PlugEngine.builder().build().start();
          PlugEngine other = PlugEngine.builder().build().start()) {
        HostSnapshot host = one.snapshot();
        List<CompletableFuture<PlugResult>> results = plug(one, plugins, host);
        results.addAll(plug(other, plugins, host));
        for (CompletableFuture<PlugResult> result : results) {
          PlugResult ended = result.get(RESULT_SECONDS, TimeUnit.SECONDS);
          assertNotEquals(Outcome.FAILED, ended.outcome(), () -> ended.failure().message());
        }
        HostSnapshot plugged = one.snapshot();
        for (int i = 0; i < VIFS; i++) {
          LinkState link = plugged.link("port" + i).orElseThrow();
          assertEquals("fastvif:" + vif(i).id().get(), link.alias());
          assertEquals(LinkGroups.DEFAULT, link.group());
          assertTrue(one.submit(plugins.of(vif(i)).unplug(vif(i), null, plugged)).isPresent());
        }
      }
      Peer.require("ip", "iproute2").run("link delete br0");
    }
  }

  @KernelTest
  void twoProcessesThatPlugTheSameTapsBothSucceed() throws Exception {
    bothSucceed("tap");
  }

  /** A tap that another process is still making has no mark yet: it is waited for. */
  @KernelTest
  void plugWaitsForTapThatGoesWithAnotherProcess() throws Exception {
    Peer.require("ip", "iproute2").run("link add br0 type bridge");
    VifBridge vif = vif(0);
    VifPlugins plugins = VifPlugins.installed(Map.of("linux_bridge.create_port", "tap"));
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      HostSnapshot host = engine.snapshot();
      CompletableFuture<PlugResult> result;
      try (Tap passing = Tap.create("port0", new TapOptions(false, false, -1, -1))) {
        result =
            engine
                .submit(plugins.of(vif).plug(vif, null, host))
                .orElseThrow()
                .toCompletableFuture();
        assertThrows(
            TimeoutException.class, () -> result.get(PASSING_MILLIS, TimeUnit.MILLISECONDS));
        assertEquals("port0", passing.name());
      }
      PlugResult ended = result.get(RESULT_SECONDS, TimeUnit.SECONDS);
      assertEquals(Outcome.PLUGGED, ended.outcome(), () -> ended.failure().message());
    }
  }

  @KernelTest
  void twoProcessesThatPlugTheSamePairsBothSucceed() throws Exception {
    bothSucceed("veth");
  }

  @KernelTest
  void othersLinkOfTheSameNameIsNotTouched() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add br0 type bridge");
    ip.run("link add port0 type veth peer name other");
    ip.run("link set port0 group " + LinkGroups.making("another VIF"));
    HostStateReader reader = new HostStateReader();
    HostState before = reader.readSettled();
    for (String kind : List.of("tap", "veth")) {
      VifPlugins plugins = VifPlugins.installed(Map.of("linux_bridge.create_port", kind));
      try (PlugEngine engine = PlugEngine.builder().build().start()) {
        VifBridge vif = vif(0);
        PlugResult plugged =
            engine
                .submit(plugins.of(vif).plug(vif, null, engine.snapshot()))
                .orElseThrow()
                .toCompletableFuture()
                .get(RESULT_SECONDS, TimeUnit.SECONDS);
        assertEquals(Outcome.FAILED, plugged.outcome());
        engine
            .submit(plugins.of(vif).unplug(vif, null, engine.snapshot()))
            .orElseThrow()
            .toCompletableFuture()
            .get(RESULT_SECONDS, TimeUnit.SECONDS);
      }
      before.assertUnchanged(kind, reader);
    }
  }
}
