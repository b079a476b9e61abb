package io.fastvif.agent.keeper;

import io.fastvif.VifOperation;
import io.fastvif.agent.AgentEvent;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import java.util.concurrent.CompletableFuture;

/** Unplugs a VIF that nobody declared, unless somebody has by then. */
final class OrphanTurn implements Turn {
  private final Keeping keeping;
  private final CompletableFuture<PlugResult> answer = new CompletableFuture<>();

  OrphanTurn(Keeping keeping) {
    this.keeping = keeping;
  }

  @Override
  public CompletableFuture<PlugResult> answer() {
    return answer;
  }

  @Override
  public CompletableFuture<PlugResult> begin(KeptEntry vif) {
    if (vif.declared() != null) {
      return CompletableFuture.completedFuture(null);
    }
    return keeping.submit(VifOperation.unplug(vif.id())).thenApply(result -> told(vif, result));
  }

  private PlugResult told(KeptEntry vif, PlugResult result) {
    if (!Keeping.isDone(result)) {
      keeping.counters().repairFailures.increment();
      keeping.events().publish(AgentEvent.Kind.REPAIR_FAILED, vif.id(), Keeping.problem(result));
    } else if (result.outcome() != Outcome.UNCHANGED) {
      keeping
          .events()
          .publish(AgentEvent.Kind.UNPLUGGED, vif.id(), "nobody has declared it: an orphan");
    }
    return result;
  }
}
