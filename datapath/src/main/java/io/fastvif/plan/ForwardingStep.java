package io.fastvif.plan;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A change of the rules on what is forwarded from and to a bridge, which the bridge's VIFs share.
 * It names what is to be, not what is to be done: where that is so already, nothing is done.
 */
public sealed interface ForwardingStep extends Step {

  /** The chain of iptables' table filter that FORWARD jumps to for all such rules. */
  String CHAIN = "fastvif-FORWARD";

  /** The VIF that the step is done for. */
  String vifId();

  /** The bridge that the rules are about. */
  String bridge();

  /**
   * Gives a bridge its rules, in place of those that fastvif gave it before, and notes that the VIF
   * wants them. Equivalent to {@code iptables -I FORWARD -j fastvif-FORWARD} where that is missing,
   * and {@code iptables -A fastvif-FORWARD RULE} for each.
   *
   * @param rules in their order
   * @param top finds the rules of FORWARD that are to stay above these, in iptables-save's words;
   *     null for none
   */
  record EnsureForwarding(String vifId, String bridge, List<ForwardingRule> rules, Pattern top)
      implements ForwardingStep {
    /** Copies the list. */
    public EnsureForwarding {
      Objects.requireNonNull(vifId);
      Objects.requireNonNull(bridge);
      rules = List.copyOf(rules);
    }

    @Override
    public String toString() {
      return rules.stream()
          .map(rule -> "iptables -A " + CHAIN + " " + rule)
          .collect(Collectors.joining("; "));
    }
  }

  /**
   * Notes that a VIF does not want a bridge's rules any more, and deletes them after the last that
   * did. Equivalent to {@code iptables -D fastvif-FORWARD RULE} for each.
   *
   * @param former the rules that the bridge gets back if it keeps any, because a plug that changed
   *     them is undone; null if it keeps those that it has
   * @param formerVifs the VIFs that had the former rules; with any other than these about, the
   *     bridge keeps what it has
   */
  record ReleaseForwarding(
      String vifId, String bridge, List<ForwardingRule> former, Set<String> formerVifs)
      implements ForwardingStep {
    /** Copies the collections. */
    public ReleaseForwarding {
      Objects.requireNonNull(vifId);
      Objects.requireNonNull(bridge);
      former = former == null ? null : List.copyOf(former);
      formerVifs = Set.copyOf(formerVifs);
    }

    /** As unplugging does it. */
    public ReleaseForwarding(String vifId, String bridge) {
      this(vifId, bridge, null, Set.of());
    }

    @Override
    public String toString() {
      return "iptables -D "
          + CHAIN
          + ": the rules for "
          + bridge
          + (former == null
              ? " after its last VIF"
              : " after its last VIF, or back to "
                  + former.stream()
                      .map(ForwardingRule::toString)
                      .collect(Collectors.joining("; ")));
    }
  }
}
