package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.VifOperation;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Action;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Submits operations to a host from several threads and measures how long each takes. */
final class BatchRun {
  private static final int PROGRESS_MILLIS = 100;

  private final CountDownLatch left;
  private volatile PlugFailure failure;

  private BatchRun(int operations) {
    left = new CountDownLatch(operations);
  }

  /**
   * Carries out all operations, which are of one kind and the host's first of it.
   *
   * @throws IOException if one of them fails
   */
  static Measurement execute(
      VifHost host, List<VifOperation> operations, int threads, String work, Progress progress)
      throws IOException, InterruptedException {
    BatchRun run = new BatchRun(operations.size());
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
                      var unused = host.submit(operations.get(i)).thenAccept(run::ended);
                    }
                  });
    }
    while (!run.left.await(PROGRESS_MILLIS, TimeUnit.MILLISECONDS)) {
      progress.show(work, operations.size() - (int) run.left.getCount(), operations.size());
    }
    long nanos = System.nanoTime() - start;
    for (Thread submitter : submitters) {
      submitter.join();
    }
    progress.end(work, operations.size());
    if (run.failure != null) {
      throw new IOException(run.failure.message());
    }
    Action action = operations.getFirst().action();
    Histogram latency = host.statistics().latencies().get(action);
    return new Measurement(operations.size(), nanos, latency);
  }

  private void ended(PlugResult result) {
    if (result.failure() != null) {
      failure = result.failure();
    }
    left.countDown();
  }
}
