package io.fastvif.plugin.bridge;

import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.ForwardingRule;
import io.fastvif.plan.ForwardingStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What may be forwarded from and to a bridge whose network does not filter traffic itself: the
 * rules that os-vif writes, by its options. They are for IPv4 only: os-vif's option {@code
 * use_ipv6} makes it write its empty chains for IPv6 too, and no rule.
 */
final class ForwardingPolicy {
  static final List<String> OPTIONS =
      List.of(
          "use_ipv6",
          "iptables_top_regex",
          "iptables_bottom_regex",
          "iptables_drop_action",
          "forward_bridge_interface");

  static final String INTERFACES = "forward_bridge_interface";

  private static final String DROP_ACTION = "iptables_drop_action";
  private static final String ALL = "all";
  private static final String ANY = "+"; // iptables' word for every link
  private static final String ACCEPT = "ACCEPT";
  private static final int MAX_CHAIN_NAME = 28; // XT_EXTENSION_MAXNAMELEN with its zero
  private static final int MAX_ID = 245; // what user data of 256 bytes leaves for it

  private final List<String> interfaces;
  private final String dropAction;
  private final Pattern top;
  private final Pattern bottom;

  ForwardingPolicy(PluginOptions options) {
    options.flag("use_ipv6", false);
    top = pattern(options, "iptables_top_regex");
    bottom = pattern(options, "iptables_bottom_regex");
    dropAction = options.text(DROP_ACTION, "DROP");
    if (!dropAction.matches("[^\\s!-][^\\s]*") || dropAction.length() > MAX_CHAIN_NAME) {
      throw options.invalid(
          DROP_ACTION,
          dropAction,
          "is no target",
          "ACCEPT, DROP, LOG, REJECT, RETURN, or a chain of iptables' table filter");
    }
    interfaces = new ArrayList<>();
    for (String name : options.texts(INTERFACES, List.of(ALL))) {
      if (!name.isEmpty()) {
        if (!isLinkName(name)) {
          throw options.invalid(
              INTERFACES, name, "is no name of a link", "all, or a name of at most 15 bytes");
        }
        interfaces.add(name.equals(ANY) ? "" : name);
      }
    }
  }

  private static Pattern pattern(PluginOptions options, String option) {
    String expression = options.text(option, "");
    try {
      return expression.isEmpty() ? null : Pattern.compile(expression);
    } catch (PatternSyntaxException wrong) {
      throw options.invalid(
          option,
          expression,
          "is not understood",
          "a regular expression: " + wrong.getDescription());
    }
  }

  /** Whether iptables takes it: a name, or the beginning of names with a plus sign behind. */
  private static boolean isLinkName(String name) {
    return name.equals(ALL)
        || name.equals(ANY)
        || (InterfaceName.isValid(name) && !name.startsWith("!"));
  }

  /**
   * The rules of a bridge, as os-vif writes them.
   *
   * @param forwards whether the host routes for the bridge; it does not for one on a VLAN
   */
  List<ForwardingRule> rules(String bridge, boolean forwards) {
    List<ForwardingRule> rules = new ArrayList<>();
    if (!forwards) {
      rules.add(new ForwardingRule(bridge, "", dropAction));
    } else if (interfaces.contains(ALL)) {
      rules.add(new ForwardingRule(bridge, "", ACCEPT));
      rules.add(new ForwardingRule("", bridge, ACCEPT));
    } else {
      for (String name : interfaces) {
        rules.add(new ForwardingRule(bridge, name, ACCEPT));
        rules.add(new ForwardingRule(name, bridge, ACCEPT));
      }
      rules.add(new ForwardingRule(bridge, bridge, ACCEPT));
      rules.add(new ForwardingRule(bridge, "", dropAction));
      rules.add(new ForwardingRule("", bridge, dropAction));
    }
    rules.add(new ForwardingRule("", bridge, dropAction));
    return rules;
  }

  /** Plans a bridge's rules, and those that the VIF wanted of other bridges away. */
  void ensure(PlanBuilder plan, String vifId, String bridge, boolean forwards) {
    if (bridge.endsWith(ANY)) {
      throw InvalidInputException.ofValue(
          "bridge_name",
          bridge,
          "has no filter rules",
          "a name without + at its end, which to iptables stands for all that begin so");
    }
    if (vifId.length() > MAX_ID) {
      throw InvalidInputException.ofValue(
          "id", vifId, "is too long for a rule's comment", "at most " + MAX_ID + " characters");
    }
    FilterSnapshot filters = plan.host().filters();
    release(plan, vifId, filters.bridgesOf(vifId).stream().filter(b -> !b.equals(bridge)).toList());
    List<ForwardingRule> rules = rules(bridge, forwards);
    if (!filters.has(vifId, bridge, rules)) {
      plan.add(
          PlannedStep.own(
              new ForwardingStep.EnsureForwarding(vifId, bridge, rules, top),
              undo(filters, vifId, bridge)));
    }
    if (!forwards) {
      plan.note(
          bridge
              + " is on a VLAN: nothing in IPv4 is forwarded from or to it, with"
              + " net.bridge.bridge-nf-call-iptables=1 not even between its own ports");
    }
    noteWhatStaysAsItIs(plan, filters);
  }

  /** What brings back the rules that there were. */
  private ForwardingStep undo(FilterSnapshot filters, String vifId, String bridge) {
    List<ForwardingRule> former = filters.rules().get(bridge);
    Set<String> formerVifs = filters.vifs().getOrDefault(bridge, Set.of());
    return former != null && formerVifs.contains(vifId)
        ? new ForwardingStep.EnsureForwarding(vifId, bridge, former, top)
        : new ForwardingStep.ReleaseForwarding(vifId, bridge, former, formerVifs);
  }

  /** Plans that a VIF does not want the rules of these bridges any more. */
  void release(PlanBuilder plan, String vifId, List<String> bridges) {
    FilterSnapshot filters = plan.host().filters();
    for (String bridge : bridges) {
      List<ForwardingRule> rules = filters.rules().get(bridge);
      plan.add(
          PlannedStep.own(
              new ForwardingStep.ReleaseForwarding(vifId, bridge),
              rules == null
                  ? null
                  : new ForwardingStep.EnsureForwarding(vifId, bridge, rules, top)));
    }
  }

  /** Says where os-vif would move rules of others, and where these rules do not decide. */
  private void noteWhatStaysAsItIs(PlanBuilder plan, FilterSnapshot filters) {
    if (filters.isLegacyUsed()) {
      plan.note(
          "iptables-legacy's table filter is in use beside nf_tables: what it drops is dropped"
              + " whatever fastvif's rules accept");
    }
    boolean isUnmatchedSeen = false;
    boolean isBottomSeen = false;
    for (FilterSnapshot.OtherRule rule : filters.forward()) {
      boolean isTop = top != null && top.matcher(rule.line()).find();
      boolean isBottom = !isTop && bottom != null && bottom.matcher(rule.line()).find();
      if (isTop && isUnmatchedSeen) {
        plan.note("iptables_top_regex: left below rules that it does not match: " + rule.line());
      } else if (!isBottom && isBottomSeen) {
        plan.note("iptables_bottom_regex: left below rules that it matches: " + rule.line());
      }
      if ((top != null || bottom != null) && !rule.isWhole()) {
        plan.note("iptables_top_regex, iptables_bottom_regex: matched only with " + rule.line());
      }
      isUnmatchedSeen |= !isTop;
      isBottomSeen |= isBottom;
    }
  }
}
