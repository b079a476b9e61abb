package io.fastvif.agent.keeper;

import io.fastvif.VifOperation;
import io.fastvif.bindings.FailureKind;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Plugs a VIF of which the host may have something else. */
final class Replacement {
  private final Keeping keeping;

  Replacement(Keeping keeping) {
    this.keeping = keeping;
  }

  /**
   * Plugs a VIF. What the host has of an earlier declaration is unplugged before where it cannot
   * stay, or would be left over.
   *
   * @param earlier what the host may have; null if it has nothing, or the same
   * @return completes on the keeper's thread
   */
  CompletableFuture<PlugResult> plug(Declaration wanted, Declaration earlier) {
    if (earlier == null || earlier.isSameAs(wanted)) {
      return keeping.submit(wanted.plug());
    }
    return wanted.isElsewhereThan(earlier)
        ? elsewhere(wanted, earlier.unplug())
        : plug(wanted, earlier.unplug());
  }

  /** What cannot be plugged anyway must not cost the VIF what it has. */
  private CompletableFuture<PlugResult> elsewhere(Declaration wanted, VifOperation unplug) {
    return CompletableFuture.supplyAsync(
            () -> keeping.host().plan(List.of(wanted.plug())).getFirst(),
            keeping.thread().planner())
        .thenComposeAsync(
            planned ->
                planned.problem() == null || planned.problem().isUntilUnplugged()
                    ? after(wanted, unplug)
                    : CompletableFuture.completedFuture(refused(wanted.id(), planned.problem())),
            keeping.thread());
  }

  private static PlugResult refused(String vifId, InvalidInputException wrong) {
    PlugFailure failure =
        new PlugFailure(vifId, "plan", 0, wrong.getMessage(), List.of(), wrong, FailureKind.OTHER);
    return new PlugResult(null, Outcome.FAILED, failure, List.of());
  }

  /** The same where nobody knows any more what was declared earlier. */
  CompletableFuture<PlugResult> plugAnew(Declaration wanted) {
    return plug(wanted, VifOperation.unplug(wanted.id()));
  }

  /** Unplugs what the host has of a VIF, and plugs it. */
  CompletableFuture<PlugResult> replace(Declaration declared) {
    return after(declared, VifOperation.unplug(declared.id()));
  }

  private CompletableFuture<PlugResult> plug(Declaration wanted, VifOperation unplug) {
    return keeping
        .submit(wanted.plug())
        .thenCompose(
            result ->
                isInTheWay(result)
                    ? after(wanted, unplug)
                    : CompletableFuture.completedFuture(result));
  }

  private boolean isInTheWay(PlugResult result) {
    if (Keeping.isDone(result)) {
      return keeping.host().hasOutdatedDevices(result);
    }
    InvalidInputException wrong = result.failure().wrongInput();
    return wrong != null && wrong.isUntilUnplugged();
  }

  private CompletableFuture<PlugResult> after(Declaration wanted, VifOperation unplug) {
    return keeping
        .submit(unplug)
        .thenCompose(
            unplugged ->
                Keeping.isDone(unplugged)
                    ? keeping.submit(wanted.plug())
                    : CompletableFuture.completedFuture(unplugged));
  }
}
