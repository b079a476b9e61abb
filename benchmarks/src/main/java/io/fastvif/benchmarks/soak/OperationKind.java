package io.fastvif.benchmarks.soak;

import io.fastvif.engine.Outcome;
import java.util.Set;
import java.util.stream.Collectors;

/** What is asked of the engine, and how that must end if nobody races with it. */
enum OperationKind {
  /** Plug a VIF that is not plugged. */
  PLUG("plug", Outcome.PLUGGED),
  /** Plug a VIF that is plugged so already. */
  REPLUG("re-plug", Outcome.UNCHANGED),
  /** Plug a VIF whose device somebody has changed. */
  REPAIR("repair", Outcome.PLUGGED),
  /** Plug a plugged VIF with another MTU, or onto another bridge. */
  CHANGE("change", Outcome.PLUGGED),
  /** Plug a VIF whose device somebody has renamed: how that ends is not looked at. */
  PLUG_RENAMED("plug renamed", Outcome.PLUGGED, Outcome.UNCHANGED, Outcome.FAILED),
  /** The plan of the plug before, once more: it may find nothing to do. */
  PLUG_TWICE("plug twice", Outcome.PLUGGED, Outcome.UNCHANGED),
  /** Unplug a VIF that is plugged. */
  UNPLUG("unplug", Outcome.UNPLUGGED),
  /** Unplug a VIF that is not plugged. */
  UNPLUG_GONE("unplug gone", Outcome.UNCHANGED),
  /** The plan of the unplug before, once more. */
  UNPLUG_TWICE("unplug twice", Outcome.UNCHANGED),
  /** Unplug a VIF of which nothing is known. */
  UNPLUG_UNKNOWN("unplug unknown", Outcome.UNPLUGGED, Outcome.UNCHANGED),
  /** Plug with an MTU that no device takes. */
  FAIL_MTU("fail: MTU", Outcome.FAILED),
  /** Plug onto a bridge that does not exist. */
  FAIL_NO_BRIDGE("fail: no such bridge", Outcome.FAILED),
  /** Plug onto a link that is no bridge. */
  FAIL_NOT_A_BRIDGE("fail: not a bridge", Outcome.FAILED),
  /** Plug under the name of a device that is somebody else's. */
  FAIL_NAME_TAKEN("fail: name taken", Outcome.FAILED),
  /** Fail on a bridge that the same plan makes, which must go again. */
  FAIL_NEW_BRIDGE("fail: on a new bridge", Outcome.FAILED),
  /** Fail in a message that also has a setting which the kernel has taken by then. */
  FAIL_HALF_WAY("fail: half-way", Outcome.FAILED),
  /** Plug onto a bridge without a free port. */
  FAIL_BRIDGE_FULL("fail: bridge full", Outcome.FAILED),
  /** Unplug a VIF whose device cannot be deleted. */
  FAIL_UNDELETABLE("fail: undeletable", Outcome.FAILED),
  /** A plan without steps: it ends after what was submitted for the VIF before. */
  BARRIER("barrier", Outcome.UNCHANGED);

  private final String text;

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<Outcome> expected;

  OperationKind(String text, Outcome... expected) {
    this.text = text;
    this.expected = Set.of(expected);
  }

  boolean mayEnd(Outcome outcome) {
    return expected.contains(outcome);
  }

  /** How it may end, for people. */
  String expectation() {
    return expected.stream()
        .sorted()
        .map(Outcome::name)
        .collect(Collectors.joining(" or ", text + " -> ", ""));
  }

  boolean isFailing() {
    return expected.equals(Set.of(Outcome.FAILED));
  }

  /** In which histogram its latency goes. */
  LatencyClass latencyClass() {
    if (isFailing()) {
      return LatencyClass.FAILING;
    }
    return switch (this) {
      case PLUG, CHANGE, REPAIR, PLUG_RENAMED -> LatencyClass.PLUG;
      case UNPLUG, UNPLUG_UNKNOWN -> LatencyClass.UNPLUG;
      default -> LatencyClass.NOTHING_TO_DO;
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
