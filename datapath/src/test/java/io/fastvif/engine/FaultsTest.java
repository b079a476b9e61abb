package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The faults that other tests rely on are real ones. */
class FaultsTest {
  private static final VifBridge VIF =
      VifBridge.builder()
          .id("7204e52d-b222-4a58-808a-05a6c4647159")
          .plugin("linux_bridge")
          .hasTrafficFiltering(true)
          .vifName("veth0")
          .bridgeName("br0")
          .network(Network.builder().shouldProvideBridge(true).mtu(1450).build())
          .build();

  private final VifPlugins plugins =
      VifPlugins.installed(Map.of("linux_bridge.create_port", "veth"));

  private PlugResult plug(PlugEngine engine) throws Exception {
    return engine
        .submit(plugins.of(VIF).plug(VIF, null, engine.snapshot()))
        .orElseThrow()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  @KernelTest
  void aKilledEngineLeavesWhatItHadDone() throws Exception {
    Faults killed = Faults.killAt(4);
    try (PlugEngine engine = killed.engine().build().start()) {
      assertEquals(Outcome.FAILED, plug(engine).outcome());
      assertTrue(engine.snapshot().link("br0").isPresent());
      assertFalse(engine.snapshot().link("veth0").isPresent());
    }
    assertTrue(killed.struck());
    Faults later = Faults.killAt(1000);
    try (PlugEngine engine = later.engine().build().start()) {
      assertEquals(Outcome.PLUGGED, plug(engine).outcome());
    }
    assertFalse(later.struck());
    assertTrue(later.changes() >= 4, () -> "only " + later.changes());
  }

  @KernelTest
  void aRefusedChangeIsUndone() throws Exception {
    for (int change = 1; ; change++) {
      Faults refused = Faults.refuseAt(change);
      try (PlugEngine engine = refused.engine().build().start()) {
        PlugResult result = plug(engine);
        if (!refused.struck()) {
          assertEquals(Outcome.PLUGGED, result.outcome());
          assertTrue(change > 5, "only " + change);
          return;
        }
        assertEquals(Outcome.FAILED, result.outcome());
        assertTrue(result.failure().message().contains("EIO"), result.failure().message());
        assertFalse(engine.snapshot().link("br0").isPresent());
        assertFalse(engine.snapshot().link("veth0").isPresent());
      }
    }
  }
}
