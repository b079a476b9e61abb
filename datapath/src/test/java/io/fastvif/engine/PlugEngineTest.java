package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.PlugPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class PlugEngineTest {
  private final FakeKernel kernel = new FakeKernel();

  private PlugEngineBuilder builder() {
    return PlugEngine.builder().transport(() -> kernel);
  }

  @Test
  void everySubmissionCompletesWithItsOwnResult() throws Exception {
    int threads = 4;
    int each = 500;
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    List<Thread> submitters = new ArrayList<>();
    try (PlugEngine engine = builder().queueCapacity(128).build().start()) {
      for (int t = 0; t < threads; t++) {
        int first = t * each;
        Thread submitter =
            new Thread(
                () -> {
                  for (int i = first; i < first + each; i++) {
                    PlugPlan plan = TestPlans.tap("vif" + i, "tap" + i, 1450);
                    Optional<CompletionStage<PlugResult>> stage = engine.submit(plan);
                    while (stage.isEmpty()) {
                      Thread.onSpinWait();
                      stage = engine.submit(plan);
                    }
                    synchronized (results) {
                      results.add(
                          stage
                              .get()
                              .toCompletableFuture()
                              .whenComplete((result, thrown) -> assertSame(plan, result.plan())));
                    }
                  }
                });
        submitters.add(submitter);
        submitter.start();
      }
      for (Thread submitter : submitters) {
        submitter.join();
      }
      assertEquals(threads * each, results.size());
      for (CompletableFuture<PlugResult> result : results) {
        assertEquals(Outcome.PLUGGED, result.get(60, TimeUnit.SECONDS).outcome());
      }
    }
    assertEquals(threads * each, kernel.links.size());
  }

  @Test
  void aFullQueueIsAReturnValue() {
    try (PlugEngine engine = builder().queueCapacity(2).build()) {
      assertTrue(engine.submit(TestPlans.tap("a", "a", 1450)).isPresent());
      assertTrue(engine.submit(TestPlans.tap("b", "b", 1450)).isPresent());
      assertTrue(engine.submit(TestPlans.tap("c", "c", 1450)).isEmpty());
      engine.start();
    }
  }

  @Test
  void operationsOnOneVifKeepTheirOrder() throws Exception {
    try (PlugEngine engine = builder().build()) {
      CompletableFuture<PlugResult> plugged =
          engine.submit(TestPlans.tap("vif", "tap0", 1450)).get().toCompletableFuture();
      CompletableFuture<PlugResult> unplugged =
          engine.submit(TestPlans.delete("vif", "tap0", 1, 0)).get().toCompletableFuture();
      CompletableFuture<PlugResult> again =
          engine.submit(TestPlans.tap("vif", "tap0", 1450)).get().toCompletableFuture();
      engine.start();
      assertEquals(Outcome.PLUGGED, plugged.get(60, TimeUnit.SECONDS).outcome());
      assertEquals(Outcome.UNPLUGGED, unplugged.get(60, TimeUnit.SECONDS).outcome());
      assertEquals(Outcome.PLUGGED, again.get(60, TimeUnit.SECONDS).outcome());
    }
  }

  @Test
  void closeFinishesWhatIsQueuedAndThenTakesNoMore() throws Exception {
    PlugEngine engine = builder().build();
    CompletableFuture<PlugResult> queued =
        engine.submit(TestPlans.tap("vif", "tap0", 1450)).get().toCompletableFuture();
    engine.start();
    assertTrue(engine.close(Duration.ofMinutes(1)));
    assertEquals(Outcome.PLUGGED, queued.get(1, TimeUnit.SECONDS).outcome());
    assertTrue(kernel.closed);
    assertThrows(IllegalStateException.class, () -> engine.submit(TestPlans.tap("b", "b", 1450)));
  }

  @Test
  void closeFailsWhatItsBoundDoesNotAllow() throws Exception {
    CountDownLatch inKernel = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    PlugEngine engine = builder().batchLimit(1).build().start();
    PlugPlan slow = TestPlans.tap("slow", "tap0", 1450);
    engine.offer(
        new PlugOperation() {
          @Override
          public PlugPlan plan() {
            return slow;
          }

          @Override
          public void completed(Outcome outcome, PlugFailure failure) {
            inKernel.countDown();
            try {
              release.await();
            } catch (InterruptedException interrupted) {
              Thread.currentThread().interrupt();
            }
          }
        });
    assertTrue(inKernel.await(60, TimeUnit.SECONDS));
    CompletableFuture<PlugResult> queued =
        engine.submit(TestPlans.tap("late", "tap1", 1450)).get().toCompletableFuture();
    assertFalse(engine.close(Duration.ZERO));
    release.countDown();
    PlugResult result = queued.get(60, TimeUnit.SECONDS);
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals("VIF late: not begun: the engine was closed before", result.failure().message());
  }

  @Test
  void everyAcceptedOperationIsAnsweredOnceAlsoWhenTheEngineCloses() throws Exception {
    int rounds = 200;
    for (int round = 0; round < rounds; round++) {
      PlugEngine engine = PlugEngine.builder().transport(FakeKernel::new).build().start();
      AtomicInteger accepted = new AtomicInteger();
      AtomicIntegerArray answers = new AtomicIntegerArray(1000);
      Thread submitter =
          new Thread(
              () -> {
                for (int i = 0; i < answers.length(); i++) {
                  int number = i;
                  PlugPlan plan = TestPlans.tap("vif" + i, "tap" + i, 1450);
                  try {
                    boolean taken =
                        engine.offer(
                            new PlugOperation() {
                              @Override
                              public PlugPlan plan() {
                                return plan;
                              }

                              @Override
                              public void completed(Outcome outcome, PlugFailure failure) {
                                answers.incrementAndGet(number);
                              }
                            });
                    if (taken) {
                      accepted.incrementAndGet();
                    }
                  } catch (IllegalStateException closed) {
                    return;
                  }
                }
              });
      submitter.start();
      assertTrue(engine.close(Duration.ofMinutes(1)));
      submitter.join();
      int answered = 0;
      for (int i = 0; i < answers.length(); i++) {
        assertTrue(answers.get(i) <= 1);
        answered += answers.get(i);
      }
      assertEquals(accepted.get(), answered);
    }
  }

  @Test
  void anEngineThatCannotStartSaysWhy() {
    PlugEngine engine =
        PlugEngine.builder()
            .transport(
                () -> {
                  throw new IllegalStateException("no namespace");
                })
            .build();
    assertEquals(
        "no namespace", assertThrows(IllegalStateException.class, engine::start).getMessage());
    engine.close();
  }

  @Test
  void anEngineWhoseStarterIsInterruptedEnds() throws Exception {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch opened = new CountDownLatch(1);
    PlugEngine engine =
        PlugEngine.builder()
            .transport(
                () -> {
                  opening.countDown();
                  try {
                    opened.await();
                  } catch (InterruptedException unexpected) {
                    throw new AssertionError(unexpected);
                  }
                  return kernel;
                })
            .build();
    Thread starter =
        new Thread(() -> assertThrows(IllegalStateException.class, () -> engine.start()));
    starter.start();
    assertTrue(opening.await(60, TimeUnit.SECONDS));
    starter.interrupt();
    starter.join();
    opened.countDown();
    assertTrue(engine.close(Duration.ofMinutes(1)));
    assertTrue(kernel.closed);
    assertThrows(IllegalStateException.class, () -> engine.submit(TestPlans.tap("a", "a", 1450)));
  }

  @Test
  void aCallersOwnThreadCanRunIt() throws Exception {
    PlugEngine engine = builder().callbacks(Runnable::run).build();
    CompletableFuture<PlugResult> result =
        engine.submit(TestPlans.tap("vif", "tap0", 1450)).get().toCompletableFuture();
    engine.onStart();
    while (!result.isDone()) {
      assertTrue(engine.doWork() > 0);
    }
    assertEquals(0, engine.doWork());
    engine.onClose();
    assertEquals(Outcome.PLUGGED, result.get(1, TimeUnit.SECONDS).outcome());
    assertTrue(kernel.closed);
  }
}
