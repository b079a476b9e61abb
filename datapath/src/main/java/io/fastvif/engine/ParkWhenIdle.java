package io.fastvif.engine;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;

/**
 * Spins for a moment and then parks until work is offered: no processor time while idle, and no
 * timer between an offer and its execution. While the thread is parked, another may take its part
 * ({@link #borrow}): the thread does not go on before that has given it back, so that what belongs
 * to the thread has one user at any time.
 */
final class ParkWhenIdle implements IdleStrategy {
  private static final int SPINS = 200;

  /** The thread looks for work, or does it. */
  private static final int RUNNING = 0;

  /** The same, and there is some that it may not have seen. */
  private static final int RUNNING_WOKEN = 1;

  private static final int PARKED = 2;

  /** The thread is parked, and another does its work. */
  private static final int BORROWED = 3;

  /** The same, and there is some that the other may not have seen. */
  private static final int BORROWED_WOKEN = 4;

  private final AtomicInteger state = new AtomicInteger(RUNNING);
  private final BooleanSupplier idle;
  private Thread thread;
  private int spins;

  /**
   * @param idle whether there is nothing to do; asked by the thread itself before it parks, which
   *     it then does not if it was woken since
   */
  ParkWhenIdle(BooleanSupplier idle) {
    this.idle = idle;
  }

  /** Wakes the thread if it is parked; called after the work has become visible. */
  void wake() {
    // An offer ends in a release store, which a later load may overtake: without the fence both
    // sides could miss each other.
    VarHandle.fullFence();
    while (true) {
      int seen = state.get();
      int next =
          switch (seen) {
            case RUNNING -> RUNNING_WOKEN;
            case BORROWED -> BORROWED_WOKEN;
            case PARKED -> RUNNING;
            default -> seen;
          };
      if (next == seen) {
        return;
      }
      if (state.compareAndSet(seen, next)) {
        if (seen == PARKED) {
          LockSupport.unpark(thread);
        }
        return;
      }
    }
  }

  /**
   * Takes the thread's part, if it is parked. What the thread did before is visible then.
   *
   * @return whether {@link #giveBack} must follow
   */
  boolean borrow() {
    return state.compareAndSet(PARKED, BORROWED);
  }

  /**
   * Gives the part back, and wakes the thread if it was to be woken meanwhile.
   *
   * @param isWorkLeft whether it is to be woken in any case
   */
  void giveBack(boolean isWorkLeft) {
    if (isWorkLeft || !state.compareAndSet(BORROWED, PARKED)) {
      state.set(RUNNING);
      LockSupport.unpark(thread);
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
    spins = 0;
    thread = Thread.currentThread();
    if (state.get() == RUNNING && idle.getAsBoolean() && state.compareAndSet(RUNNING, PARKED)) {
      awaitWork();
    } else {
      state.set(RUNNING);
      VarHandle.fullFence(); // what it was woken for is looked for after this, by acquiring loads
    }
  }

  private void awaitWork() {
    while (state.get() > RUNNING_WOKEN) {
      LockSupport.park(this);
      boolean unused = Thread.interrupted(); // ends nothing here, and park would not wait again
    }
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
