package io.fastvif.plan;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What planning knows of the rules that fastvif wrote on what is forwarded, and of those beside
 * them.
 *
 * @param isKnown whether the rules could be read, which takes CAP_NET_ADMIN; without it, everything
 *     else is empty
 * @param rules the rules of each bridge, in order
 * @param vifs the VIFs that want each bridge's rules
 * @param forward all rules of iptables' chain FORWARD, in order
 * @param isJumpedTo whether FORWARD jumps to fastvif's chain
 * @param legacyUse looks whether the table filter of iptables-legacy is in use beside, which hardly
 *     anybody wants to know
 */
public record FilterSnapshot(
    boolean isKnown,
    Map<String, List<ForwardingRule>> rules,
    Map<String, Set<String>> vifs,
    List<OtherRule> forward,
    boolean isJumpedTo,
    BooleanSupplier legacyUse) {

  /** Nothing is known. */
  public static final FilterSnapshot UNKNOWN =
      new FilterSnapshot(false, Map.of(), Map.of(), List.of(), false, () -> false);

  /** There is nothing. */
  public static final FilterSnapshot NONE =
      new FilterSnapshot(true, Map.of(), Map.of(), List.of(), false, () -> false);

  /**
   * A rule of FORWARD.
   *
   * @param line as {@code iptables-save -c} writes it
   * @param isWhole whether all of it could be said so; otherwise the line has its links, addresses,
   *     comment and target, as far as it has them
   */
  public record OtherRule(String line, boolean isWhole) {}

  /** Copies the collections. */
  public FilterSnapshot {
    rules = Map.copyOf(rules);
    vifs = Map.copyOf(vifs);
    forward = List.copyOf(forward);
  }

  /**
   * Whether the table filter of iptables-legacy is in use now: what is dropped there is dropped
   * whatever these rules say.
   */
  public boolean isLegacyUsed() {
    return legacyUse.getAsBoolean();
  }

  /** The bridges whose rules that VIF wants, sorted. */
  public List<String> bridgesOf(String vifId) {
    if (vifs.isEmpty()) {
      return List.of(); // as with nearly all plugs
    }
    return vifs.entrySet().stream()
        .filter(entry -> entry.getValue().contains(vifId))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** Whether nothing need be done for a bridge to have these rules for that VIF. */
  public boolean has(String vifId, String bridge, List<ForwardingRule> wanted) {
    return isKnown
        && isJumpedTo
        && wanted.equals(rules.get(bridge))
        && vifs.getOrDefault(bridge, Set.of()).contains(vifId);
  }
}
