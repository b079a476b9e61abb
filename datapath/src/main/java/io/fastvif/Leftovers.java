package io.fastvif;

import io.fastvif.engine.Planning;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plugin.BrokenOff;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.VifPlugins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Finds what plugs that were cut off have left half done, which no VIF's id leads to. */
final class Leftovers {
  private static final long PAUSE_NANOS = 10_000_000L;

  private Leftovers() {}

  /**
   * Finds what stays half done as long as a living process might need to go on with it. Returns at
   * once if there is nothing.
   *
   * @param snapshots gives the host as it is at each call
   * @param patience how long it has to stay the same
   */
  static List<BrokenOff> find(
      VifPlugins plugins, Supplier<HostSnapshot> snapshots, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    List<BrokenOff> left = new ArrayList<>(plugins.brokenOff(snapshots.get()));
    while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
      List<BrokenOff> now = plugins.brokenOff(snapshots.get());
      left.removeIf(one -> now.stream().noneMatch(one::isSame));
    }
    return left;
  }

  /** Ends it, if it is still there. The link's name stands for the VIF's id in the result. */
  static Planning end(VifPlugins plugins, BrokenOff left) {
    return (host, claims) -> {
      PlanBuilder plan = new PlanBuilder(left.link(), left.link(), host);
      plugins.brokenOff(host).stream()
          .filter(left::isSame)
          .findFirst()
          .ifPresent(found -> found.end().accept(plan));
      return plan.unplugged();
    };
  }
}
