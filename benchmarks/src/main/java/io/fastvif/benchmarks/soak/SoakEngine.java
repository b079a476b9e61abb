package io.fastvif.benchmarks.soak;

import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugOperation;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The engine as its callers see it; a test puts one in its place that does something wrong. */
interface SoakEngine {
  /** Makes an engine and waits until it is ready. */
  interface Factory {
    SoakEngine start(Netns namespace, int batchLimit, Consumer<Throwable> errorHandler);
  }

  /** See {@link PlugEngine#offer}. */
  boolean offer(PlugOperation operation);

  /** See {@link PlugEngine#submit}. */
  Optional<CompletionStage<PlugResult>> submit(PlugPlan plan);

  /** See {@link PlugEngine#snapshot}. */
  HostSnapshot snapshot();

  /** See {@link PlugEngine#close(Duration)}. */
  boolean close(Duration bound);

  /** Starts the engine itself, with a queue short enough to be full now and then. */
  static SoakEngine start(Netns namespace, int batchLimit, Consumer<Throwable> errorHandler) {
    PlugEngine engine =
        PlugEngine.builder()
            .namespace(namespace)
            .queueCapacity(256)
            .batchLimit(batchLimit)
            .errorHandler(errorHandler)
            .build()
            .start();
    return new SoakEngine() {
      @Override
      public boolean offer(PlugOperation operation) {
        return engine.offer(operation);
      }

      @Override
      public Optional<CompletionStage<PlugResult>> submit(PlugPlan plan) {
        return engine.submit(plan);
      }

      @Override
      public HostSnapshot snapshot() {
        return engine.snapshot();
      }

      @Override
      public boolean close(Duration bound) {
        return engine.close(bound);
      }
    };
  }
}
