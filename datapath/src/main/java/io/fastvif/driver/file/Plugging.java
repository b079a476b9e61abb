package io.fastvif.driver.file;

import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Plugs an endpoint's VIF with its plugin, through the engine, and waits for the end. */
final class Plugging {
  private static final long QUEUE_FULL_PAUSE_NANOS = 50_000;
  private static final long QUEUE_FULL_BOUND_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final PlugEngine engine;
  private final Function<Vif, VifPlugin> plugins;
  private final Function<Vif, VifPlugin> portPlugins;

  /**
   * @param plugins where the hypervisor makes the port of a Linux bridge
   * @param portPlugins where the plugin does
   */
  Plugging(
      PlugEngine engine, Function<Vif, VifPlugin> plugins, Function<Vif, VifPlugin> portPlugins) {
    this.engine = engine;
    this.plugins = plugins;
    this.portPlugins = portPlugins;
  }

  /** Reads the whole host, anew each time: links, addresses and routes. */
  HostSnapshot snapshot() {
    return engine.snapshot();
  }

  /**
   * Plugs. After a failure all was undone but what it names.
   *
   * @throws UnsuitedException if it could not be begun
   */
  PlugResult plug(Attachment attachment, InstanceInfo instance, HostSnapshot host)
      throws UnsuitedException {
    try {
      return execute(plugin(attachment).plug(attachment.vif(), instance, host));
    } catch (InvalidInputException refused) {
      throw new UnsuitedException(refused.getMessage());
    }
  }

  /** Unplugs; as {@link #plug}. */
  PlugResult unplug(Attachment attachment, HostSnapshot host) throws UnsuitedException {
    try {
      return execute(plugin(attachment).unplug(attachment.vif(), null, host));
    } catch (InvalidInputException refused) {
      throw new UnsuitedException(refused.getMessage());
    }
  }

  private VifPlugin plugin(Attachment attachment) {
    return (attachment.createPort() ? portPlugins : plugins).apply(attachment.vif());
  }

  private PlugResult execute(PlugPlan plan) throws UnsuitedException {
    try {
      Optional<CompletionStage<PlugResult>> stage = engine.submit(plan);
      long deadline = System.nanoTime() + QUEUE_FULL_BOUND_NANOS;
      while (stage.isEmpty()) {
        if (System.nanoTime() - deadline > 0) {
          throw new UnsuitedException("the engine's queue was full for 30 s");
        }
        LockSupport.parkNanos(QUEUE_FULL_PAUSE_NANOS);
        stage = engine.submit(plan);
      }
      return stage.get().toCompletableFuture().join();
    } catch (IllegalStateException closed) {
      throw new UnsuitedException(closed.getMessage());
    }
  }
}
