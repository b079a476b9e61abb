package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Action;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Bridges that are retired, on a kernel that tells when it is asked to delete. */
class RetiredBridgesTest extends ExecutorFixture {
  static PlugPlan retire(FakeKernel.Link bridge) {
    return new PlugPlan(
        bridge.name,
        bridge.name,
        Action.UNPLUG,
        List.of(bridge.name),
        null,
        List.of(
            PlannedStep.own(
                new NetlinkStep.RetireBridge(bridge.name, bridge.index, bridge.group), null)),
        List.of());
  }

  /** Of the engine's thread and of those that delete. */
  private List<Integer> sends() {
    synchronized (kernel) {
      return List.copyOf(kernel.messagesOfSends);
    }
  }

  @Test
  void theAnswerComesBeforeTheKernelHasDeletedTheBridge() {
    CountDownLatch gracePeriod = new CountDownLatch(1);
    kernel.beforeDeletion = () -> await(gracePeriod);
    add(retire(kernel.add("qbr1")));
    add(retire(kernel.add("qbr2")));
    workUntil(() -> outcomes.size() == 2);
    assertEquals(Set.of(Outcome.UNPLUGGED), Set.copyOf(outcomes.values()));
    assertEquals(Set.of("fvgone1", "fvgone2"), kernel.links.keySet());
    assertEquals("fastvif-retired", kernel.links.get("fvgone1").alias);
    workUntil(() -> executor.work() == 0);
    assertFalse(executor.isIdle(), "an engine that is closed would leave them behind");
    gracePeriod.countDown();
    workUntil(executor::isIdle);
    assertEquals(Set.of(), kernel.links.keySet());
    assertEquals(List.of(2, 1, 1), sends(), "one by one");
    assertEquals(List.of(), errors);
  }

  @Test
  void nothingIsDeletedWhileThereIsOtherWork() {
    kernel.add("tap2");
    CountDownLatch gracePeriod = new CountDownLatch(1);
    kernel.beforeDeletion = () -> await(gracePeriod);
    add(TestPlans.delete("other", "tap2", 1, 0));
    add(retire(kernel.add("qbr1")));
    workUntil(() -> outcomes.containsKey("qbr1"));
    workUntil(() -> sends().size() == 2);
    workUntil(() -> executor.work() == 0);
    assertEquals(List.of(1, 1), sends(), "the retirement and the other deletion");
    gracePeriod.countDown();
    workUntil(executor::isIdle);
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @Test
  void nothingIsDeletedWhileTheHostIsRead() {
    executor.retiredBridges().beginReading();
    executor.retiredBridges().beginReading();
    add(retire(kernel.add("qbr1")));
    workUntil(() -> outcomes.containsKey("qbr1"));
    workUntil(() -> executor.work() == 0);
    executor.retiredBridges().endReading();
    assertEquals(0, executor.work());
    assertFalse(executor.hasFinishedDeletions());
    assertEquals(Set.of("fvgone1"), kernel.links.keySet());
    executor.retiredBridges().endReading();
    assertTrue(executor.hasFinishedDeletions(), "what wakes the engine");
    workUntil(executor::isIdle);
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @Test
  void whatAnEarlierEngineLeftIsDeletedToo() {
    FakeKernel.Link left = kernel.add("fvgone77");
    left.alias = NetlinkStep.RetireBridge.ALIAS;
    kernel.add("br0");
    add(retire(kernel.add("qbr1")));
    workUntil(executor::isIdle);
    assertEquals(Set.of("br0"), kernel.links.keySet());
  }

  @Test
  void whereARenameWaitsTooBridgesAreDeletedBeforeTheAnswer() {
    kernel.renamesAtOnce = false;
    CountDownLatch gracePeriod = new CountDownLatch(1);
    kernel.beforeDeletion = () -> await(gracePeriod);
    add(retire(kernel.add("qbr1")));
    add(retire(kernel.add("qbr2")));
    workUntil(() -> executor.work() == 0);
    assertEquals(Map.of(), outcomes);
    gracePeriod.countDown();
    workUntil(executor::isIdle);
    assertEquals(2, outcomes.size());
    assertEquals(1, kernel.groupDeletions);
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @Test
  void aBridgeThatIsGoneIsNoError() {
    FakeKernel.Link bridge = kernel.add("qbr1");
    kernel.links.remove("qbr1");
    add(retire(bridge));
    workUntil(executor::isIdle);
    assertEquals(Outcome.UNCHANGED, outcomes.get("qbr1"));
    assertEquals(List.of(), errors);
  }

  @Test
  void aBridgeThatCannotBeDeletedIsReported() {
    kernel.undeletable.add("fvgone1");
    add(retire(kernel.add("qbr1")));
    workUntil(executor::isIdle);
    assertEquals(Outcome.UNPLUGGED, outcomes.get("qbr1"));
    assertEquals(1, errors.size());
    assertTrue(errors.getFirst().getMessage().contains("EOPNOTSUPP"), () -> "" + errors);
  }

  @Test
  void aBridgeThatSomebodyGaveAPortIsLeft() {
    FakeKernel.Link left = kernel.add("fvgone77");
    left.alias = NetlinkStep.RetireBridge.ALIAS;
    kernel.add("tap9").master = left.index;
    add(retire(kernel.add("qbr1")));
    workUntil(executor::isIdle);
    assertEquals(Set.of("fvgone77", "tap9"), kernel.links.keySet());
    assertEquals(1, errors.size());
    assertTrue(errors.getFirst().getMessage().contains("tap9 is a port of it"), () -> "" + errors);
  }
}
