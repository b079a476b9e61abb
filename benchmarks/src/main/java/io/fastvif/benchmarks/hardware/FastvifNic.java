package io.fastvif.benchmarks.hardware;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.LinkChange;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * fastvif as a library of this JVM. What is measured is all that a caller does: reading the host,
 * planning, submitting everything at once, waiting for the last result.
 */
final class FastvifNic implements NicSystem {
  private final PlugEngine engine;
  private final Duration limit;

  /**
   * Starts an engine in the namespace of this process.
   *
   * @param limit how long an operation may take
   */
  FastvifNic(Duration limit) {
    this.limit = limit;
    engine = PlugEngine.builder().build().start();
  }

  @Override
  public String name() {
    return "fastvif";
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  /** The host as it is now. */
  HostSnapshot snapshot() {
    return engine.snapshot();
  }

  @Override
  public long apply(List<List<NicChange>> changes) throws IOException {
    long start = System.nanoTime();
    List<NicChange> left = changes.stream().flatMap(List::stream).toList();
    while (!left.isEmpty()) {
      List<NicChange> later = new ArrayList<>();
      List<PlugPlan> plans = plans(engine.snapshot(), left, later);
      execute(plans, start + limit.toNanos());
      left = later;
    }
    return System.nanoTime() - start;
  }

  /**
   * A plan for each link.
   *
   * @param later gets the changes that do not follow from the snapshot, but from other changes
   */
  private static List<PlugPlan> plans(
      HostSnapshot host, List<NicChange> changes, List<NicChange> later) {
    Map<Integer, LinkChange> plans = new LinkedHashMap<>();
    for (NicChange change : changes) {
      switch (change) {
        case NicChange.OfVf vf ->
            plans
                .computeIfAbsent(vf.pfIndex(), index -> LinkChange.of(host, vf.pf()))
                .vf(vf.to().settings(vf.attributes()), vf.from().settings(vf.attributes()));
        case NicChange.OfPort port -> {
          boolean follows = plans.containsKey(port.port().index());
          if (follows && !port.settings().isEmpty()) {
            later.add(port);
          } else {
            LinkChange plan =
                plans.computeIfAbsent(
                    port.port().index(), index -> LinkChange.of(host, port.port().name()));
            if (port.newName() != null) {
              plan.rename(port.newName());
            }
            plan.set(port.settings());
          }
        }
      }
    }
    return plans.values().stream().map(LinkChange::plan).toList();
  }

  private void execute(List<PlugPlan> plans, long deadline) throws IOException {
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    for (PlugPlan plan : plans) {
      // The queue has more room than a NIC has VFs.
      results.add(engine.submit(plan).orElseThrow().toCompletableFuture());
    }
    try {
      for (CompletableFuture<PlugResult> future : results) {
        PlugResult result = future.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (result.outcome() == Outcome.FAILED) {
          throw new IOException(result.failure().message());
        }
      }
    } catch (TimeoutException late) {
      throw new TimeLimitException(limit);
    } catch (InterruptedException interrupted) {
      throw Child.interrupted(interrupted);
    } catch (ExecutionException impossible) {
      throw new AssertionError("results are never exceptional", impossible);
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
