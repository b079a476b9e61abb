package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Faults;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/** Forwarding rules in the kernel: nothing of others is touched, and nothing is left. */
class ForwardingKernelTest {
  private static final String OWN_RULES = "fastvif-FORWARD";

  private final Peer nft = Peer.require("nft", "nftables");
  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private static VifBridge vif(int number, String bridge) {
    return VifBridge.builder()
        .id("00000000-0000-4000-8000-%012d".formatted(number))
        .plugin("linux_bridge")
        .vifName("tap" + number)
        .bridgeName(bridge)
        .hasTrafficFiltering(false)
        .network(Network.builder().shouldProvideBridge(true).mtu(1500).build())
        .build();
  }

  private static PlugPlan plan(PlugEngine engine, VifBridge vif, boolean plugs) {
    VifPlugin plugin = VifPlugins.installed().of(vif);
    return plugs
        ? plugin.plug(vif, null, engine.snapshot())
        : plugin.unplug(vif, null, engine.snapshot());
  }

  private static PlugResult run(PlugEngine engine, VifBridge vif, boolean plugs) throws Exception {
    return engine
        .submit(plan(engine, vif, plugs))
        .orElseThrow()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  private String ruleset() throws Exception {
    return nft.run("-s list ruleset");
  }

  @KernelTest
  void rulesOfOthersAreAsBeforeAndPluggingAgainIsUnchanged() throws Exception {
    Peer iptables = Peer.require("iptables-nft", "iptables");
    iptables.run("-P FORWARD DROP");
    iptables.run("-A FORWARD -s 10.0.0.0/8 ! -d 10.1.0.0/16 -p tcp -m tcp --dport 22 -j ACCEPT");
    nft.run("add table inet theirs");
    nft.run("add chain inet theirs c { type filter hook forward priority 5 ; }");
    String before = others();
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      assertEquals(Outcome.PLUGGED, run(engine, vif(1, "br0"), true).outcome());
      assertEquals(Outcome.UNCHANGED, run(engine, vif(1, "br0"), true).outcome());
      assertEquals(Outcome.PLUGGED, run(engine, vif(2, "br0"), true).outcome());
      String once = ruleset();
      assertEquals(2, once.lines().filter(line -> line.contains("oifname \"br0\"")).count(), once);
      // another program writes iptables' whole table anew, as os-vif and neutron do
      Path saved = folder.resolve("saved");
      Files.writeString(saved, Peer.require("iptables-nft-save", "iptables").run("-c"));
      Peer.require("iptables-nft-restore", "iptables").run("-c " + saved);
      assertFalse(ruleset().equals(once), "iptables keeps comments another way");
      assertEquals(Outcome.UNCHANGED, run(engine, vif(2, "br0"), true).outcome());
      assertEquals(Outcome.UNPLUGGED, run(engine, vif(1, "br0"), false).outcome());
      assertTrue(ruleset().contains(OWN_RULES));
      assertEquals(Outcome.UNPLUGGED, run(engine, vif(2, "br0"), false).outcome());
    }
    assertFalse(ruleset().contains("fastvif"));
    assertEquals(before, others());
  }

  /** The rules of others, without the empty chains that restoring makes, and in one order. */
  private String others() throws Exception {
    return nft.run("-s list table inet theirs") + nft.run("-s list chain ip filter FORWARD");
  }

  @KernelTest
  void killedAtAnyChangePluggingFinishesAndUnpluggingClearsUp() throws Exception {
    Faults counting = Faults.none();
    try (PlugEngine engine = counting.engine().build().start()) {
      run(engine, vif(1, "br0"), true);
      run(engine, vif(1, "br0"), false);
    }
    ip.run("link delete br0");
    assertTrue(counting.changes() > 3, "changes: " + counting.changes());
    for (int at = 1; at <= counting.changes(); at++) {
      for (boolean plugsAgain : new boolean[] {true, false}) {
        Faults killed = Faults.killAt(at);
        PlugEngine dead = killed.engine().build().start();
        run(dead, vif(1, "br0"), true);
        if (!killed.struck()) {
          run(dead, vif(1, "br0"), false);
        }
        dead.close();
        assertTrue(killed.struck());
        String there = ruleset();
        assertEquals(
            there.contains(OWN_RULES), there.contains("fastvif:00000000"), "one with the other");
        try (PlugEngine next = PlugEngine.builder().build().start()) {
          if (plugsAgain) {
            run(next, vif(1, "br0"), true);
            FilterSnapshot filters = next.snapshot().filters();
            assertEquals(3, filters.rules().get("br0").size());
          }
          run(next, vif(1, "br0"), false);
        }
        assertEquals("", ruleset(), "killed at change " + at);
        if (Files.exists(Path.of("/proc/sys/net/ipv4/conf/br0"))) {
          ip.run("link delete br0");
        }
      }
    }
  }

  @KernelTest
  void refusedAtAnyChangeNothingIsLeft() throws Exception {
    for (int at = 1; ; at++) {
      Faults refused = Faults.refuseAt(at);
      try (PlugEngine engine = refused.engine().build().start()) {
        PlugResult result = run(engine, vif(1, "br0"), true);
        if (!refused.struck()) {
          assertTrue(at > 3, "changes: " + at);
          assertEquals(Outcome.PLUGGED, result.outcome());
          return;
        }
        assertEquals(Outcome.FAILED, result.outcome());
        assertEquals(List.of(), result.failure().leftBehind());
      }
      assertEquals("", ruleset(), "refused at change " + at);
    }
  }

  @KernelTest
  void twoEnginesAtOnceBothSucceed() throws Exception {
    try (PlugEngine one = PlugEngine.builder().build().start();
        PlugEngine other = PlugEngine.builder().build().start()) {
      run(one, vif(0, "br0"), true);
      for (int round = 0; round < 10; round++) {
        List<PlugEngine> engines = List.of(one, other);
        for (boolean plugs : new boolean[] {true, false}) {
          List<CompletionStage<PlugResult>> results = new ArrayList<>();
          List<List<PlugPlan>> plans =
              engines.stream()
                  .map(
                      engine ->
                          IntStream.rangeClosed(1, 5)
                              .mapToObj(number -> plan(engine, vif(number, "br0"), plugs))
                              .toList())
                  .toList();
          for (int i = 0; i < 5; i++) {
            for (int e = 0; e < 2; e++) {
              results.add(engines.get(e).submit(plans.get(e).get(i)).orElseThrow());
            }
          }
          for (CompletionStage<PlugResult> result : results) {
            PlugResult ended = result.toCompletableFuture().get(60, TimeUnit.SECONDS);
            assertTrue(ended.outcome() != Outcome.FAILED, ended::toString);
          }
          FilterSnapshot filters = one.snapshot().filters();
          assertEquals(plugs ? 6 : 1, filters.vifs().get("br0").size());
          assertEquals(3, filters.rules().get("br0").size());
        }
      }
      run(other, vif(0, "br0"), false);
    }
    assertEquals("", ruleset());
  }
}
