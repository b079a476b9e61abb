package io.fastvif.agent.keeper;

import io.fastvif.VifHost;
import io.fastvif.VifOperation;
import io.fastvif.bindings.FailureKind;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Hands operations to the host, and keeps those that its queue has no room for until it has: nobody
 * waits. Each VIF has one operation here at most, so that there is a bound to it. Used by the
 * keeper's thread.
 */
final class HostQueue {
  /** Between attempts while the queue is full of what others submit. */
  private static final Duration PAUSE = Duration.ofMillis(1);

  private final VifHost host;
  private final KeeperThread thread;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  /** Null while none is needed. */
  private Future<?> timer;

  private record Waiting(
      VifOperation operation, CompletableFuture<CompletableFuture<PlugResult>> taken) {}

  HostQueue(VifHost host, KeeperThread thread) {
    this.host = host;
    this.thread = thread;
  }

  /**
   * Submits an operation.
   *
   * @return completes on any thread, never exceptionally
   */
  CompletableFuture<PlugResult> submit(VifOperation operation) {
    if (waiting.isEmpty()) {
      Optional<CompletableFuture<PlugResult>> taken = offer(operation);
      if (taken.isPresent()) {
        return taken.get();
      }
    }
    Waiting one = new Waiting(operation, new CompletableFuture<>());
    waiting.add(one);
    tryLater();
    return one.taken.thenCompose(result -> result);
  }

  private Optional<CompletableFuture<PlugResult>> offer(VifOperation operation) {
    try {
      return host.offer(operation);
    } catch (IllegalStateException closed) {
      PlugFailure failure =
          new PlugFailure(
              operation.vifId(), "not begun", 0, closed.getMessage(), List.of(), FailureKind.OTHER);
      return Optional.of(
          CompletableFuture.completedFuture(
              new PlugResult(null, Outcome.FAILED, failure, List.of())));
    }
  }

  private void tryLater() {
    if (timer == null) {
      timer = thread.after(PAUSE, this::tryAgain);
    }
  }

  private void tryAgain() {
    timer = null;
    while (!waiting.isEmpty()) {
      Waiting first = waiting.peek();
      Optional<CompletableFuture<PlugResult>> taken = offer(first.operation);
      if (taken.isEmpty()) {
        tryLater();
        return;
      }
      waiting.remove();
      first.taken.complete(taken.get());
    }
  }
}
