package io.fastvif.engine;

import io.fastvif.engine.side.HelperThreads;
import io.fastvif.engine.side.Worker;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsStay;
import io.fastvif.trace.Tracing;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The threads that the engines of a group share beside those that run them. They work in no
 * namespace of their own, and end when there is nothing for them.
 */
final class GroupThreads implements AutoCloseable {
  /** One that waits for Open vSwitch or reads a card holds up the others' plans no more. */
  static final int PLANNING = 4;

  /** How many of the kernel's waits for deletions may overlap, over all namespaces. */
  static final int DELETIONS = 16;

  private final ThreadPoolExecutor planning;
  private final ThreadPoolExecutor deletions;
  private final StepThreads slow;
  private final StepThreads looking;

  /**
   * @param factories make threads whose names begin so
   */
  GroupThreads(String prefix, Function<String, ThreadFactory> factories) {
    Function<String, ThreadFactory> threads =
        role -> inProcessNamespace(factories.apply(prefix + "-" + role + "-"));
    planning = pool(PLANNING, threads.apply("planning"));
    deletions = pool(DELETIONS, threads.apply("deletions"));
    slow = new StepThreads(StepThreads.SLOW, threads.apply("slow"));
    looking = new StepThreads(StepThreads.LOOKING, threads.apply("waits"));
  }

  /** Makes threads of the operating system's, which keep no process alive. */
  static ThreadFactory daemons(String prefix) {
    return Thread.ofPlatform().name(prefix, 1).daemon().factory();
  }

  private static ThreadPoolExecutor pool(int size, ThreadFactory factory) {
    return PoolThreads.pool(size, StepThreads.IDLE_SECONDS, TimeUnit.SECONDS, factory);
  }

  private static ThreadFactory inProcessNamespace(ThreadFactory factory) {
    return work ->
        factory.newThread(
            () -> {
              try {
                ProcessNamespace.enter();
              } finally {
                work.run(); // whatever has been thrown: the pool counts on the thread
              }
            });
  }

  /** The threads as one engine sees them, which works in that namespace. */
  HelperThreads of(Netns namespace) {
    return new Shared(namespace);
  }

  @Override
  public void close() {
    planning.shutdown();
    deletions.shutdown();
    slow.shutdown();
    looking.shutdown();
  }

  private final class Shared implements HelperThreads {
    private final Netns namespace;

    Shared(Netns namespace) {
      this.namespace = namespace;
    }

    @Override
    public Worker worker(String role, Runnable work) {
      return new SharedWorker(
          role.equals(PlanningThread.ROLE) ? planning : deletions, Tracing.carried(work));
    }

    @Override
    public void slow(Runnable step) {
      slow.execute(step, 0);
    }

    @Override
    public void look(Runnable look, long nanos) {
      looking.execute(look, nanos);
    }

    @Override
    public NetnsStay enter() {
      return NetnsStay.begin(namespace);
    }

    @Override
    public boolean areShared() {
      return true;
    }

    @Override
    public void close() {
      // they are the group's
    }
  }

  private record SharedWorker(Executor threads, Runnable work) implements Worker {
    @Override
    public void begin() {
      RunOnce once = new RunOnce(work);
      try {
        threads.execute(once);
      } catch (RuntimeException | Error noThread) {
        once.run(); // on the engine's thread, which then waits for it
      }
    }

    @Override
    public void close() {
      // nothing is under way, and nothing is its own
    }
  }
}
