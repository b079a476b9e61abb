package io.fastvif.agent.keeper;

import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.VifState;
import io.fastvif.bindings.Errno;
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
  private final boolean looksFirst;

  /**
   * @param since when the difference was seen, by {@link System#nanoTime()}
   */
  RepairTurn(Keeping keeping, long since) {
    this(keeping, since, true);
  }

  /**
   * @param looksFirst whether the VIF may have a device that lacks its name or its mark
   */
  RepairTurn(Keeping keeping, long since, boolean looksFirst) {
    this.keeping = keeping;
    this.since = since;
    this.looksFirst = looksFirst;
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
    if (vif.declared().isChanging()) {
      return new Replacement(keeping)
          .plugAnew(vif.declared())
          .thenCompose(result -> ended(vif, result, false));
    }
    if (!looksFirst) {
      return keeping.submit(vif.declared().plug()).thenCompose(result -> ended(vif, result, false));
    }
    return new DeviceRecovery(keeping)
        .recover(vif)
        .thenCompose(recovered -> afterRecovery(vif, recovered));
  }

  /**
   * A device that the kernel gives no name back is replaced: the VIF is to have one. Where the name
   * is another link's it waits for that.
   *
   * @param recovered null if there was nothing to recover
   */
  private CompletableFuture<PlugResult> afterRecovery(KeptEntry vif, PlugResult recovered) {
    if (recovered == null || Keeping.isDone(recovered)) {
      return keeping
          .submit(vif.declared().plug())
          .thenCompose(result -> ended(vif, result, recovered != null));
    }
    return recovered.failure().errno() == Errno.EEXIST
        ? ended(vif, recovered, false)
        : new Replacement(keeping)
            .replace(vif.declared())
            .thenCompose(result -> ended(vif, result, false));
  }

  private CompletableFuture<PlugResult> failed(KeptEntry vif, PlugResult result, String inTheWay) {
    String problem = Keeping.problem(result) + (inTheWay.isEmpty() ? "" : "; " + inTheWay);
    vif.enter(VifState.FAILED, problem);
    keeping.counters().repairFailures.increment();
    keeping.events().publish(AgentEvent.Kind.REPAIR_FAILED, vif.id(), problem);
    return CompletableFuture.completedFuture(result);
  }

  private CompletableFuture<PlugResult> ended(
      KeptEntry vif, PlugResult result, boolean wasRecovered) {
    if (!Keeping.isDone(result)) {
      return new DeviceRecovery(keeping)
          .inTheWay(vif, result)
          .thenCompose(words -> failed(vif, result, words));
    }
    boolean wasWrong = vif.state() == VifState.DRIFTED || vif.state() == VifState.FAILED;
    vif.plugged(result.plan().devices());
    if (wasRecovered || result.outcome() != Outcome.UNCHANGED) {
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
