package io.fastvif.agent.keeper;

import io.fastvif.engine.PlugResult;
import java.util.concurrent.CompletableFuture;

/** Something to be done with a VIF when what was asked for before it has ended. */
interface Turn {

  /**
   * Begins, on the keeper's thread.
   *
   * @return completes on the keeper's thread
   */
  CompletableFuture<PlugResult> begin(KeptEntry vif);

  /** Completed with the result, after all that follows from it is known; null if nobody waits. */
  CompletableFuture<PlugResult> answer();
}
