package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** What the soak found: changes of plugged VIFs that fail, and callers in each other's way. */
class RollBackKernelTest {
  private static final int BELOW_IPV6 = 576;
  private static final int ROUNDS = 60;

  private final VifPlugins taps = VifPlugins.installed(Map.of("linux_bridge.create_port", "tap"));

  private static VifBridge vif(int number, String name, String bridge, int mtu) {
    return VifBridge.builder()
        .id(new UUID((long) number << 32, number).toString())
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName(name)
        .bridgeName(bridge)
        .network(Network.builder().shouldProvideBridge(true).mtu(mtu).build())
        .build();
  }

  private PlugResult plug(PlugEngine engine, VifBridge vif) throws Exception {
    HostSnapshot host = engine.snapshot();
    return engine
        .submit(taps.of(vif).plug(vif, null, host))
        .orElseThrow()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  /** The kernel takes the MTU and the port out of its bridge before it refuses the new master. */
  @KernelTest
  void settingsThatTheKernelTookBeforeItRefusedAreTakenBack() throws Exception {
    Tap.createPersistent("nobridge", TapOptions.plain());
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      plug(engine, vif(1, "tap1", "br0", 1450));
      LinkState before = engine.snapshot().link("tap1").orElseThrow();
      for (int mtu : new int[] {1400, 9000, BELOW_IPV6}) {
        PlugResult failed = plug(engine, vif(1, "tap1", "nobridge", mtu));
        assertEquals(Outcome.FAILED, failed.outcome());
        assertTrue(failed.failure().message().contains("EOPNOTSUPP"), failed.failure().message());
        assertEquals(0, failed.failure().leftBehind().size(), failed.failure().message());
        assertEquals(before, engine.snapshot().link("tap1").orElseThrow());
      }
      assertEquals(Outcome.UNCHANGED, plug(engine, vif(1, "tap1", "br0", 1450)).outcome());
    }
  }

  @KernelTest
  void aPortThatGetsIpv6WithItsMtuGeneratesNoAddress() throws Exception {
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      plug(engine, vif(1, "tap1", "br0", BELOW_IPV6));
      PlugResult raised = plug(engine, vif(1, "tap1", "br0", 1450));
      assertEquals(Outcome.PLUGGED, raised.outcome(), () -> raised.failure().message());
      assertEquals(false, engine.snapshot().link("tap1").orElseThrow().ipv6AddressGeneration());
      assertEquals(Outcome.UNCHANGED, plug(engine, vif(1, "tap1", "br0", 1450)).outcome());
    }
  }

  /** A plan that fails on a new bridge makes the engine look for other ports, as planners do. */
  @KernelTest
  void snapshotsAreNotInTheEnginesWay() throws Exception {
    try (RouteSocket socket = RouteSocket.open();
        PlugEngine engine = PlugEngine.builder().build().start()) {
      AtomicBoolean done = new AtomicBoolean();
      AtomicReference<Throwable> problem = new AtomicReference<>();
      Thread planner =
          new Thread(
              () -> {
                while (!done.get()) {
                  try {
                    engine.snapshot();
                  } catch (DumpInterruptedException changing) {
                    // the engine is at work
                  }
                }
              },
              "planner");
      planner.setUncaughtExceptionHandler((thread, thrown) -> problem.set(thrown));
      planner.start();
      HostSnapshot empty = engine.snapshot();
      try {
        for (int i = 0; i < ROUNDS; i++) {
          VifBridge vif = vif(i, "tap" + i, "br" + i, 65_535);
          PlugResult failed =
              engine
                  .submit(taps.of(vif).plug(vif, null, empty))
                  .orElseThrow()
                  .toCompletableFuture()
                  .get(60, TimeUnit.SECONDS);
          assertEquals(0, failed.failure().leftBehind().size(), failed.failure().message());
          assertTrue(failed.failure().message().contains("EINVAL"), failed.failure().message());
        }
      } finally {
        done.set(true);
        planner.join();
      }
      assertEquals(null, problem.get());
      assertEquals(0, socket.indexOf("br1"));
      assertEquals(
          Set.of("lo"),
          engine.snapshot().links().stream().map(LinkState::name).collect(Collectors.toSet()));
    }
  }

  @KernelTest
  void anInterruptedThreadGetsItsSnapshot() {
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      Thread.currentThread().interrupt();
      HostSnapshot host = engine.snapshot();
      assertTrue(Thread.interrupted());
      assertTrue(host.link("lo").isPresent());
    }
  }
}
