package io.fastvif.agent.keeper;

import io.fastvif.VifOperation;
import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.VifState;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Unplugs a VIF: marks it on disk, then unplugs it, then removes it from the disk. One that nobody
 * declared is only unplugged.
 */
final class UnplugTurn implements Turn {
  private final Keeping keeping;
  private final VifOperation ofUndeclared;
  private final CompletableFuture<PlugResult> answer;
  private boolean wasDeclared;

  /**
   * @param ofUndeclared unplugs it if it was not declared; null if there is nothing to do then
   * @param answer null if nobody waits
   */
  UnplugTurn(Keeping keeping, VifOperation ofUndeclared, CompletableFuture<PlugResult> answer) {
    this.keeping = keeping;
    this.ofUndeclared = ofUndeclared;
    this.answer = answer;
  }

  @Override
  public CompletableFuture<PlugResult> answer() {
    return answer;
  }

  @Override
  public CompletableFuture<PlugResult> begin(KeptEntry vif) {
    if (vif.declared() == null) {
      return ofUndeclared == null
          ? CompletableFuture.completedFuture(null)
          : keeping.submit(ofUndeclared).thenApply(result -> told(vif, result));
    }
    if (answer != null) {
      vif.pauses().reset();
    }
    wasDeclared = true;
    Standing before = vif.standing();
    boolean wasToUnplug = vif.isToUnplug();
    boolean isMarked = vif.isToUnplug() && vif.isSaved();
    vif.declare(vif.declared(), true);
    vif.enter(VifState.UNPLUGGING, "");
    CompletableFuture<Throwable> marked =
        isMarked
            ? CompletableFuture.completedFuture(null)
            : keeping.written(keeping.store().mark(vif.id()));
    return marked.thenCompose(
        unwritten ->
            unwritten == null ? unplug(vif) : notMarked(vif, before, wasToUnplug, unwritten));
  }

  /** Nothing was touched; the disk is brought back to say so too. */
  private CompletableFuture<PlugResult> notMarked(
      KeptEntry vif, Standing before, boolean wasToUnplug, Throwable unwritten) {
    vif.declare(before.declared(), wasToUnplug);
    vif.enter(before.state(), before.problem());
    return new SavedState(keeping)
        .restore(vif, true)
        .thenApply(unsaved -> told(vif, StoreFailure.result(vif.id(), unwritten, List.of())));
  }

  private CompletableFuture<PlugResult> unplug(KeptEntry vif) {
    return unplugAll(vif)
        .thenCompose(
            result -> {
              if (Keeping.isDone(result)) {
                return forget(vif, result);
              }
              vif.enter(VifState.UNPLUGGING, Keeping.problem(result));
              return CompletableFuture.completedFuture(told(vif, result));
            });
  }

  /**
   * By its fields, and what the host may have of another declaration by its id; by its id alone if
   * its fields are not what can be planned, or its plugin is not installed any more.
   */
  private CompletableFuture<PlugResult> unplugAll(KeptEntry vif) {
    return keeping
        .submit(vif.declared().unplug())
        .thenCompose(
            result -> {
              boolean isById =
                  Keeping.isDone(result)
                      ? vif.declared().isChanging()
                      : result.failure().wrongInput() != null;
              return isById
                  ? keeping.submit(VifOperation.unplug(vif.id()))
                  : CompletableFuture.completedFuture(result);
            });
  }

  private CompletableFuture<PlugResult> forget(KeptEntry vif, PlugResult result) {
    return keeping
        .written(keeping.store().remove(vif.id()))
        .thenApply(
            unwritten -> {
              if (unwritten == null) {
                vif.declare(null, false);
                vif.saved(true);
                return told(vif, result);
              }
              PlugResult failed = StoreFailure.result(vif.id(), unwritten, List.of());
              vif.enter(VifState.UNPLUGGING, Keeping.problem(failed));
              return told(vif, failed);
            });
  }

  private PlugResult told(KeptEntry vif, PlugResult result) {
    boolean isAsked = answer != null;
    KeeperCounters counters = keeping.counters();
    if (Keeping.isDone(result)) {
      if (isAsked) {
        counters.unplugs.increment();
      }
      if (result.outcome() != Outcome.UNCHANGED || wasDeclared) {
        keeping.events().publish(AgentEvent.Kind.UNPLUGGED, vif.id(), "");
      }
    } else {
      (isAsked ? counters.failures : counters.repairFailures).increment();
      AgentEvent.Kind kind = isAsked ? AgentEvent.Kind.FAILED : AgentEvent.Kind.REPAIR_FAILED;
      keeping.events().publish(kind, vif.id(), Keeping.problem(result));
    }
    return result;
  }
}
