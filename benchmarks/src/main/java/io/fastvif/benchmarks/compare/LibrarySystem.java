package io.fastvif.benchmarks.compare;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.netns.Netns;
import io.fastvif.plan.BridgeKeeping;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * fastvif as callers in Java have it: a {@link VifHost} of this JVM, which is given all VIFs in one
 * go and waited for. It is what the agent is made of, and what the agent is measured against.
 */
final class LibrarySystem implements MeasuredSystem {
  private final String name;
  private final Map<String, String> options;
  private final BridgeKeeping keptBridges;

  /**
   * @param options of plugins, by {@code PLUGIN.OPTION}
   */
  LibrarySystem(Map<String, String> options) {
    this("fastvif", options, BridgeKeeping.NONE);
  }

  /** The same under another name, which keeps bridges of VIFs that were unplugged. */
  LibrarySystem(String name, Map<String, String> options, BridgeKeeping keptBridges) {
    this.name = name;
    this.options = options;
    this.keptBridges = keptBridges;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public String version() {
    return new FastvifSystem("none").version();
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) {
    HostConfiguration.Builder configuration = HostConfiguration.builder(Map.of());
    options.forEach(configuration::option);
    VifHost host =
        VifHost.open(
            VifHostOptions.of(configuration.build())
                .withNamespace(namespace)
                .withKeptBridges(keptBridges));
    return new HostSession(host, vifs, limits);
  }

  private static final class HostSession implements Session {
    private final VifHost host;
    private final List<PlugRequest> requests;
    private final Limits limits;

    HostSession(VifHost host, List<BenchVif> vifs, Limits limits) {
      this.host = host;
      this.limits = limits;
      requests = vifs.stream().map(BenchVif::vif).map(PlugRequest::of).toList();
    }

    @Override
    public long plug(int from, int to) throws IOException {
      return all(from, to, VifOperation::plug);
    }

    @Override
    public long unplug(int from, int to) throws IOException {
      return all(from, to, VifOperation::unplug);
    }

    @Override
    public long[] latencies(int from, int to, long intervalNanos) throws IOException {
      long[] nanos = new long[to - from];
      long start = System.nanoTime();
      for (int i = 0; i < nanos.length; i++) {
        Pace.await(start + i * intervalNanos);
        nanos[i] = plug(from + i, from + i + 1);
      }
      return nanos;
    }

    private long all(int from, int to, Function<PlugRequest, VifOperation> operation)
        throws IOException {
      long start = System.nanoTime();
      List<CompletableFuture<PlugResult>> results = new ArrayList<>(to - from);
      for (PlugRequest request : requests.subList(from, to)) {
        results.add(host.submit(operation.apply(request)));
      }
      long end = start + limits.operation().toNanos();
      try {
        for (CompletableFuture<PlugResult> each : results) {
          PlugResult result = each.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
          if (result.outcome() == Outcome.FAILED) {
            throw new IOException(result.failure().message());
          }
        }
      } catch (TimeoutException late) {
        throw new TimeLimitException(limits.operation());
      } catch (InterruptedException interrupted) {
        throw Child.interrupted(interrupted);
      } catch (ExecutionException impossible) {
        throw new AssertionError("results are never exceptional", impossible);
      }
      return System.nanoTime() - start;
    }

    @Override
    public void close() {
      host.close();
    }
  }
}
