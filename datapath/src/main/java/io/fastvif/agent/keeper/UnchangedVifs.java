package io.fastvif.agent.keeper;

import io.fastvif.agent.VifState;
import io.fastvif.engine.PlugResult;
import java.util.List;
import java.util.Optional;

/**
 * Answers plugs of VIFs that are plugged as declared on their callers' threads, without a turn and
 * without a thread's being woken. Only while no turn is asked for: whoever has asked for something
 * before is served before, and what the answer counts on is not being changed.
 */
final class UnchangedVifs {
  private final Keeping keeping;
  private final KeptVifs vifs;

  UnchangedVifs(Keeping keeping, KeptVifs vifs) {
    this.keeping = keeping;
    this.vifs = vifs;
  }

  /**
   * What plugging a VIF comes to that changes neither host nor disk. Does not wait.
   *
   * @return empty if there is something to do, or may be: then it takes a turn
   */
  Optional<PlugResult> find(Declaration wanted) {
    long quiet = vifs.quietAfter();
    Optional<KeptEntry> vif = quiet < 0 ? Optional.empty() : vifs.entry(wanted.id());
    if (vif.isEmpty() || !isKept(vif.get(), wanted)) {
      return Optional.empty();
    }
    List<KnownDevice> known = vif.get().known();
    Optional<PlugResult> found =
        keeping
            .host()
            .unchangedAsKnown(wanted.plug(), host -> DeviceRecovery.isWhole(host, wanted, known))
            .filter(result -> result.plan().devices().equals(vif.get().standing().devices()));
    if (found.isPresent() && vifs.quietAfter() == quiet) {
      keeping.counters().plugs.increment();
      return found;
    }
    return Optional.empty();
  }

  /** Whether it is declared so, saved so, and plugged, without trouble of late. */
  private static boolean isKept(KeptEntry vif, Declaration wanted) {
    Standing standing = vif.standing();
    Declaration declared = standing.declared();
    return standing.state() == VifState.PLUGGED
        && standing.saved()
        && wanted.isSameAs(declared)
        && !declared.isChanging()
        && vif.pauses().areReset();
  }
}
