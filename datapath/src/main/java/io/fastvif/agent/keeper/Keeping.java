package io.fastvif.agent.keeper;

import io.fastvif.VifHost;
import io.fastvif.VifOperation;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import java.util.concurrent.CompletableFuture;

/** What turns work with. */
final class Keeping {
  private final VifHost host;
  private final KeeperOptions options;
  private final KeeperThread thread;
  private final VifStore store;
  private final HostQueue queue;
  private final EventHub events = new EventHub();
  private final KeeperCounters counters;

  Keeping(VifHost host, KeeperOptions options, VifStore store, KeeperCounters counters) {
    this.counters = counters;
    this.host = host;
    this.options = options;
    this.store = store;
    thread = new KeeperThread();
    queue = new HostQueue(host, thread);
  }

  VifHost host() {
    return host;
  }

  KeeperOptions options() {
    return options;
  }

  KeeperThread thread() {
    return thread;
  }

  VifStore store() {
    return store;
  }

  EventHub events() {
    return events;
  }

  KeeperCounters counters() {
    return counters;
  }

  /** Submits an operation; completes on the keeper's thread. */
  CompletableFuture<PlugResult> submit(VifOperation operation) {
    return queue.submit(operation).thenApplyAsync(result -> result, thread);
  }

  /** Completes on the keeper's thread, with what the store has against it; null for nothing. */
  CompletableFuture<Throwable> written(CompletableFuture<Void> change) {
    return change.handleAsync((done, thrown) -> thrown, thread);
  }

  /** Whether an operation did not fail. */
  static boolean isDone(PlugResult result) {
    return result.outcome() != Outcome.FAILED;
  }

  /** Why it failed, in one line. */
  static String problem(PlugResult result) {
    PlugFailure failure = result.failure();
    return failure == null ? "" : failure.message();
  }
}
