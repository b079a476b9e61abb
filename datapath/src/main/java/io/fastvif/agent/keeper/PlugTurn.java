package io.fastvif.agent.keeper;

import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.VifState;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Plugs a VIF as a caller has declared it. Host and disk work at the same time; if one of them
 * fails, the other goes back to what was declared before.
 */
final class PlugTurn implements Turn {
  private final Keeping keeping;
  private final Declaration wanted;
  private final CompletableFuture<PlugResult> answer = new CompletableFuture<>();
  private Declaration before;
  private boolean wasToUnplug;
  private boolean isKept;

  PlugTurn(Keeping keeping, Declaration wanted) {
    this.keeping = keeping;
    this.wanted = wanted;
  }

  @Override
  public CompletableFuture<PlugResult> answer() {
    return answer;
  }

  @Override
  public CompletableFuture<PlugResult> begin(KeptEntry vif) {
    before = vif.declared();
    wasToUnplug = vif.isToUnplug();
    isKept = vif.isToPlug() && vif.isSaved() && wanted.isSameAs(before);
    vif.pauses().reset();
    if (isKept) {
      return new DeviceRecovery(keeping)
          .unchanged(vif, wanted)
          .thenCompose(
              unchanged ->
                  unchanged.isPresent()
                      ? CompletableFuture.completedFuture(unchanged.get())
                      : bringBack(vif))
          .thenCompose(result -> ended(vif, result, null));
    }
    vif.declare(wanted.changing(before != null), false);
    vif.enter(VifState.PLUGGING, "");
    StoreChange.Put put = keeping.store().put(vif.declared());
    return keeping
        .written(put.written())
        .thenCompose(
            unwritten ->
                unwritten == null
                    ? plug(vif, put)
                    : ended(vif, StoreFailure.result(vif.id(), unwritten, List.of()), unwritten));
  }

  private CompletableFuture<PlugResult> bringBack(KeptEntry vif) {
    return new DeviceRecovery(keeping).recover(vif).thenCompose(recovered -> plugInPlaceOf(before));
  }

  /** Now that the next agent would know of it. */
  private CompletableFuture<PlugResult> plug(KeptEntry vif, StoreChange.Put put) {
    CompletableFuture<PlugResult> plugged = plugInPlaceOf(before);
    return keeping
        .written(put.done())
        .thenCompose(unwritten -> plugged.thenCompose(result -> ended(vif, result, unwritten)));
  }

  private CompletableFuture<PlugResult> plugInPlaceOf(Declaration earlier) {
    Replacement replacement = new Replacement(keeping);
    if (earlier != null && earlier.isChanging()) { // the host may have what was before that
      return replacement.plugAnew(wanted);
    }
    return replacement.plug(wanted, isKept ? null : earlier);
  }

  private CompletableFuture<PlugResult> ended(
      KeptEntry vif, PlugResult result, Throwable unwritten) {
    if (Keeping.isDone(result) && unwritten == null) {
      plugged(vif, result);
      return new SavedState(keeping).settle(vif).thenApply(settled -> result);
    }
    keeping.counters().failures.increment();
    if (isKept) { // it stays declared, and is tried again
      vif.enter(VifState.FAILED, Keeping.problem(result));
      keeping.events().publish(AgentEvent.Kind.FAILED, vif.id(), Keeping.problem(result));
      return CompletableFuture.completedFuture(result);
    }
    vif.declare(before, wasToUnplug);
    return goBack(vif, result, unwritten)
        .thenApply(
            failed -> {
              keeping.events().publish(AgentEvent.Kind.FAILED, vif.id(), Keeping.problem(failed));
              return failed;
            });
  }

  private void plugged(KeptEntry vif, PlugResult result) {
    vif.saved(true);
    vif.plugged(result.plan().devices());
    keeping.counters().plugs.increment();
    if (!isKept || result.outcome() != Outcome.UNCHANGED) {
      keeping.events().publish(AgentEvent.Kind.PLUGGED, vif.id(), String.join(", ", vif.devices()));
    }
  }

  /** Brings disk and host to what was declared before, and says what failed. */
  private CompletableFuture<PlugResult> goBack(
      KeptEntry vif, PlugResult result, Throwable unwritten) {
    CompletableFuture<Throwable> restored =
        unwritten instanceof UnwrittenException
            ? CompletableFuture.completedFuture(null) // the disk has what was before
            : new SavedState(keeping).restore(vif, unwritten != null);
    return hostAsBefore(result)
        .thenCombine(
            restored,
            (back, unsaved) -> {
              settle(vif, back);
              if (!Keeping.isDone(result)) {
                return result;
              }
              List<String> left =
                  Keeping.isDone(back)
                      ? List.of()
                      : List.of("what was plugged: " + Keeping.problem(back));
              return StoreFailure.result(vif.id(), unwritten, left);
            });
  }

  /** What failed has been undone by the engine, unless what was there before had to go first. */
  private CompletableFuture<PlugResult> hostAsBefore(PlugResult result) {
    if (before != null && !wasToUnplug) {
      return new Replacement(keeping).plug(before, Keeping.isDone(result) ? wanted : null);
    }
    return Keeping.isDone(result)
        ? keeping.submit(wanted.unplug())
        : CompletableFuture.completedFuture(result);
  }

  private void settle(KeptEntry vif, PlugResult back) {
    if (before == null) {
      return; // the entry goes when nobody waits for it
    }
    if (wasToUnplug) {
      vif.enter(VifState.UNPLUGGING, "is to be unplugged, and was not yet");
    } else if (Keeping.isDone(back)) {
      vif.plugged(back.plan().devices());
    } else {
      PlugFailure failure = back.failure();
      vif.enter(VifState.FAILED, failure.message());
    }
  }
}
