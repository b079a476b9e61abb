package io.fastvif.engine.filter;

import static io.fastvif.bindings.linux.linux_h.IPT_ICMP_PORT_UNREACHABLE;
import static io.fastvif.bindings.linux.linux_h.NFT_CMP_EQ;
import static io.fastvif.bindings.linux.linux_h.NFT_JUMP;
import static io.fastvif.bindings.linux.linux_h.NFT_META_IIFNAME;
import static io.fastvif.bindings.linux.linux_h.NFT_META_OIFNAME;
import static io.fastvif.bindings.linux.linux_h.NFT_RETURN;
import static io.fastvif.bindings.linux.linux_h.NF_ACCEPT;
import static io.fastvif.bindings.linux.linux_h.NF_DROP;

import io.fastvif.bindings.linux.ipt_reject_info;
import io.fastvif.bindings.linux.xt_log_info;
import io.fastvif.netlink.netfilter.IptablesLine;
import io.fastvif.netlink.netfilter.NftExpression;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.plan.ForwardingRule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Forwarding rules as nf_tables has them, both ways, in the form that iptables-nft writes. */
public final class ForwardingRules {
  private static final byte LOG_LEVEL_WARNING = 4; // iptables' default for LOG

  private ForwardingRules() {}

  /** Writes a rule to the end of a chain. */
  static void append(
      NftRequest request, String table, String chain, ForwardingRule rule, String comment) {
    request.rule(table, chain, 0, comment);
    if (!rule.in().isEmpty()) {
      request.link(NFT_META_IIFNAME, rule.in());
    }
    if (!rule.out().isEmpty()) {
      request.link(NFT_META_OIFNAME, rule.out());
    }
    request.counter();
    switch (rule.target()) {
      case "ACCEPT" -> request.verdict(NF_ACCEPT, "");
      case "DROP" -> request.verdict(NF_DROP, "");
      case "RETURN" -> request.verdict(NFT_RETURN, "");
      case "REJECT" -> request.target("REJECT", 0, rejection());
      case "LOG" -> request.target("LOG", 0, logging());
      default -> request.verdict(NFT_JUMP, rule.target());
    }
    request.end();
  }

  /** What iptables writes without {@code --reject-with}. */
  private static byte[] rejection() {
    ByteBuffer info =
        ByteBuffer.allocate((int) ipt_reject_info.sizeof()).order(ByteOrder.nativeOrder());
    return info.putInt((int) ipt_reject_info.with$offset(), IPT_ICMP_PORT_UNREACHABLE).array();
  }

  /** What iptables writes without {@code --log-level} and {@code --log-prefix}. */
  private static byte[] logging() {
    byte[] info = new byte[(int) xt_log_info.sizeof()];
    info[(int) xt_log_info.level$offset()] = LOG_LEVEL_WARNING;
    return info;
  }

  /** Reads a rule; empty if it does more than a forwarding rule can say. */
  public static Optional<ForwardingRule> read(NftRule rule) {
    String in = "";
    String out = "";
    String target = "";
    int key = -1;
    for (NftExpression expression : rule.expressions()) {
      switch (expression) {
        case NftExpression.Meta meta -> key = meta.key();
        case NftExpression.Compare compare -> {
          if (compare.operation() != NFT_CMP_EQ) {
            return Optional.empty();
          } else if (key == NFT_META_IIFNAME) {
            in = IptablesLine.linkName(compare);
          } else if (key == NFT_META_OIFNAME) {
            out = IptablesLine.linkName(compare);
          } else {
            return Optional.empty();
          }
        }
        case NftExpression.Counter counter -> {
          // counts only
        }
        case NftExpression.Match match -> {
          if (!match.name().equals("comment")) { // that is read already
            return Optional.empty();
          }
        }
        case NftExpression.Verdict verdict -> target = IptablesLine.target(verdict);
        case NftExpression.Target extension -> target = extension.name();
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new ForwardingRule(in, out, target));
  }
}
