package io.fastvif.cli;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugOperation;
import io.fastvif.plan.PlugPlan;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Submits plans to an engine from several threads and measures how long each takes. */
final class BatchRun {
  private static final long GREATEST_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final int PROGRESS_MILLIS = 100;
  private static final long QUEUE_FULL_PAUSE_NANOS = 50_000;

  private final Histogram latency = new Histogram(GREATEST_NANOS, SIGNIFICANT_DIGITS);
  private final CountDownLatch left;
  private volatile PlugFailure failure;

  private BatchRun(int plans) {
    left = new CountDownLatch(plans);
  }

  /** One plan's way through the engine. Completed on the engine's thread, so nothing is shared. */
  private final class Timed implements PlugOperation {
    private final PlugPlan plan;
    private long submitted;

    Timed(PlugPlan plan) {
      this.plan = plan;
    }

    @Override
    public PlugPlan plan() {
      return plan;
    }

    @Override
    public void completed(Outcome outcome, PlugFailure reason) {
      latency.recordValue(Math.min(System.nanoTime() - submitted, GREATEST_NANOS));
      if (reason != null) {
        failure = reason;
      }
      left.countDown();
    }
  }

  /**
   * Executes all plans.
   *
   * @throws IOException if one of them fails
   */
  static Measurement execute(
      PlugEngine engine, List<PlugPlan> plans, int threads, String work, Progress progress)
      throws IOException, InterruptedException {
    BatchRun run = new BatchRun(plans.size());
    List<Timed> operations = plans.stream().map(plan -> run.new Timed(plan)).toList();
    Thread[] submitters = new Thread[threads];
    long start = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      int first = t;
      submitters[t] =
          Thread.ofPlatform()
              .name("submitter-" + t)
              .start(
                  () -> {
                    for (int i = first; i < operations.size(); i += threads) {
                      submit(engine, operations.get(i));
                    }
                  });
    }
    while (!run.left.await(PROGRESS_MILLIS, TimeUnit.MILLISECONDS)) {
      progress.show(work, plans.size() - (int) run.left.getCount(), plans.size());
    }
    long nanos = System.nanoTime() - start;
    for (Thread submitter : submitters) {
      submitter.join();
    }
    progress.end(work, plans.size());
    if (run.failure != null) {
      throw new IOException(run.failure.message());
    }
    return new Measurement(plans.size(), nanos, run.latency);
  }

  private static void submit(PlugEngine engine, Timed operation) {
    operation.submitted = System.nanoTime();
    while (!engine.offer(operation)) {
      LockSupport.parkNanos(QUEUE_FULL_PAUSE_NANOS);
    }
  }
}
