package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.kernel.BridgeQuestions;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.plan.Action;
import io.fastvif.plan.BridgeKeeping;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Retired bridges that are kept for the next plug, on a kernel that says what it is told to. */
class KeptBridgesTest extends ExecutorFixture {
  private static final BridgeKeeping TWO = new BridgeKeeping(2, Duration.ofHours(1));

  private BatchExecutor keeping = executor(TWO);

  private String difference;
  private int questions;
  private RuntimeException refusal;

  private BatchExecutor executor(BridgeKeeping kept) {
    kernel.bridgeQuestions =
        new BridgeQuestions() {
          @Override
          public byte[] settings(int index) {
            return new byte[1];
          }

          @Override
          public String difference(int index, byte[] asNew, String alias, boolean isWithoutUsers) {
            questions++;
            if (refusal != null) {
              throw refusal;
            }
            return difference;
          }

          @Override
          public String keeper() {
            return "this";
          }

          @Override
          public boolean isAlive(String keeper) {
            return keeper.equals("this") || keeper.equals("another");
          }
        };
    return new BatchExecutor(
        kernel,
        kernel,
        OvsTransport.none("none"),
        new NoVhostUserPorts(),
        64,
        kept,
        errors::add,
        () -> {},
        new EngineCounters(),
        new OwnThreads(""));
  }

  @AfterEach
  void closeKeeping() {
    keeping.retiredBridges().keepNoMore();
    workUntil(keeping, keeping::isIdle);
    keeping.close();
  }

  private static PlugPlan make(String bridge) {
    return new PlugPlan(
        bridge + "-plug",
        bridge,
        Action.PLUG,
        List.of(bridge),
        null,
        List.of(
            PlannedStep.own(
                new NetlinkStep.CreateBridge(bridge, OptionalInt.of(0)),
                new DeleteLink(bridge, 0, 0)),
            PlannedStep.own(
                new NetlinkStep.ConfigureLink(bridge, 0, LinkSettings.NONE.withUp(true)), null)),
        List.of());
  }

  private FakeKernel.Link made(String bridge) {
    add(keeping, make(bridge));
    workUntil(keeping, () -> outcomes.containsKey(bridge + "-plug"));
    assertEquals(Outcome.PLUGGED, outcomes.get(bridge + "-plug"));
    return kernel.links.get(bridge);
  }

  private FakeKernel.Link retired(FakeKernel.Link bridge) {
    String name = bridge.name;
    outcomes.remove(name);
    add(keeping, RetiredBridgesTest.retire(bridge));
    workUntil(keeping, () -> outcomes.containsKey(name));
    workUntil(keeping, () -> keeping.work() == 0);
    return bridge;
  }

  @Test
  void theNextPlugTakesTheBridge() {
    FakeKernel.Link bridge = retired(made("qbr1"));
    assertEquals("fvgone1", bridge.name);
    assertEquals("fastvif-kept:this", bridge.alias);
    assertFalse(bridge.up);
    assertEquals(1, keeping.retiredBridges().count());
    assertTrue(keeping.isIdle(), "nobody waits for it");
    assertEquals(bridge, made("qbr2"));
    assertEquals("", bridge.alias);
    assertTrue(bridge.up);
    assertEquals(0, bridge.group);
    assertEquals(0, keeping.retiredBridges().count());
    assertEquals(Set.of("qbr2"), kernel.links.keySet());
    assertNotEquals(bridge, made("qbr3"));
  }

  @Test
  void noMoreAreKeptThanWanted() {
    List<FakeKernel.Link> bridges = List.of(made("qbr1"), made("qbr2"), made("qbr3"));
    bridges.forEach(this::retired);
    workUntil(keeping, () -> kernel.links.size() == 2);
    assertEquals(Set.of("fvgone1", "fvgone2"), kernel.links.keySet());
    assertEquals(bridges.get(1), made("qbr4"), "the last that came");
  }

