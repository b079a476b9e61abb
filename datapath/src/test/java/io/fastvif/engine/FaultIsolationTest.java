package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is thrown on behalf of one plan ends that plan, with its undo, and no other. */
class FaultIsolationTest extends ExecutorFixture {
  private final SystemCallException noDescriptor =
      new SystemCallException("socket", Errno.EMFILE, "AF_NETLINK");

  private static PlugPlan with(String vif, String tap, PlannedStep last) {
    List<PlannedStep> steps = new ArrayList<>(TestPlans.tap(vif, tap, 1450).steps());
    steps.add(last);
    return new PlugPlan(vif, tap, Action.PLUG, List.of(tap), null, steps, List.of());
  }

  private void assertOnlyBadFailed(int errno, String text) {
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("good1"));
    assertEquals(Outcome.PLUGGED, outcomes.get("good2"));
    assertEquals(Outcome.FAILED, outcomes.get("bad"));
    PlugFailure failure = failures.get("bad");
    assertEquals(List.of(), failure.leftBehind());
    assertEquals(errno, failure.errno());
    assertTrue(failure.message().contains(text), failure.message());
  }

  @Test
  void aQuestionThatFailsAfterARefusalIsThatPlansFailure() {
    add(TestPlans.tap("good1", "tap1", 1450));
    kernel.add("taken");
    kernel.questions =
        () -> {
          throw new NetlinkException("RTM_GETLINK", Errno.ENOMEM, null, -1);
        };
    add(
        with(
            "bad",
            "tap2",
            PlannedStep.own(
                new NetlinkStep.CreateVeth("taken", null, "peer", null, 1500),
                new DeleteLink("taken", 0, 0))));
    add(TestPlans.tap("good2", "tap3", 1450));
    assertOnlyBadFailed(Errno.EEXIST, "ENOMEM");
    assertEquals(Set.of("tap1", "tap3", "taken"), kernel.links.keySet());
  }

  @Test
  void halfASurrogatePairInANameIsThatPlansFailure() {
    add(TestPlans.tap("good1", "tap1", 1450));
    add(
        with(
            "bad",
            "tap2",
            PlannedStep.own(
                new NetlinkStep.ConfigureLink("tap2", 0, LinkSettings.NONE.withAlias("\ud800")),
                null)));
    add(TestPlans.tap("good2", "tap3", 1450));
    assertOnlyBadFailed(0, "half a surrogate pair");
    assertEquals(Set.of("tap1", "tap3"), kernel.links.keySet());
  }

  @Test
  void aQuestionOnTheWayBackThatFailsIsThatPlansTrouble() {
    kernel.add("br0");
    add(TestPlans.tap("good1", "tap1", 1450));
    kernel.usersOf =
        () -> {
          throw new NetlinkException("RTM_GETLINK", Errno.ENOBUFS, null, -1);
        };
    kernel.links.remove("br0");
    add(TestPlans.bridged("bad", "tap2", "br0", 70_000));
    add(TestPlans.tap("good2", "tap3", 1450));
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("good1"));
    assertEquals(Outcome.PLUGGED, outcomes.get("good2"));
    assertEquals(Outcome.FAILED, outcomes.get("bad"));
    assertEquals(Set.of("tap1", "tap3", "br0"), kernel.links.keySet());
    assertTrue(
        failures.get("bad").leftBehind().stream().anyMatch(left -> left.contains("br0")),
        failures.get("bad").message());
  }

  @Test
  void withoutADescriptorForALaneLinksAreDeletedAllTheSame() {
    kernel.exchangeRefusal = noDescriptor;
    kernel.add("old");
    add(TestPlans.delete("old", "old", 1, 0));
    add(with("bad", "tap2", PlannedStep.own(new NetlinkStep.CreateVlan("v", "tap2", 65637), null)));
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("old"));
    assertEquals(Outcome.FAILED, outcomes.get("bad"));
    assertEquals(List.of(), failures.get("bad").leftBehind());
    assertEquals(Set.of(), kernel.links.keySet());
    assertTrue(errors.contains(noDescriptor));
  }

  @Test
  void withoutADescriptorRetiredBridgesAreDeletedAllTheSame() {
    kernel.exchangeRefusal = noDescriptor;
    FakeKernel.Link bridge = kernel.add("qbr1");
    add(
        new PlugPlan(
            "vif",
            "qbr1",
            Action.UNPLUG,
            List.of("qbr1"),
            null,
            List.of(PlannedStep.own(new NetlinkStep.RetireBridge("qbr1", bridge.index, 0), null)),
            List.of()));
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif"));
    assertEquals(Set.of(), kernel.links.keySet());
    assertTrue(errors.contains(noDescriptor));
  }

  @Test
  void anErrorIsThatPlansFailureToo() {
    add(TestPlans.tap("good1", "tap1", 1450));
    kernel.taps =
        name -> {
          if (name.equals("tap2")) {
            throw new NoClassDefFoundError("too many open files");
          }
        };
    add(TestPlans.tap("bad", "tap2", 1450));
    add(TestPlans.tap("good2", "tap3", 1450));
    assertOnlyBadFailed(0, "NoClassDefFoundError");
    assertEquals(Set.of("tap1", "tap3"), kernel.links.keySet());
  }

  @Test
  void answersThatAreLostEndTheirPlansWithUndo() {
    kernel.lostAnswers = 1;
    add(TestPlans.tap("vif1", "tap1", 1450));
    add(with("vif2", "tap2", PlannedStep.own(new NetlinkStep.DeleteAltname("tap2", 0, "x"), null)));
    execute();
    assertEquals(Set.of(Outcome.FAILED), Set.copyOf(outcomes.values()));
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @KernelTest
  void questionsOfTheEngineDoNotWaitForAPlannersDump() throws Exception {
    assertTrue(FaultyProcess.run(QuestionsDuringDump.class).contains("answered"));
  }
}
