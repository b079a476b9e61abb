package io.fastvif.agent.keeper;

import io.fastvif.trace.Log;
import java.util.concurrent.CompletableFuture;

/** Brings the disk to what is declared, after something else was written there, or might be. */
final class SavedState {
  private final Keeping keeping;

  SavedState(Keeping keeping) {
    this.keeping = keeping;
  }

  /**
   * Writes what the entry has.
   *
   * @param isBroken whether the disk has just refused something
   * @return completes on the keeper's thread, with what the disk has against it; null for nothing
   */
  CompletableFuture<Throwable> restore(KeptEntry vif, boolean isBroken) {
    vif.saved(false);
    return write(vif)
        .thenApply(
            unwritten -> {
              vif.saved(unwritten == null);
              if (unwritten != null && !isBroken) {
                Log.warning(
                    SavedState.class,
                    "VIF " + vif.id() + ": cannot be kept: " + StoreFailure.words(unwritten));
              }
              return unwritten;
            });
  }

  /** The host has nothing any more of what was declared before: says so on disk, if it has to. */
  CompletableFuture<Throwable> settle(KeptEntry vif) {
    if (vif.declared() == null || !vif.declared().isChanging()) {
      return CompletableFuture.completedFuture(null);
    }
    vif.declare(vif.declared().changing(false), vif.isToUnplug());
    return restore(vif, false);
  }

  private CompletableFuture<Throwable> write(KeptEntry vif) {
    if (vif.declared() == null) {
      return keeping.written(keeping.store().remove(vif.id()));
    }
    CompletableFuture<Throwable> put = keeping.written(keeping.store().put(vif.declared()).done());
    if (!vif.isToUnplug()) {
      return put;
    }
    return put.thenCompose(
        unwritten ->
            unwritten == null
                ? keeping.written(keeping.store().mark(vif.id()))
                : CompletableFuture.completedFuture(unwritten));
  }
}
