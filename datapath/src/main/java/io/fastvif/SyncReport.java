package io.fastvif;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import java.util.List;

/**
 * What bringing a host to a desired set did.
 *
 * @param results of the desired VIFs in their order, then of the orphans that were unplugged and of
 *     desired VIFs that had to be before they were plugged otherwise, and then of links that a
 *     killed process left half made, and bridges to which it left an uplink half moved, for VIFs
 *     whose ids nobody knows: they have the link's name for an id
 * @param kept the ids of the orphans that were left as they are
 * @param isOvsKnown false if the host uses Open vSwitch and its database did not answer: orphans
 *     that have nothing but ports there were not seen
 */
public record SyncReport(List<PlugResult> results, List<String> kept, boolean isOvsKnown) {
  /** Copies the lists. */
  public SyncReport {
    results = List.copyOf(results);
    kept = List.copyOf(kept);
  }

  /** Whether the host was as desired already, as far as it could be seen, and nothing was done. */
  public boolean isUnchanged() {
    return results.stream().allMatch(result -> result.outcome() == Outcome.UNCHANGED);
  }

  /** The operations that failed. */
  public List<PlugResult> failed() {
    return results.stream().filter(result -> result.outcome() == Outcome.FAILED).toList();
  }
}
