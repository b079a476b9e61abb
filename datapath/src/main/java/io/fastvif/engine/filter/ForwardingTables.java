package io.fastvif.engine.filter;

import io.fastvif.netlink.netfilter.NftChain;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.netlink.netfilter.NftTable;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.ForwardingRule;
import io.fastvif.plan.ForwardingStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the kernel has of the rules on what is forwarded, as it was at one generation.
 *
 * <p>The rules are where iptables-nft's are, because a packet that one base chain accepts can still
 * be dropped by another: in the table {@code filter}, whose chain FORWARD jumps to {@code
 * fastvif-FORWARD}. Each has {@code fastvif:} and its bridge's name as its comment; iptables shows
 * it, and keeps it as a match of its own when it writes its table anew. Which VIFs want a bridge's
 * rules is kept in a table that no packet comes through, as rules that name the bridge and have
 * {@code fastvif:} and the VIF's id as their comment. One batch changes both.
 *
 * @param generation the ruleset's
 * @param table iptables' table filter
 * @param forward its chain FORWARD
 * @param forwardRules that chain's rules
 * @param chain fastvif's chain
 * @param rules that chain's rules, also those of others
 * @param own the table of the VIFs
 * @param marks that table's rules
 */
public record ForwardingTables(
    int generation,
    Optional<NftTable> table,
    Optional<NftChain> forward,
    List<NftRule> forwardRules,
    Optional<NftChain> chain,
    List<OwnRule> rules,
    Optional<NftTable> own,
    List<OwnRule> marks) {
  /** iptables' names. */
  static final String TABLE = "filter";

  static final String FORWARD = "FORWARD";
  static final String CHAIN = ForwardingStep.CHAIN;

  /** The table of the VIFs and its chain. */
  static final String OWN_TABLE = "fastvif";

  static final String VIFS = "vifs";

  /** The comment of what fastvif made for all bridges: tables, chains, and the jump to its own. */
  static final String COMMENT = Aliases.of(FORWARD);

  /** Reads them. */
  public static ForwardingTables read(NftExchange kernel) {
    int generation = kernel.generation();
    Optional<NftTable> table = kernel.table(TABLE);
    Optional<NftChain> forward = table.isEmpty() ? Optional.empty() : kernel.chain(TABLE, FORWARD);
    Optional<NftChain> chain = table.isEmpty() ? Optional.empty() : kernel.chain(TABLE, CHAIN);
    Optional<NftTable> own = kernel.table(OWN_TABLE);
    return new ForwardingTables(
        generation,
        table,
        forward,
        forward.isEmpty() ? List.of() : kernel.rules(TABLE, FORWARD),
        chain,
        chain.isEmpty() ? List.of() : OwnRule.of(kernel.rules(TABLE, CHAIN)),
        own,
        own.isEmpty() ? List.of() : OwnRule.of(kernel.rules(OWN_TABLE, VIFS)));
  }

  /** The rules of FORWARD that jump to fastvif's chain. */
  List<NftRule> jumps() {
    return forwardRules.stream().filter(ForwardingTables::isJump).toList();
  }

  static boolean isJump(NftRule rule) {
    return rule.comment().equals(COMMENT)
        && ForwardingRules.read(rule)
            .filter(read -> read.equals(new ForwardingRule("", "", CHAIN)))
            .isPresent();
  }

  /** The rules of each bridge as the kernel has them, in order. */
  Map<String, List<OwnRule>> byBridge() {
    Map<String, List<OwnRule>> bridges = new LinkedHashMap<>();
    for (OwnRule rule : rules) {
      if (rule.isOwn()) {
        bridges.computeIfAbsent(rule.owner(), name -> new ArrayList<>()).add(rule);
      }
    }
    return bridges;
  }
}
