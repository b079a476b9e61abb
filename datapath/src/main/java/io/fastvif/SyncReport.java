package io.fastvif;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import java.util.List;

/**
 * What bringing a host to a desired set did.
 *
 * @param results of the desired VIFs in their order, and then of the orphans that were unplugged
 * @param kept the ids of the orphans that were left as they are
 */
public record SyncReport(List<PlugResult> results, List<String> kept) {
  /** Copies the lists. */
  public SyncReport {
    results = List.copyOf(results);
    kept = List.copyOf(kept);
  }

  /** Whether the host was as desired already, and nothing was done. */
  public boolean isUnchanged() {
    return results.stream().allMatch(result -> result.outcome() == Outcome.UNCHANGED);
  }

  /** The operations that failed. */
  public List<PlugResult> failed() {
    return results.stream().filter(result -> result.outcome() == Outcome.FAILED).toList();
  }
}
