package io.fastvif.engine;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;

/**
 * Spins for a moment and then parks until work is offered: no processor time while idle, and no
 * timer between an offer and its execution.
 */
final class ParkWhenIdle implements IdleStrategy {
  private static final int SPINS = 200;

  private final AtomicReference<Thread> parked = new AtomicReference<>();
  private final BooleanSupplier idle;
  private int spins;

  /**
   * @param idle whether there is nothing to do; asked once more after the thread has announced that
   *     it parks, so that no offer is missed
   */
  ParkWhenIdle(BooleanSupplier idle) {
    this.idle = idle;
  }

  /** Wakes the thread if it is parked; called after the work has become visible. */
  void wake() {
    // An offer ends in a release store, which a later load may overtake: without the fence both
    // sides could miss each other.
    VarHandle.fullFence();
    if (parked.getOpaque() != null) {
      Thread thread = parked.getAndSet(null);
      if (thread != null) {
        LockSupport.unpark(thread);
      }
    }
  }

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      reset();
    } else {
      idle();
    }
  }

  @Override
  public void idle() {
    if (spins < SPINS) {
      spins++;
      Thread.onSpinWait();
      return;
    }
    parked.set(Thread.currentThread());
    if (idle.getAsBoolean()) {
      LockSupport.park(this);
    }
    parked.set(null);
    spins = 0;
  }

  @Override
  public void reset() {
    spins = 0;
  }

  @Override
  public String alias() {
    return "park-when-idle";
  }
}
