package io.fastvif.benchmarks;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.VifBridge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A private network namespace with a bridge, and an engine that plugs and unplugs a batch of veth
 * VIFs there. Needs root.
 */
final class PlugHost implements AutoCloseable {
  private static final long DONE_WITHIN_SECONDS = 120;

  private final List<VifBridge> vifs = new ArrayList<>();
  private final Netns namespace;
  private final PlugEngine engine;
  private final VifPlugin plugin;

  /**
   * @param batch how many VIFs are plugged and unplugged together
   * @throws io.fastvif.bindings.SystemCallException EPERM without root
   */
  PlugHost(int batch) {
    for (int number = 1; number <= batch; number++) {
      vifs.add(Vifs.bridged(number));
    }
    plugin = VifPlugins.installed(Map.of("linux_bridge.create_port", "veth")).of(vifs.getFirst());
    namespace = Netns.createPrivate();
    engine = PlugEngine.builder().namespace(namespace).build().start();
    // Makes the bridge, which outlives its ports.
    execute(plugPlans(), Outcome.PLUGGED);
    execute(unplugPlans(), Outcome.UNPLUGGED);
  }

  /** Plans to plug all VIFs into the namespace as it is now. */
  List<PlugPlan> plugPlans() {
    HostSnapshot host = engine.snapshot();
    return vifs.stream().map(vif -> plugin.plug(vif, null, host)).toList();
  }

  /** Plans to unplug all VIFs that are plugged now. */
  List<PlugPlan> unplugPlans() {
    HostSnapshot host = engine.snapshot();
    return vifs.stream().map(vif -> plugin.unplug(vif, null, host)).toList();
  }

  /**
   * Submits all plans and waits for all results.
   *
   * @throws IllegalStateException if one of them did not end as expected
   */
  void execute(List<PlugPlan> plans, Outcome expected) {
    execute(engine, plans, expected);
  }

  /**
   * Submits all plans to an engine and waits for all results.
   *
   * @throws IllegalStateException if the queue is full, or one of them did not end as expected
   */
  static void execute(PlugEngine engine, List<PlugPlan> plans, Outcome expected) {
    List<CompletableFuture<PlugResult>> results = new ArrayList<>(plans.size());
    for (PlugPlan plan : plans) {
      CompletionStage<PlugResult> stage =
          engine.submit(plan).orElseThrow(() -> new IllegalStateException("the queue is full"));
      results.add(stage.toCompletableFuture().orTimeout(DONE_WITHIN_SECONDS, TimeUnit.SECONDS));
    }
    for (CompletableFuture<PlugResult> result : results) {
      PlugResult ended = result.join();
      if (ended.outcome() != expected) {
        throw new IllegalStateException(
            ended.failure() == null
                ? "VIF " + ended.plan().vifId() + ": " + ended.outcome()
                : ended.failure().message());
      }
    }
  }

  /** What is in the namespace now. */
  HostSnapshot snapshot() {
    return engine.snapshot();
  }

  @Override
  public void close() {
    engine.close();
    namespace.close();
  }
}