  @Test
  void whatIsNotAsNewIsDeleted() {
    FakeKernel.Link bridge = retired(made("qbr1"));
    FakeKernel.Link other = retired(made("qbr2"));
    assertEquals(other, bridge);
    difference = "it has an IP address";
    assertNotEquals(bridge, made("qbr3"));
    workUntil(keeping, () -> kernel.links.size() == 1);
    assertEquals(Set.of("qbr3"), kernel.links.keySet());
    assertEquals(List.of(), errors);
  }

  @Test
  void whereTheKernelDoesNotSayItIsNotUsedAgain() {
    FakeKernel.Link bridge = retired(made("qbr1"));
    refusal = new SystemCallException("sendmsg", Errno.ENOBUFS);
    assertNotEquals(bridge, made("qbr2"));
    assertEquals(List.of(refusal), errors);
  }

  @Test
  void oneThatIsGoneIsMadeAnew() {
    FakeKernel.Link bridge = retired(made("qbr1"));
    kernel.links.remove(bridge.name);
    assertNotEquals(bridge, made("qbr2"));
    assertEquals(1, questions);
    assertEquals(List.of(), errors);
  }

  @Test
  void whatSomebodyHasGivenAnotherAliasIsLeft() {
    FakeKernel.Link bridge = retired(made("qbr1"));
    difference = "it is not marked as retired";
    bridge.alias = "mine";
    made("qbr2");
    workUntil(keeping, () -> keeping.work() == 0);
    assertEquals(Set.of("fvgone1", "qbr2"), kernel.links.keySet());
  }

  @Test
  void anAnswerThatIsLostLeavesNoBridge() {
    retired(made("qbr1"));
    kernel.lostAnswers = 1;
    add(keeping, make("qbr2"));
    workUntil(keeping, () -> outcomes.containsKey("qbr2-plug"));
    assertEquals(Outcome.FAILED, outcomes.get("qbr2-plug"));
    workUntil(keeping, () -> keeping.work() == 0 && kernel.links.isEmpty());
  }

  @Test
  void whereTheNameIsTakenTheBridgeIsDeleted() {
    retired(made("qbr1"));
    kernel.add("qbr2");
    add(keeping, make("qbr2"));
    workUntil(keeping, () -> outcomes.containsKey("qbr2-plug"));
    assertEquals(Outcome.PLUGGED, outcomes.get("qbr2-plug"));
    workUntil(keeping, () -> kernel.links.size() == 1);
    assertEquals(Set.of("qbr2"), kernel.links.keySet(), "the retired one is deleted");
  }

  @Test
  void theyAreDeletedWhenTheirTimeIsUp() {
    closeKeeping();
    keeping = executor(new BridgeKeeping(2, Duration.ofMillis(1)));
    retired(made("qbr1"));
    workUntil(keeping, kernel.links::isEmpty);
  }

  @Test
  void theyAreDeletedAtTheEnd() {
    retired(made("qbr1"));
    keeping.retiredBridges().keepNoMore();
    assertFalse(keeping.isIdle());
    workUntil(keeping, keeping::isIdle);
    assertEquals(Set.of(), kernel.links.keySet());
    retired(made("qbr2"));
    workUntil(keeping, keeping::isIdle);
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @Test
  void thoseOfAnEngineThatIsNoMoreAreDeletedAndNoOthers() {
    kernel.add("fvgone8").alias = "fastvif-kept:another";
    kernel.add("fvgone9").alias = "fastvif-kept:killed";
    workUntil(keeping, () -> kernel.links.size() == 1);
    assertEquals(Set.of("fvgone8"), kernel.links.keySet());
  }

  @Test
  void boundsAreChecked() {
    assertThrows(
        IllegalArgumentException.class, () -> new BridgeKeeping(1025, Duration.ofSeconds(1)));
    assertThrows(IllegalArgumentException.class, () -> new BridgeKeeping(1, Duration.ofHours(2)));
  }
}
