package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.filter.FilterReader;
import io.fastvif.engine.filter.ForwardingTables;
import io.fastvif.netlink.netfilter.NftExpression;
import io.fastvif.plan.Action;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.ForwardingRule;
import io.fastvif.plan.ForwardingStep;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rules on what is forwarded, in one transaction for many VIFs, on a made-up packet filter. */
class FilterBatchTest extends ExecutorFixture {
  private static final int FORWARD_HOOK = 2;
  private static final int ACCEPT = 1;

  private final FakeFilters filters = kernel.filters;

  private static List<ForwardingRule> open(String bridge) {
    return List.of(
        new ForwardingRule(bridge, "", "ACCEPT"), new ForwardingRule("", bridge, "ACCEPT"));
  }

  private static List<ForwardingRule> closed(String bridge, String action) {
    return List.of(new ForwardingRule(bridge, "", action), new ForwardingRule("", bridge, action));
  }

  private static PlugPlan plan(String id, Action action, PlannedStep... steps) {
    return new PlugPlan(id, "", action, List.of(), null, List.of(steps), List.of());
  }

  private static PlugPlan plug(String id, String bridge, List<ForwardingRule> rules) {
    return plan(id, Action.PLUG, ensure(id, bridge, rules, null));
  }

  private static PlannedStep ensure(
      String id, String bridge, List<ForwardingRule> rules, Pattern top) {
    return PlannedStep.own(
        new ForwardingStep.EnsureForwarding(id, bridge, rules, top),
        new ForwardingStep.ReleaseForwarding(id, bridge));
  }

  private static PlugPlan unplug(String id, String bridge) {
    return plan(
        id, Action.UNPLUG, PlannedStep.own(new ForwardingStep.ReleaseForwarding(id, bridge), null));
  }

  /** A step that fails, because the link is there. */
  private PlannedStep failing() {
    kernel.add("taken");
    return PlannedStep.own(
        new LocalStep.CreateTap("taken", false, false, OptionalInt.empty(), OptionalInt.empty()),
        null);
  }

  private void run(PlugPlan... plans) {
    outcomes.clear();
    failures.clear();
    for (PlugPlan plan : plans) {
      assertTrue(add(plan));
    }
    execute();
    assertEquals(List.of(), errors);
  }

  private FilterSnapshot snapshot() {
    return FilterReader.of(ForwardingTables.read(filters), () -> false);
  }

