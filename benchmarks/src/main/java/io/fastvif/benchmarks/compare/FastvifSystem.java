package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.engine.AwaitedOperations;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsException;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * fastvif as a library of this JVM. What is measured is all that a caller with VIFs does: reading
 * the host, planning, submitting everything at once, waiting for the last result.
 */
final class FastvifSystem implements MeasuredSystem {
  private static final long QUEUE_FULL_PAUSE_NANOS = 20_000;

  private final String port;

  /**
   * @param port the linux_bridge plugin's option {@code create_port}
   */
  FastvifSystem(String port) {
    this.port = port;
  }

  @Override
  public String name() {
    return "fastvif";
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public String version() {
    String version = PlugEngine.class.getPackage().getImplementationVersion();
    return version == null ? "of this source tree" : version;
  }

  @Override
  public EngineSession open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    VifPlugin plugin =
        VifPlugins.installed(Map.of("linux_bridge.create_port", port)).of(vifs.getFirst().vif());
    PlugEngine engine = PlugEngine.builder().namespace(namespace).build().start();
    return new EngineSession(namespace, engine, plugin, vifs, limits);
  }

  static final class EngineSession implements Session {
    private final Netns namespace;
    private final PlugEngine engine;
    private final AwaitedOperations awaited;
    private final VifPlugin plugin;
    private final List<BenchVif> vifs;
    private final Limits limits;

    EngineSession(
        Netns namespace, PlugEngine engine, VifPlugin plugin, List<BenchVif> vifs, Limits limits) {
      this.namespace = namespace;
      this.engine = engine;
      awaited = new AwaitedOperations(engine);
      this.plugin = plugin;
      this.vifs = vifs;
      this.limits = limits;
    }

    @Override
    public long plug(int from, int to) throws IOException {
      long start = System.nanoTime();
      HostSnapshot host = engine.snapshot();
      execute(from, to, one -> plugin.plug(one.vif(), null, host));
      return System.nanoTime() - start;
    }

    @Override
    public long unplug(int from, int to) throws IOException {
      long start = System.nanoTime();
      HostSnapshot host = engine.snapshot();
      execute(from, to, one -> plugin.unplug(one.vif(), null, host));
      return System.nanoTime() - start;
    }

    /** On a thread that is where the engine is: it waits for each, and so may do it itself. */
    @Override
    public long[] latencies(int from, int to, long intervalNanos) throws IOException {
      long[] nanos = new long[to - from];
      lonePlugs(
          from,
          to,
          intervalNanos,
          (number, plugging) -> {
            long begun = System.nanoTime();
            plugging.run();
            nanos[number - from] = System.nanoTime() - begun;
          });
      return nanos;
    }

    /**
     * Plugs as {@link #latencies} does, with Flight Recorder on.
     *
     * @return in words, why some took longer
     */
    String slowPlugs(int from, int to, long intervalNanos) throws IOException {
      try (SlowPlugs slow = new SlowPlugs()) {
        lonePlugs(from, to, intervalNanos, (number, plugging) -> slow.record(plugging));
        return slow.describe();
      }
    }

    /** Measures one plug. */
    private interface Measuring {
      void measure(int number, Runnable plugging) throws IOException;
    }

    private void lonePlugs(int from, int to, long intervalNanos, Measuring measuring)
        throws IOException {
      HostSnapshot host = engine.snapshot();
      List<PlugResult> results = new ArrayList<>();
      try {
        namespace.call(
            () -> {
              long start = System.nanoTime();
              for (int i = from; i < to; i++) {
                Pace.await(start + (i - from) * intervalNanos);
                Vif vif = vifs.get(i).vif();
                measuring.measure(
                    i,
                    () ->
                        results.add(awaited.carryOut(plugin.plug(vif, null, host)).orElseThrow()));
              }
              return null;
            });
      } catch (NetnsException failed) {
        throw new IOException(failed.getCause());
      }
      for (PlugResult result : results) {
        check(result);
      }
    }

    private void execute(int from, int to, Function<BenchVif, PlugPlan> planning)
        throws IOException {
      List<CompletableFuture<PlugResult>> results = new ArrayList<>(to - from);
      for (BenchVif vif : vifs.subList(from, to)) {
        results.add(submit(planning.apply(vif)));
      }
      long end = System.nanoTime() + limits.operation().toNanos();
      try {
        for (CompletableFuture<PlugResult> result : results) {
          check(result.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
        }
      } catch (TimeoutException late) {
        throw new TimeLimitException(limits.operation());
      } catch (InterruptedException interrupted) {
        throw Child.interrupted(interrupted);
      } catch (ExecutionException impossible) {
        throw new AssertionError("results are never exceptional", impossible);
      }
    }

    private CompletableFuture<PlugResult> submit(PlugPlan plan) {
      Optional<CompletionStage<PlugResult>> stage = engine.submit(plan);
      while (stage.isEmpty()) {
        LockSupport.parkNanos(QUEUE_FULL_PAUSE_NANOS);
        stage = engine.submit(plan);
      }
      return stage.get().toCompletableFuture();
    }

    private static void check(PlugResult result) throws IOException {
      if (result.outcome() == Outcome.FAILED) {
        throw new IOException(result.failure().message());
      }
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
