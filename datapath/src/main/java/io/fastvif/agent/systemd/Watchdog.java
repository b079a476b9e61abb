package io.fastvif.agent.systemd;

import io.fastvif.trace.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells the service manager at half of its interval that the process is alive, if it is: each of
 * its parts is asked first, and must have answered before the next time. A part that does not is
 * logged, and the manager told nothing, so that it does what it was configured to do.
 */
public final class Watchdog implements AutoCloseable {
  private final ServiceManager manager;
  private final Map<String, Supplier<CompletableFuture<Void>>> parts;
  private final long periodNanos;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Watchdog(
      ServiceManager manager,
      Duration interval,
      Map<String, Supplier<CompletableFuture<Void>>> parts) {
    this.manager = manager;
    this.parts = new LinkedHashMap<>(parts);
    periodNanos = Math.max(1, interval.toNanos() / 2);
    thread = Thread.ofPlatform().daemon().name("fastvif-watchdog").unstarted(this::run);
  }

  /**
   * Begins, if the manager wants to hear of the process; otherwise there is no thread, and nothing
   * wakes.
   *
   * @param parts asks a part, by its name: what it returns completes when the part has answered
   */
  public static Watchdog start(
      ServiceManager manager, Map<String, Supplier<CompletableFuture<Void>>> parts) {
    Watchdog watchdog = new Watchdog(manager, manager.watchdog().orElse(Duration.ZERO), parts);
    if (manager.watchdog().isPresent()) {
      watchdog.thread.start();
    }
    return watchdog;
  }

  private void run() {
    try {
      boolean ends = false;
      while (!ends) {
        long next = System.nanoTime() + periodNanos;
        check(next);
        ends = closing.await(Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void check(long deadline) throws InterruptedException {
    Map<String, CompletableFuture<?>> asked = new LinkedHashMap<>();
    List<String> silent = new ArrayList<>();
    parts.forEach((part, ask) -> asked.put(part, ask(ask)));
    for (Map.Entry<String, CompletableFuture<?>> part : asked.entrySet()) {
      String problem = problem(part.getValue(), deadline);
      if (problem != null) {
        silent.add(part.getKey() + problem);
      }
    }
    if (silent.isEmpty()) {
      manager.alive();
    } else if (closing.getCount() > 0) {
      Log.warning(
          Watchdog.class,
          "the service manager is not told that the agent is alive: " + String.join(", ", silent));
    }
  }

  private static CompletableFuture<?> ask(Supplier<CompletableFuture<Void>> ask) {
    try {
      return ask.get();
    } catch (RuntimeException | Error refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  /** Why the part is not alive; null if it has answered. */
  private static String problem(CompletableFuture<?> answer, long deadline)
      throws InterruptedException {
    try {
      answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      return null;
    } catch (java.util.concurrent.TimeoutException silent) {
      return " does not answer";
    } catch (java.util.concurrent.ExecutionException | CompletionException failed) {
      return " fails: " + failed.getCause();
    } catch (CancellationException cancelled) {
      return " has ended";
    }
  }

  /** Ends it; nothing more is told. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
