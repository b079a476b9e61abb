package io.fastvif.engine.filter;

import io.fastvif.plan.ForwardingRule;
import io.fastvif.plan.ForwardingStep;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules as a batch's steps want them, beginning with those that there are. */
final class ForwardingWish {
  private final Map<String, List<ForwardingRule>> rules = new LinkedHashMap<>();
  private final Map<String, Set<String>> vifs = new LinkedHashMap<>();

  /** What steps were about; the others are as they were. */
  private final Set<String> touched = new LinkedHashSet<>();

  private boolean jump;
  private Pattern top;

  ForwardingWish(ForwardingTables present) {
    present.byBridge().forEach((bridge, all) -> rules.put(bridge, OwnRule.inWords(all)));
    for (OwnRule mark : present.marks()) {
      if (!mark.markedBridge().isEmpty()) {
        want(mark.markedBridge(), mark.owner());
      }
    }
    jump = !present.jumps().isEmpty();
  }

  private boolean want(String bridge, String vifId) {
    return vifs.computeIfAbsent(bridge, name -> new LinkedHashSet<>()).add(vifId);
  }

  /** Takes a step in; returns whether it changes anything. */
  boolean apply(ForwardingStep step) {
    touched.add(step.bridge());
    return switch (step) {
      case ForwardingStep.EnsureForwarding ensure -> ensure(ensure);
      case ForwardingStep.ReleaseForwarding release -> release(release);
    };
  }

  private boolean ensure(ForwardingStep.EnsureForwarding step) {
    boolean changes = want(step.bridge(), step.vifId());
    if (!step.rules().equals(rules.get(step.bridge()))) {
      rules.remove(step.bridge()); // the new ones come last, as they do in the chain
      rules.put(step.bridge(), step.rules());
      changes = true;
    }
    if (!jump) {
      jump = true;
      changes = true;
    }
    if (changes && top == null) {
      top = step.top();
    }
    return changes;
  }

  private boolean release(ForwardingStep.ReleaseForwarding step) {
    Set<String> others = vifs.computeIfAbsent(step.bridge(), name -> new LinkedHashSet<>());
    boolean changes = others.remove(step.vifId());
    if (others.isEmpty()) {
      vifs.remove(step.bridge());
      return rules.remove(step.bridge()) != null || changes;
    }
    boolean isBack = step.former() != null && step.formerVifs().containsAll(others);
    if (isBack && !step.former().equals(rules.get(step.bridge()))) {
      rules.remove(step.bridge());
      rules.put(step.bridge(), step.former());
      changes = true;
    }
    return changes;
  }

  /** The rules of each bridge. */
  Map<String, List<ForwardingRule>> rules() {
    return rules;
  }

  /** Whether any rule is wanted. */
  boolean isEmpty() {
    return rules.isEmpty();
  }

  /** Whether a VIF wants a bridge's rules. */
  boolean isWanted(String bridge, String vifId) {
    return vifs.getOrDefault(bridge, Set.of()).contains(vifId);
  }

  /** The VIFs that want each bridge's rules. */
  Map<String, Set<String>> vifs() {
    return vifs;
  }

  /** The bridges whose rules or VIFs may be others than they were. */
  Set<String> touched() {
    return touched;
  }

  /** Finds the rules of FORWARD that stay above the jump; null for none. */
  Pattern top() {
    return top;
  }
}
