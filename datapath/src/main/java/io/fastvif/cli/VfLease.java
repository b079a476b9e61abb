package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.lease.VfPool;
import io.fastvif.lease.VfUse;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlugPlan;
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
    try (VifHost opened = Engines.open(arguments)) {
      end.whenAsked(opened::stopBeginning);
      if (arguments.has(VfCommand.RELEASE)) {
        VfPool pool = pool(opened, words.getFirst());
        Optional<VfUse> held = pool.heldBy(holder);
        if (held.isEmpty()) {
          return Fastvif.DONE; // it was given back before
        }
        PlugPlan plan = pool.release(held.get(), arguments.has(VfCommand.FORCE));
        return VfResults.run(opened, plan, json, out, err);
      }
      for (int i = 1; ; i++) {
        VfPool pool = pool(opened, words.getFirst());
        VfUse use = pool.heldBy(holder).or(pool::free).orElseThrow(() -> full(pool));
        PlugResult result = VfResults.execute(opened, pool.lease(use, holder));
        if (i == ATTEMPTS
            || result.outcome() != Outcome.FAILED
            || !wasLost(use, pool(opened, words.getFirst()))) {
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

  private static VfPool pool(VifHost opened, String word) {
    HostSnapshot host = opened.snapshot();
    PhysicalFunctionState physical = PhysicalFunctions.find(host, word);
    return VfPool.of(host, physical.address());
  }

  /**
   * Whether another process has got a function meanwhile.
   *
   * @param wanted the function as it was when it was chosen
   * @param now who has what since
   */
  private static boolean wasLost(VfUse wanted, VfPool now) {
    return wanted.lease() == null
        && now.uses().stream()
            .anyMatch(
                use ->
                    use.function().address().equals(wanted.function().address())
                        && use.lease() != null);
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
