package io.fastvif.engine;

import io.fastvif.engine.kernel.DeletionLanes;
import io.fastvif.engine.kernel.RetiredBridges;
import io.fastvif.engine.side.FailureCause;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Ends the plans of an engine that can do nothing any more, not even undo. */
final class GivenUpPlans {
  /** Between looks at the kernel's answers to deletions. */
  private static final long PAUSE_NANOS = 500_000;

  private GivenUpPlans() {}

  /**
   * Waits for the deletions that the kernel has begun, whose sockets are in use until then, and
   * fails everything else as it is.
   */
  static void end(
      PlanExecution[] active,
      int activeCount,
      DeletionLanes deletions,
      RetiredBridges retired,
      Throwable reason,
      EngineName engine,
      Consumer<Throwable> errorHandler) {
    while (deletions.busy() > 0 || retired.isDeleting()) {
      if (deletions.collect() + retired.work(false) == 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    for (int i = 0; i < activeCount; i++) {
      active[i].giveUp(FailureCause.of(reason), engine, errorHandler);
    }
  }
}
