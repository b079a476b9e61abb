package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.CompositeAgent;

/** Engines that run on a thread of their caller's. */
class SharedThreadTest {
  private static final int MAX_ROUNDS = 10_000_000;

  private final VifPlugins plugins =
      VifPlugins.installed(Map.of("linux_bridge.create_port", "veth"));

  private static VifBridge vif(int number) {
    return VifBridge.builder()
        .id("7204e52d-b222-4a58-808a-05a6c464715" + number)
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("veth" + number)
        .bridgeName("br" + number)
        .network(Network.builder().shouldProvideBridge(true).mtu(1450).build())
        .build();
  }

  private PlugResult run(AgentInvoker thread, PlugEngine engine, VifBridge vif, boolean plug) {
    VifPlugin plugin = plugins.of(vif);
    CompletableFuture<PlugResult> result =
        engine
            .submit(
                plug
                    ? plugin.plug(vif, null, engine.snapshot())
                    : plugin.unplug(vif, null, engine.snapshot()))
            .orElseThrow()
            .toCompletableFuture();
    for (int i = 0; !result.isDone(); i++) {
      assertTrue(i < MAX_ROUNDS, "no answer");
      thread.invoke();
    }
    return result.join();
  }

  @KernelTest
  void twoEnginesOnOneThreadWorkEachInItsOwnNamespace() {
    try (Netns own = Netns.current();
        Netns first = Netns.createPrivate();
        Netns second = Netns.createPrivate()) {
      PlugEngine one = PlugEngine.builder().namespace(first).build();
      PlugEngine two = PlugEngine.builder().namespace(second).build();
      PlugEngine here = PlugEngine.builder().build();
      AgentInvoker thread =
          new AgentInvoker(
              thrown -> {
                throw new AssertionError(thrown);
              },
              null,
              new CompositeAgent(one, two, here));
      thread.start();
      List<PlugEngine> engines = List.of(one, two, here);
      for (int i = 0; i < engines.size(); i++) {
        PlugResult result = run(thread, engines.get(i), vif(i), true);
        assertEquals(Outcome.PLUGGED, result.outcome(), () -> "" + result.failure());
      }
      for (int i = 0; i < engines.size(); i++) {
        for (int link = 0; link < engines.size(); link++) {
          assertEquals(
              i == link, engines.get(i).snapshot().link("br" + link).isPresent(), i + " " + link);
        }
        assertEquals(Outcome.UNPLUGGED, run(thread, engines.get(i), vif(i), false).outcome());
      }
      thread.close();
      assertTrue(own.isCurrent(), "the thread is back");
    }
  }

  @KernelTest
  void anEngineThatCannotStartGivesTheThreadBack() {
    try (Netns own = Netns.current();
        Netns other = Netns.createPrivate()) {
      PlugEngine engine =
          PlugEngine.builder()
              .namespace(other)
              .transport(
                  () -> {
                    throw new IllegalStateException("no socket");
                  })
              .build();
      assertThrows(IllegalStateException.class, engine::onStart);
      assertTrue(own.isCurrent());
    }
  }
}