  @Test
  void manyVifsAreOneTransaction() {
    List<PlugPlan> plans = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      plans.add(plug("vif" + i, "br" + i % 2, open("br" + i % 2)));
    }
    run(plans.toArray(PlugPlan[]::new));
    assertEquals(1, filters.batches);
    assertTrue(outcomes.values().stream().allMatch(Outcome.PLUGGED::equals), outcomes::toString);
    assertEquals(
        List.of(
            "filter FORWARD -j fastvif-FORWARD # fastvif:FORWARD",
            "filter fastvif-FORWARD -i br0 -j ACCEPT # fastvif:br0",
            "filter fastvif-FORWARD -o br0 -j ACCEPT # fastvif:br0",
            "filter fastvif-FORWARD -i br1 -j ACCEPT # fastvif:br1",
            "filter fastvif-FORWARD -o br1 -j ACCEPT # fastvif:br1"),
        filters.words().subList(0, 5));
    assertEquals(45, filters.words().size());
    assertEquals(20, snapshot().vifs().get("br1").size());
    assertEquals(List.of("br1"), snapshot().bridgesOf("vif3"));
    assertTrue(snapshot().has("vif3", "br1", open("br1")));
  }

  /** Of hundreds of bridges the rules take longer to read than all else. */
  @Test
  void rulesAreReadAnewOnlyWhenSomebodyHasChangedThem() {
    run(plug("a", "br0", open("br0")));
    run(plug("a", "br0", open("br0")));
    int before = filters.readings;
    run(plug("a", "br0", open("br0")));
    assertEquals(before, filters.readings);
    filters.add("theirs", "chain", -1, 0);
    run(plug("a", "br0", open("br0")));
    assertTrue(filters.readings > before);
    assertEquals(1, filters.batches);
  }

  @Test
  void pluggingAgainIsUnchanged() {
    run(plug("a", "br0", open("br0")));
    List<String> before = filters.words();
    run(plug("a", "br0", open("br0")));
    assertEquals(Outcome.UNCHANGED, outcomes.get("a"));
    assertEquals(1, filters.batches);
    assertEquals(before, filters.words());
  }

  @Test
  void theRulesGoWithTheLastVifAndNothingIsLeft() {
    run(plug("a", "br0", open("br0")), plug("b", "br0", open("br0")));
    run(unplug("a", "br0"));
    assertEquals(Outcome.UNPLUGGED, outcomes.get("a"));
    assertEquals(Set.of("b"), snapshot().vifs().get("br0"));
    assertEquals(open("br0"), snapshot().rules().get("br0"));
    run(unplug("b", "br0"), unplug("c", "br0"));
    assertEquals(Outcome.UNPLUGGED, outcomes.get("b"), () -> failures.get("b").detail());
    assertEquals(Outcome.UNCHANGED, outcomes.get("c"));
    assertEquals(Set.of(), filters.tables.keySet());
  }

  @Test
  void whatIsPluggedAndUnpluggedInOneBatchLeavesNothing() {
    run(plug("a", "br0", open("br0")));
    run(plug("b", "br0", open("br0")), unplug("a", "br0"));
    assertEquals(Set.of("b"), snapshot().vifs().get("br0"));
    run(unplug("b", "br0"), plug("c", "br1", open("br1")));
    assertEquals(Set.of("br1"), snapshot().rules().keySet());
  }

  @Test
  void rulesOfOthersStayWhereTheyAre() {
    filters.add("filter", "FORWARD", FORWARD_HOOK, 0);
    filters.addRule("filter", "FORWARD", "", new NftExpression.Verdict(ACCEPT, ""));
    filters.add("filter", "fastvif-FORWARD", -1, 0);
    filters.addRule("filter", "fastvif-FORWARD", "", new NftExpression.Verdict(ACCEPT, ""));
    List<String> before = filters.words();
    run(plug("a", "br0", open("br0")));
    assertEquals(
        List.of(
            "filter FORWARD -j fastvif-FORWARD # fastvif:FORWARD",
            "filter FORWARD -j ACCEPT",
            "filter fastvif-FORWARD -j ACCEPT",
            "filter fastvif-FORWARD -i br0 -j ACCEPT # fastvif:br0",
            "filter fastvif-FORWARD -o br0 -j ACCEPT # fastvif:br0"),
        filters.words().subList(0, 5));
    run(unplug("a", "br0"));
    List<String> after = new ArrayList<>(filters.words());
    after.remove("filter FORWARD -j fastvif-FORWARD # fastvif:FORWARD");
    assertEquals(before, after);
  }

  @Test
  void theJumpStandsBehindTheRulesThatAreToBeOnTop() {
    filters.add("filter", "FORWARD", FORWARD_HOOK, 0);
    NftExpression accept = new NftExpression.Verdict(ACCEPT, "");
    filters.addRule("filter", "FORWARD", "always first", accept);
    filters.addRule("filter", "FORWARD", "other", accept);
    run(plan("a", Action.PLUG, ensure("a", "br0", open("br0"), Pattern.compile("always first"))));
    assertEquals(
        List.of(
            "filter FORWARD -j ACCEPT # always first",
            "filter FORWARD -j fastvif-FORWARD # fastvif:FORWARD",
            "filter FORWARD -j ACCEPT # other"),
        filters.words().subList(0, 3));
  }

  @Test
  void otherRulesForTheBridgeTakeThePlaceOfTheFormer() {
    run(plug("a", "br0", open("br0")), plug("z", "br9", open("br9")));
    run(plug("b", "br0", closed("br0", "DROP")));
    assertEquals(closed("br0", "DROP"), snapshot().rules().get("br0"));
    assertEquals(open("br9"), snapshot().rules().get("br9"));
    assertEquals(Set.of("a", "b"), snapshot().vifs().get("br0"));
  }

  @Test
  void undoneGivesTheFormerRulesBackUnlessANewVifHasTheOthers() {
    run(plug("a", "br0", open("br0")));
    List<String> before = filters.words();
    PlannedStep changed =
        PlannedStep.own(
            new ForwardingStep.EnsureForwarding("b", "br0", closed("br0", "DROP"), null),
            new ForwardingStep.ReleaseForwarding("b", "br0", open("br0"), Set.of("a")));
    run(plan("b", Action.PLUG, changed, failing()));
    assertEquals(Outcome.FAILED, outcomes.get("b"));
    assertEquals(List.of(), failures.get("b").leftBehind());
    assertEquals(before, filters.words());

    run(plan("b", Action.PLUG, changed, failing()), plug("c", "br0", closed("br0", "DROP")));
    assertEquals(Outcome.PLUGGED, outcomes.get("c"));
    assertEquals(closed("br0", "DROP"), snapshot().rules().get("br0"));
    assertEquals(Set.of("a", "c"), snapshot().vifs().get("br0"));
  }

  @Test
  void oneBridgesTroubleIsItsOwn() {
    run(
        plug("a", "br0", open("br0")),
        plug("b", "br1", closed("br1", "NOWHERE")),
        plug("c", "a-name-that-is-too-long", open("a-name-that-is-too-long")));
    assertEquals(Outcome.PLUGGED, outcomes.get("a"));
    assertTrue(
        failures.get("b").detail().startsWith("iptables_drop_action: NOWHERE: expected one of"),
        failures.get("b").detail());
    assertTrue(failures.get("c").detail().contains("at most 15 bytes"), failures.get("c").detail());
    assertEquals(Set.of("br0"), snapshot().rules().keySet());
    assertEquals(Set.of("br0"), snapshot().vifs().keySet());
  }

  @Test
  void aChainThatGoesInTheLastInstantFailsItsBridgeAlone() {
    filters.add("filter", "mine", -1, 0);
    filters.meanwhile =
        () -> {
          filters.tables.get("filter").remove("mine"); // seen by nobody: no new generation
        };
    run(plug("a", "br0", closed("br0", "mine")), plug("b", "br1", open("br1")));
    assertEquals(Outcome.FAILED, outcomes.get("a"));
    assertEquals("ENOENT", failures.get("a").detail());
    assertEquals(Outcome.PLUGGED, outcomes.get("b"));
    assertEquals(Set.of("br1"), snapshot().vifs().keySet());
  }

  @Test
  void whoeverIsFasterIsLookedAtAgain() {
    filters.meanwhile =
        () -> {
          filters.add("filter", "FORWARD", FORWARD_HOOK, 0);
          filters.addRule("filter", "FORWARD", "", new NftExpression.Verdict(ACCEPT, ""));
        };
    run(plug("a", "br0", open("br0")));
    assertEquals(Outcome.PLUGGED, outcomes.get("a"));
    assertEquals(2, filters.batches);
    assertEquals(
        List.of("filter FORWARD -j fastvif-FORWARD # fastvif:FORWARD", "filter FORWARD -j ACCEPT"),
        filters.words().subList(0, 2));
  }

  @Test
  void whatIsTooMuchForOneBatchGoesInSeveral() {
    filters.batchLimit = 20;
    List<PlugPlan> plans = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      plans.add(plug("vif" + i, "br" + i, open("br" + i)));
    }
    run(plans.toArray(PlugPlan[]::new));
    assertTrue(outcomes.values().stream().allMatch(Outcome.PLUGGED::equals), outcomes::toString);
    assertEquals(30, snapshot().rules().size());
    assertEquals(30, snapshot().vifs().size());
  }

  @Test
  void aForeignForwardChainIsRefused() {
    filters.add("filter", "FORWARD", 1, 0);
    run(plug("a", "br0", open("br0")));
    assertTrue(failures.get("a").detail().contains("is not iptables'"), failures.get("a").detail());
    assertEquals(List.of(), filters.words());
  }

  @Test
  void whatOthersJumpToIsLeft() {
    run(plug("a", "br0", open("br0")));
    filters.addRule("filter", "FORWARD", "", new NftExpression.Verdict(-3, "fastvif-FORWARD"));
    run(unplug("a", "br0"));
    assertEquals(Outcome.UNPLUGGED, outcomes.get("a"));
    assertTrue(filters.tables.get("filter").containsKey("fastvif-FORWARD"));
    assertEquals(List.of(), filters.rules("filter", "fastvif-FORWARD"));
  }

  @Test
  void rulesThatWereFlushedComeBack() {
    run(plug("a", "br0", open("br0")));
    filters.tables.get("filter").get("FORWARD").rules().clear();
    filters.tables.get("filter").get("fastvif-FORWARD").rules().clear();
    filters.generation++;
    run(plug("a", "br0", open("br0")));
    assertEquals(Outcome.PLUGGED, outcomes.get("a"));
    assertTrue(snapshot().has("a", "br0", open("br0")));
  }

  @Test
  void whatMayHaveBeenDoneIsUndone() {
    run(plug("a", "br0", open("br0")));
    List<String> before = filters.words();
    for (boolean isDone : new boolean[] {true, false}) {
      filters.meanwhile = isDone ? () -> {} : () -> filters.generation++;
      filters.isSilent = true;
      filters.closed = false;
      run(
          plug("a", "br0", open("br0")),
          plug("b", "br0", open("br0")),
          plug("c", "br1", open("br1")));
      assertEquals(Outcome.UNCHANGED, outcomes.get("a"));
      for (String failed : List.of("b", "c")) {
        assertEquals(Outcome.FAILED, outcomes.get(failed));
        assertEquals(List.of(), failures.get(failed).leftBehind());
        assertTrue(
            failures.get(failed).detail().contains("recvmmsg(9): ENOMEM"),
            failures.get(failed).detail());
      }
      assertEquals(before, filters.words());
      assertTrue(filters.closed, "late answers could be taken for those to another batch");
    }
  }

  @Test
  void theExchangeIsClosedWithTheExecutor() {
    run(plug("a", "br0", open("br0")));
    executor.close();
    assertTrue(filters.closed);
  }
}
