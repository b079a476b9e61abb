package io.fastvif.cli;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.switchdev.pool.VfPool;
import io.fastvif.switchdev.pool.VfUse;
import io.fastvif.vif.InvalidInputException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** {@code vf lease}. */
final class VfLease {
  /** Each time another process was faster; more of them than this do not lease at once. */
  private static final int ATTEMPTS = 64;

  private VfLease() {}

  static int run(
      Arguments arguments, List<String> words, PrintWriter out, PrintWriter err, EndSignal end) {
    String holder = arguments.value(VfCommand.HOLDER);
    if (words.size() != 1 || holder == null || !isHolder(holder)) {
      throw WrongInputException.of(
          "vf lease: expected PF and --holder, an id of printable characters without spaces");
    }
    boolean json = arguments.has(VfCommand.JSON);
    try (PlugEngine engine = Engines.start(arguments)) {
      end.whenAsked(engine::stopBeginning);
      if (arguments.has(VfCommand.RELEASE)) {
        VfPool pool = pool(engine, words.getFirst());
        Optional<VfUse> held = pool.heldBy(holder);
        if (held.isEmpty()) {
          return Fastvif.DONE; // it was given back before
        }
        PlugPlan plan = pool.release(held.get(), arguments.has(VfCommand.FORCE));
        return VfResults.run(engine, plan, json, out, err);
      }
      for (int i = 1; ; i++) {
        VfPool pool = pool(engine, words.getFirst());
        VfUse use = pool.heldBy(holder).or(pool::free).orElseThrow(() -> full(pool));
        PlugResult result = VfResults.execute(engine, pool.lease(use, holder));
        if (i == ATTEMPTS || !wasLost(result)) {
          if (!json && result.outcome() != Outcome.FAILED) {
            out.println(use.function().address());
          }
          return VfResults.print(result, json, out, err);
        }
      }
    }
  }

  private static boolean isHolder(String holder) {
    return !holder.isEmpty() && holder.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  private static VfPool pool(PlugEngine engine, String word) {
    HostSnapshot host = engine.snapshot();
    PhysicalFunctionState physical = PhysicalFunctions.find(host, word);
    return VfPool.of(host, physical.address());
  }

  /** Whether another process has got the function meanwhile: the lease is the first step. */
  private static boolean wasLost(PlugResult result) {
    return result.outcome() == Outcome.FAILED
        && result.failure().step().startsWith("lease ")
        && result.failure().detail().contains(" is leased to ");
  }

  private static InvalidInputException full(VfPool pool) {
    int count = pool.uses().size();
    return InvalidInputException.ofValue(
        "PF",
        pool.physicalFunction().address().toString(),
        count == 0 ? "has no virtual functions" : "has " + count + " virtual functions, none free",
        "one with a free function");
  }
}
