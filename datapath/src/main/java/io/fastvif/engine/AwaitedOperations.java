package io.fastvif.engine;

import io.fastvif.plan.PlugPlan;
import io.fastvif.trace.Tracing;
import java.util.Optional;

/**
 * Carries out operations for callers that wait for them, on their own threads where that is
 * possible: while the engine's thread sleeps, the caller takes its part ({@link
 * ParkWhenIdle#borrow}) and gives it back with the result. That spares waking the engine's thread
 * and then the caller again, which on an idle machine may take as long as the kernel's work.
 *
 * <p>What a caller's thread does is what belongs to no thread: it plans from what is known, and
 * exchanges messages with the kernel. All else (undoing, deleting, Open vSwitch, what waits for
 * somebody, any thread that is to be made) it leaves to the engine's, which it then wakes. So is a
 * tap, if the caller is in another network namespace, because taps are made in the thread's own.
 * The price is that others' operations, which come in meanwhile, go on no faster than this thread.
 */
public final class AwaitedOperations {
  private final PlugEngine engine;

  /**
   * @param engine that carries them out
   */
  public AwaitedOperations(PlugEngine engine) {
    this.engine = engine;
  }

  /**
   * Carries out a plan, as {@link PlugEngine#submit(PlugPlan)} with a wait for the result, which an
   * interrupt does not end.
   *
   * @return empty if the queue is full: nothing was done, try again later
   * @throws IllegalStateException if the engine was not started, or is closed
   */
  public Optional<PlugResult> carryOut(PlugPlan plan) {
    return carryOut(new PlugCompletion(plan, engine.callbacks, engine.work.counters()));
  }

  /**
   * As {@link #carryOut(PlugPlan)}, of an operation that is planned when its turn has come.
   *
   * @param vifId the VIF that it is on
   */
  public Optional<PlugResult> carryOut(String vifId, Planning planning) {
    return carryOut(new PlugCompletion(vifId, planning, engine.callbacks, engine.work.counters()));
  }

  private Optional<PlugResult> carryOut(PlugCompletion operation) {
    engine.requireStarted();
    operation.announceWait(); // or another thread would be woken to complete it
    boolean mayBorrow = !Thread.currentThread().isVirtual();
    boolean isTaken =
        (mayBorrow && engine.parking.borrow()) ? workHere(operation) : engine.offer(operation);
    return isTaken ? Optional.of(operation.join()) : Optional.empty();
  }

  @SuppressWarnings("try") // it ends with the block
  private boolean workHere(PlugCompletion operation) {
    boolean isWorkLeft = true;
    try (Tracing.Scope scope = engine.scope()) {
      boolean isTaken = engine.work.workForCaller(operation);
      isWorkLeft = engine.work.isWorkLeft();
      return isTaken;
    } finally {
      engine.parking.giveBack(isWorkLeft);
    }
  }
}
