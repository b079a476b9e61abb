package io.fastvif.agent.keeper;

import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.VifState;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import java.util.concurrent.CompletableFuture;

/**
 * Brings a VIF to what is declared, because it may not be so: after the start, after drift, after a
 * failure. The disk first, where it does not have what is declared.
 */
final class RepairTurn implements Turn {
  private final Keeping keeping;
  private final long since;

  /**
   * @param since when the difference was seen, by {@link System#nanoTime()}
   */
  RepairTurn(Keeping keeping, long since) {
    this.keeping = keeping;
    this.since = since;
  }

  @Override
  public CompletableFuture<PlugResult> answer() {
    return null;
  }

  @Override
  public CompletableFuture<PlugResult> begin(KeptEntry vif) {
    if (vif.isSaved()) {
      return bringBack(vif);
    }
    return new SavedState(keeping)
        .restore(vif, true)
        .thenCompose(
            unsaved -> unsaved == null ? bringBack(vif) : CompletableFuture.completedFuture(null));
  }

  private CompletableFuture<PlugResult> bringBack(KeptEntry vif) {
    if (vif.isToUnplug()) {
      return new UnplugTurn(keeping, null, null).begin(vif);
    }
    if (vif.declared() == null) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<PlugResult> plugged =
        vif.declared().isChanging()
            ? new Replacement(keeping).plugAnew(vif.declared())
            : keeping.submit(vif.declared().plug());
    return plugged.thenCompose(result -> ended(vif, result));
  }

  private CompletableFuture<PlugResult> ended(KeptEntry vif, PlugResult result) {
    if (!Keeping.isDone(result)) {
      vif.enter(VifState.FAILED, Keeping.problem(result));
      keeping.counters().repairFailures.increment();
      keeping.events().publish(AgentEvent.Kind.REPAIR_FAILED, vif.id(), Keeping.problem(result));
      return CompletableFuture.completedFuture(result);
    }
    boolean wasWrong = vif.state() == VifState.DRIFTED || vif.state() == VifState.FAILED;
    vif.plugged(result.plan().devices());
    if (result.outcome() != Outcome.UNCHANGED) {
      vif.repaired();
      keeping.counters().repaired(System.nanoTime() - since);
      tell(vif, String.join(", ", vif.devices()));
    } else if (wasWrong) {
      tell(vif, "by somebody else");
    }
    return new SavedState(keeping).settle(vif).thenApply(settled -> result);
  }

  private void tell(KeptEntry vif, String detail) {
    keeping.events().publish(AgentEvent.Kind.REPAIRED, vif.id(), detail);
  }
}
