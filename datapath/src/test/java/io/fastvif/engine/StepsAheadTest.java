package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Action;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Steps that share a send with those before them, and what becomes of them when these fail. */
class StepsAheadTest extends ExecutorFixture {
  private static final int REFUSED_MTU = 70_000;

  private static PlannedStep create(String name) {
    return PlannedStep.own(
        new NetlinkStep.CreateBridge(name, OptionalInt.empty()), new DeleteLink(name, 0, 0));
  }

  private static PlannedStep set(String name, LinkSettings settings) {
    return PlannedStep.own(new NetlinkStep.ConfigureLink(name, 0, settings), null);
  }

  private static PlannedStep mtu(String name, int mtu) {
    return set(name, LinkSettings.NONE.withMtu(mtu));
  }

  private static PlugPlan plan(PlannedStep... steps) {
    return new PlugPlan("vif", "a", Action.PLUG, List.of(), null, List.of(steps), List.of());
  }

  private PlugPlan pair(int firstMtu, int secondMtu) {
    return plan(create("a"), create("b"), mtu("a", firstMtu), mtu("b", secondMtu));
  }

  private void assertUndone(String failed) {
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("vif"));
    String message = failures.get("vif").message();
    assertTrue(message.contains(failed), message);
    assertFalse(message.contains("left behind"), message);
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @Test
  void whatThePlanHasMadeIsSetUpInOneSend() {
    add(pair(1400, 1300));
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("vif"));
    assertEquals(List.of(1, 1, 2), kernel.messagesOfSends);
    assertEquals(1400, kernel.links.get("a").mtu);
    assertEquals(1300, kernel.links.get("b").mtu);
  }

  @Test
  void behindAFailedStepTheAnswerIsPassedOver() {
    add(pair(REFUSED_MTU, 1300));
    assertUndone("set a: mtu " + REFUSED_MTU);
  }

  private static PlannedStep onTheWayBack(String name, int index, int mtu) {
    LinkSettings former = LinkSettings.NONE.withMtu(mtu);
    return PlannedStep.own(
        new NetlinkStep.ConfigureLink(name, index, LinkSettings.NONE),
        new NetlinkStep.ConfigureLink(name, index, former));
  }

  @Test
  void whatIsOnlyForTheWayBackIsNotSent() {
    int others = kernel.add("others").index;
    add(plan(onTheWayBack("others", others, 1300), create("a"), mtu("a", 1400)));
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("vif"));
    assertEquals(List.of(1, 1), kernel.messagesOfSends);
    assertEquals(1500, kernel.links.get("others").mtu);
  }

  @Test
  void whatIsOnlyForTheWayBackIsDoneThere() {
    int others = kernel.add("others").index;
    add(plan(onTheWayBack("others", others, 1300), create("a"), mtu("a", REFUSED_MTU)));
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("vif"));
    assertEquals(Set.of("others"), kernel.links.keySet());
    assertEquals(1300, kernel.links.get("others").mtu);
  }

  @Test
  void aNewLinkLeavesItsGroupWithoutAnySetting() {
    add(plan(create("a"), set("a", LinkSettings.NONE)));
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("vif"));
    assertEquals(0, kernel.links.get("a").group);
  }

  @Test
  void bothMayFail() {
    add(pair(REFUSED_MTU, REFUSED_MTU));
    assertUndone("set a: mtu " + REFUSED_MTU);
  }

  @Test
  void aFailedStepAheadIsItsPlansFailure() {
    add(pair(1400, REFUSED_MTU));
    assertUndone("set b: mtu " + REFUSED_MTU);
  }

  @Test
  void aRefusedSendFailsTheFirst() {
    kernel.refusedSends.add(3);
    add(pair(1400, 1300));
    assertUndone("set a: mtu 1400");
  }

  @Test
  void withoutAnswersTheFirstFails() {
    add(pair(1400, 1300));
    workUntil(() -> kernel.messagesOfSends.size() == 2);
    kernel.lostAnswers = 1;
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("vif"));
    assertTrue(failures.get("vif").message().contains("set a: mtu 1400"));
    assertEquals(Set.of(), kernel.links.keySet());
    assertEquals(1, errors.size());
  }

  @Test
  void whatOthersMayHaveOrTheWayBackTouchesGoesAlone() {
    int others = kernel.add("others").index;
    add(
        plan(
            create("a"),
            create("b"),
            mtu("a", 1400),
            set("b", LinkSettings.NONE.withMaster("others")),
            PlannedStep.own(
                new NetlinkStep.ConfigureLink("a", 0, LinkSettings.NONE.withMtu(1350)),
                new NetlinkStep.ConfigureLink("a", 0, LinkSettings.NONE.withMtu(1400))),
            mtu("b", 1300),
            PlannedStep.own(
                new NetlinkStep.ConfigureLink("others", others, LinkSettings.NONE.withMtu(1300)),
                null)));
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("vif"));
    assertEquals(List.of(1, 1, 1, 1, 1, 1, 1), kernel.messagesOfSends);
  }
}
