package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits for an operation, in which way ever, is woken. */
@Timeout(240)
class PlugCompletionTest {
  private static final int ROUNDS = 3000;
  private static final int WAITERS = 6;

  private static PlugCompletion completion(java.util.concurrent.Executor callbacks) {
    return new PlugCompletion(
        TestPlans.tap("vif", "tap-vif", 1450), callbacks, new EngineCounters());
  }

  /** As long as the operation itself goes on: nobody else wakes who joins. */
  @Test
  void whatDependsOnACancelledOperationDoesNotWaitForIt() throws Exception {
    PlugCompletion stage = completion(Runnable::run);
    CompletableFuture<Throwable> joined = new CompletableFuture<>();
    var unused =
        stage.whenComplete(
            (result, cancelled) -> {
              try {
                stage.join();
                joined.complete(null);
              } catch (CancellationException thrown) {
                joined.complete(thrown);
              }
            });
    Thread canceller = new Thread(() -> stage.cancel(true));
    canceller.setDaemon(true);
    canceller.start();
    assertEquals(CancellationException.class, joined.get(20, TimeUnit.SECONDS).getClass());
    assertThrows(CancellationException.class, () -> stage.get(0, TimeUnit.SECONDS));
  }

  @Test
  void nobodyIsForgotten() throws Exception {
    ExecutorService callbacks = Executors.newSingleThreadExecutor();
    ExecutorService threads = Executors.newFixedThreadPool(WAITERS + 2);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        PlugCompletion stage = completion(callbacks);
        AtomicInteger dependents = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int waiter = 0; waiter < WAITERS; waiter++) {
          int way = ThreadLocalRandom.current().nextInt(7);
          all.add(threads.submit(() -> wait(stage, way, dependents)));
        }
        boolean cancels = round % 5 == 0;
        if (cancels) {
          all.add(threads.submit(() -> stage.cancel(true)));
        }
        all.add(threads.submit(() -> stage.completed(Outcome.PLUGGED, null)));
        for (Future<?> one : all) {
          one.get(60, TimeUnit.SECONDS);
        }
        try {
          assertEquals(Outcome.PLUGGED, stage.get(60, TimeUnit.SECONDS).outcome());
        } catch (CancellationException cancelled) {
          assertTrue(cancels);
        }
      }
    } finally {
      threads.shutdownNow();
      callbacks.shutdownNow();
    }
  }

  private static Object wait(PlugCompletion stage, int way, AtomicInteger dependents)
      throws Exception {
    try {
      switch (way) {
        case 0 -> stage.join();
        case 1 -> stage.get();
        case 2 -> stage.get(1, TimeUnit.MINUTES);
        case 3 -> stage.get(10, TimeUnit.MICROSECONDS);
        case 4 -> stage.thenAccept(done -> dependents.incrementAndGet()).join();
        case 5 -> CompletableFuture.anyOf(stage, new CompletableFuture<>()).join();
        default -> {
          Thread.currentThread().interrupt();
          stage.get();
        }
      }
    } catch (TimeoutException | CancellationException | InterruptedException allowed) {
      return null;
    } catch (java.util.concurrent.CompletionException failed) {
      assertEquals(CancellationException.class, failed.getCause().getClass());
    }
    return null;
  }
}
