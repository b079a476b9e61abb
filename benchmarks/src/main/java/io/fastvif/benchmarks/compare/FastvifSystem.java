package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
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
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    VifPlugin plugin =
        VifPlugins.installed(Map.of("linux_bridge.create_port", port)).of(vifs.getFirst().vif());
    PlugEngine engine = PlugEngine.builder().namespace(namespace).build().start();
    return new EngineSession(engine, plugin, vifs, limits);
  }

  static final class EngineSession implements Session {
    private final PlugEngine engine;
    private final VifPlugin plugin;
    private final List<BenchVif> vifs;
    private final Limits limits;

    EngineSession(PlugEngine engine, VifPlugin plugin, List<BenchVif> vifs, Limits limits) {
      this.engine = engine;
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

    @Override
    public long[] latencies(int from, int to, long intervalNanos) throws IOException {
      HostSnapshot host = engine.snapshot();
      long[] nanos = new long[to - from];
      long start = System.nanoTime();
      for (int i = 0; i < nanos.length; i++) {
        Pace.await(start + i * intervalNanos);
        long begun = System.nanoTime();
        execute(from + i, from + i + 1, one -> plugin.plug(one.vif(), null, host));
        nanos[i] = System.nanoTime() - begun;
      }
      return nanos;
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
