package io.fastvif;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The second part of a sync: what could not be plugged, or not as desired, at once. */
final class PlugAgain {
  private final VifHost host;

  PlugAgain(VifHost host) {
    this.host = host;
  }

  /**
   * Plugs VIFs again of which the host has something else, which is unplugged with them before, and
   * those that were refused while others had what they want.
   *
   * @param desired in the order of their results
   * @param done the results of those and of orphans, to be brought up to date
   */
  void plug(List<PlugRequest> desired, List<PlugResult> done) {
    Set<Integer> unplugged = new HashSet<>();
    boolean isFreed =
        done.stream().anyMatch(result -> result.outcome() == Outcome.UNPLUGGED); // an orphan's
    while (true) {
      OutdatedDevices outdated = new OutdatedDevices(host.snapshot());
      List<Integer> again = new ArrayList<>();
      List<Integer> refused = new ArrayList<>();
      for (int i = 0; i < desired.size(); i++) {
        PlugResult result = done.get(i);
        if ((outdated.existFor(result) || isUntilUnplugged(result)) && unplugged.add(i)) {
          again.add(i);
        } else if (result.failure() != null && result.failure().wrongInput() != null) {
          refused.add(i);
        }
      }
      if (again.isEmpty() && (refused.isEmpty() || !isFreed)) {
        return;
      }
      isFreed = false;
      again.stream()
          .map(i -> host.unplug(done.get(i).vifId()))
          .toList()
          .forEach(result -> done.add(result.join()));
      again.addAll(refused);
      Map<Integer, CompletableFuture<PlugResult>> plugged = new LinkedHashMap<>();
      again.forEach(i -> plugged.put(i, host.plug(desired.get(i))));
      plugged.forEach((i, result) -> done.set(i, result.join()));
    }
  }

  private static boolean isUntilUnplugged(PlugResult result) {
    return result.failure() != null
        && result.failure().wrongInput() != null
        && result.failure().wrongInput().isUntilUnplugged();
  }
}
