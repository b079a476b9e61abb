package io.fastvif.benchmarks.soak;

import io.fastvif.bindings.Failure;
import io.fastvif.netns.Netns;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Closes the engine, whatever is queued, and starts another in the same namespace. */
final class EngineSupervisor implements AutoCloseable {
  private static final long ENDED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int[] BATCH_LIMITS = {32, 256, 512};
  private static final Duration[] BOUNDS = {
    Duration.ZERO, Duration.ofMillis(20), Duration.ofSeconds(5)
  };

  private final SoakEngine.Factory factory;
  private final Netns namespace;
  private final Violations violations;
  private final SplittableRandom random;
  private final LongAdder faults = new LongAdder();
  private SoakEngine current;
  private boolean closing;
  private long restarts;

  EngineSupervisor(SoakEngine.Factory factory, Netns namespace, Violations violations, long seed) {
    this.factory = factory;
    this.namespace = namespace;
    this.violations = violations;
    random = new SplittableRandom(seed);
    current = start();
  }

  private SoakEngine start() {
    int batchLimit = BATCH_LIMITS[random.nextInt(BATCH_LIMITS.length)];
    return factory.start(namespace, batchLimit, this::told);
  }

  /** The engine says that something outside an operation has failed. */
  private void told(Throwable thrown) {
    boolean theirs = thrown instanceof Failure failure && CallFaults.isTheirs(failure.errno());
    if (theirs && CallFaults.areEnabled()) {
      faults.increment();
    } else {
      violations.unexpected("the engine's thread", thrown);
    }
  }

  /** How often an engine has told of a failure outside an operation. */
  long faults() {
    return faults.sum();
  }

  /** The engine that runs; waits while there is none. */
  synchronized SoakEngine current() {
    boolean interrupted = false;
    while (closing) {
      try {
        wait();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return current;
  }

  /** Whether that engine is being closed, or was: it may refuse what it is asked. */
  synchronized boolean isClosed(SoakEngine engine) {
    return closing || engine != current;
  }

  /** Closes the engine, sometimes without the time to finish what is queued, and starts one. */
  void restart() {
    closeCurrent(BOUNDS[random.nextInt(BOUNDS.length)]);
    SoakEngine next = start();
    synchronized (this) {
      current = next;
      closing = false;
      restarts++;
      notifyAll();
    }
  }

  synchronized long restarts() {
    return restarts;
  }

  private void closeCurrent(Duration bound) {
    synchronized (this) {
      closing = true;
    }
    long deadline = System.nanoTime() + ENDED_WITHIN_NANOS;
    boolean ended = current.close(bound);
    while (!ended && System.nanoTime() < deadline) {
      ended = current.close(RETRY);
    }
    if (!ended) {
      violations.add(
          Violation.of(
              Violation.Rule.ENGINE, "close", "the engine's thread ends", "it runs after 60 s"));
    }
  }

  @Override
  public void close() {
    closeCurrent(Duration.ofSeconds(10));
    synchronized (this) {
      closing = false;
      notifyAll();
    }
  }
}
