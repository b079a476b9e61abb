package io.fastvif.engine.filter;

import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.ForwardingRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A rule of fastvif's chains, which others' may be in too, and what it says: found out once,
 * because there may be hundreds and a plug is about one of them.
 *
 * @param rule as the kernel has it
 * @param owner what its comment says that it is of, a bridge or a VIF; empty for others' rules
 * @param words empty if it does more than a forwarding rule can say
 */
record OwnRule(NftRule rule, String owner, Optional<ForwardingRule> words) {
  private static final ForwardingRule UNREADABLE = new ForwardingRule("", "", "");

  static OwnRule of(NftRule rule) {
    return new OwnRule(rule, Aliases.vifId(rule.comment()).orElse(""), ForwardingRules.read(rule));
  }

  /** The same of each. */
  static List<OwnRule> of(List<NftRule> rules) {
    return rules.stream().map(OwnRule::of).toList();
  }

  /** Its number in its table. */
  long handle() {
    return rule.handle();
  }

  /** Whether fastvif has made it. */
  boolean isOwn() {
    return !owner.isEmpty();
  }

  /** What they say; a rule that somebody has changed is none. */
  static List<ForwardingRule> inWords(List<OwnRule> rules) {
    List<ForwardingRule> all = new ArrayList<>(rules.size());
    for (OwnRule rule : rules) {
      all.add(rule.words.orElse(UNREADABLE));
    }
    return List.copyOf(all);
  }

  /** The bridge whose rules a VIF wants by this rule of the VIFs' chain; empty if it says none. */
  String markedBridge() {
    return isOwn() && words.isPresent() ? words.get().in() : "";
  }
}
