package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every accepted offer is completed exactly once, and the benchmark would notice otherwise. */
class SubmitBenchmarkTest {
  private static final int OFFERS = 50_000;
  private static final int DEFAULT_QUEUE = 4096;

  private final PlugEngine engine = PlugEngine.builder().build();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void burstsAreCompletedOnce() {
    engine.start();
    Producer producer = new Producer(engine, "one");
    for (int burst = 0; burst < 20; burst++) {
      SubmitBenchmark.burst(producer);
      producer.await();
    }
    producer.check();
    assertEquals(20L * SubmitBenchmark.BURST, producer.offers());
  }

  @Test
  void fourProducersThatNeverStop() throws Exception {
    engine.start();
    List<Producer> producers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Void>> ends = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Producer producer = new Producer(engine, "producer-" + i);
        producers.add(producer);
        Callable<Void> offers =
            () -> {
              SubmitBenchmark.Refusals refusals = new SubmitBenchmark.Refusals();
              for (int offer = 0; offer < OFFERS; offer++) {
                SubmitBenchmark.untilAccepted(producer, refusals);
              }
              return null;
            };
        ends.add(threads.submit(offers));
      }
      for (Future<Void> end : ends) {
        end.get(60, TimeUnit.SECONDS);
      }
    }
    for (Producer producer : producers) {
      producer.check();
      assertEquals(OFFERS, producer.offers());
    }
  }

  @Test
  void refusedOfferIsNotCounted() {
    Producer producer = new Producer(engine, "one"); // the engine is not started: nothing is taken
    for (int i = 0; i < DEFAULT_QUEUE; i++) {
      assertTrue(producer.offer());
    }
    assertFalse(producer.offer());
    assertThrows(IllegalStateException.class, () -> SubmitBenchmark.burst(producer));
    engine.start();
    producer.check();
    assertEquals(DEFAULT_QUEUE, producer.offers());
  }

  @Test
  void lostDoubledAndFailedOperationsAreFound() {
    CountedOperation lost = CountedOperation.empty("lost");
    lost.accepted();
    assertFalse(lost.isDone());
    assertThrows(IllegalStateException.class, lost::check);

    CountedOperation doubled = CountedOperation.empty("doubled");
    doubled.accepted();
    doubled.completed(Outcome.UNCHANGED, null);
    doubled.check();
    doubled.completed(Outcome.UNCHANGED, null);
    assertThrows(IllegalStateException.class, doubled::check);

    CountedOperation failed = CountedOperation.empty("failed");
    failed.accepted();
    failed.completed(Outcome.FAILED, null);
    assertThrows(IllegalStateException.class, failed::check);
  }
}
