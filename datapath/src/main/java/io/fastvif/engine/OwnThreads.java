package io.fastvif.engine;

import io.fastvif.engine.side.HelperThreads;
import io.fastvif.engine.side.Worker;
import io.fastvif.netns.NetnsStay;
import io.fastvif.trace.Tracing;

/** Threads of one engine, made by its own thread, and so in its network namespace. */
final class OwnThreads implements HelperThreads {
  private final String suffix;
  private final StepThreads slow;
  private final StepThreads looking;

  /**
   * @param suffix what the names of the threads end with: the namespace, or nothing
   */
  OwnThreads(String suffix) {
    this.suffix = suffix;
    slow = threads(StepThreads.SLOW, "slow");
    looking = threads(StepThreads.LOOKING, "waits");
  }

  private StepThreads threads(int count, String role) {
    return new StepThreads(count, GroupThreads.daemons("fastvif-" + role + suffix + "-"));
  }

  @Override
  public Worker worker(String role, Runnable work) {
    return new OwnWorker("fastvif-" + role + suffix, work);
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
    return null;
  }

  @Override
  public boolean areShared() {
    return false;
  }

  @Override
  public void close() {
    slow.shutdown();
    looking.shutdown();
  }

  /** A thread that waits for work. */
  private static final class OwnWorker implements Worker {
    private final Runnable work;
    private final ParkWhenIdle parking = new ParkWhenIdle(this::hasNothingToDo);
    private final Thread thread;
    private volatile boolean due;
    private volatile boolean closing;

    OwnWorker(String name, Runnable work) {
      this.work = Tracing.carried(work);
      thread = new Thread(this::run, name);
      thread.setDaemon(true);
      thread.start();
    }

    private boolean hasNothingToDo() {
      return !due && !closing;
    }

    private void run() {
      while (due || !closing) {
        int done = 0;
        if (due) {
          due = false; // before the work: its end is what lets the next begin
          work.run();
          done = 1;
        }
        parking.idle(done);
      }
    }

    @Override
    public void begin() {
      due = true;
      parking.wake();
    }

    @Override
    public void close() {
      closing = true;
      parking.wake();
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException later) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
