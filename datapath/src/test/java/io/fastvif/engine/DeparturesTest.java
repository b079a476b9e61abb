package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans are told that their links are gone while the kernel still waits. */
class DeparturesTest extends ExecutorFixture {
  private final CountDownLatch gracePeriod = new CountDownLatch(1);

  @BeforeEach
  void hearDepartures() {
    kernel.tellsDepartures = true;
  }

  @Test
  void aPlanEndsWhenItsLinkIsGone() {
    kernel.add("tap0");
    kernel.afterDeletion =
        () -> {
          kernel.departures.gone(1);
          await(gracePeriod);
        };
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    workUntil(() -> outcomes.containsKey("vif0"));
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif0"));
    assertTrue(executor.isIdle());
    assertEquals(1, executor.deletionLanes().busy(), "the kernel has not answered");
    gracePeriod.countDown();
    workUntil(() -> executor.deletionLanes().busy() == 0);
    add(TestPlans.tap("vif1", "tap1", 1450));
    execute();
    assertEquals(Set.of("tap1"), kernel.links.keySet());
  }

  @Test
  void aPlugWaitsForNoDeletion() {
    kernel.add("tap0");
    CountDownLatch deleting = new CountDownLatch(1);
    kernel.afterDeletion =
        () -> {
          deleting.countDown();
          await(gracePeriod);
        };
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    executor.work();
    await(deleting);
    add(TestPlans.tap("vif1", "tap1", 1450));
    workUntil(() -> outcomes.containsKey("vif1"));
    assertEquals(Outcome.PLUGGED, outcomes.get("vif1"));
    assertFalse(outcomes.containsKey("vif0"), "the kernel waits for readers of the link");
    gracePeriod.countDown();
    workUntil(() -> outcomes.containsKey("vif0"));
  }

  @Test
  void plansThatLeaveTogetherEndWhenAllLinksAreGone() {
    for (int i = 0; i < 3; i++) {
      kernel.add("tap" + i);
      add(TestPlans.delete("vif" + i, "tap" + i, i + 1, 0));
    }
    CountDownLatch two = new CountDownLatch(1);
    CountDownLatch three = new CountDownLatch(1);
    kernel.afterDeletion =
        () -> {
          kernel.departures.gone(1);
          kernel.departures.gone(3);
          kernel.departures.gone(3);
          two.countDown();
          await(three);
          kernel.departures.gone(2);
          await(gracePeriod);
        };
    executor.work();
    await(two);
    assertFalse(executor.hasFinishedDeletions());
    assertTrue(outcomes.isEmpty());
    three.countDown();
    workUntil(() -> outcomes.size() == 3);
    assertEquals(1, executor.deletionLanes().busy());
    gracePeriod.countDown();
    workUntil(() -> executor.deletionLanes().busy() == 0);
  }

  /** Whatever the kernel says at last of links that are gone, nobody is told twice. */
  @Test
  void anAnswerThatIsLostAfterwardsIsNotMissed() {
    kernel.add("tap0");
    kernel.afterDeletion =
        () -> {
          kernel.departures.gone(1);
          await(gracePeriod);
          throw new SystemCallException("recvmmsg", Errno.EIO);
        };
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    workUntil(() -> outcomes.containsKey("vif0"));
    gracePeriod.countDown();
    workUntil(() -> executor.deletionLanes().busy() == 0);
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif0"));
    assertNull(failures.get("vif0"));
    assertEquals(1, errors.size());
    errors.clear();
  }

  /** The event does not tell which of them it is of: each ends with the kernel's answer. */
  @Test
  void oneOfTwoHasDeletedTheLink() {
    kernel.add("tap0");
    CountDownLatch both = new CountDownLatch(2);
    kernel.beforeDeletion =
        () -> {
          both.countDown();
          await(gracePeriod);
        };
    for (int i = 0; i < 2; i++) {
      add(TestPlans.delete("vif" + i, "tap0", 1, 0));
      executor.work();
    }
    await(both);
    kernel.departures.gone(1);
    assertFalse(executor.hasFinishedDeletions());
    gracePeriod.countDown();
    execute();
    assertEquals(Set.of(Outcome.UNPLUGGED, Outcome.UNCHANGED), Set.copyOf(outcomes.values()));
  }

  /**
   * The kernel's answer to one comes before its event is taken in, and then somebody asks again.
   */
  @Test
  void anEventThatComesLateIsNotOfTheNextDeletion() {
    kernel.add("tap0");
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif0"));
    kernel.beforeDeletion = () -> await(gracePeriod);
    add(TestPlans.delete("vif1", "tap0", 1, 0));
    executor.work();
    kernel.departures.gone(1);
    assertFalse(executor.hasFinishedDeletions());
    gracePeriod.countDown();
    execute();
    assertEquals(Outcome.UNCHANGED, outcomes.get("vif1"));
  }

  @Test
  void anEventThatNobodyAwaitsAnyMoreIsRememberedNoLonger() {
    kernel.add("tap0");
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    execute();
    assertFalse(kernel.departures.awaits(1));
    kernel.add("tap1");
    kernel.afterDeletion =
        () -> {
          kernel.departures.gone(1);
          await(gracePeriod);
        };
    add(TestPlans.delete("vif1", "tap1", 1, 0));
    workUntil(() -> outcomes.containsKey("vif1"));
    assertEquals(1, executor.deletionLanes().busy(), "it is told by its event");
    gracePeriod.countDown();
    execute();
  }

  @Test
  void linksAreDeletedBesideTheEngineAlsoWhereNobodyCanListen() {
    kernel.departuresRefusal = new SystemCallException("socket", Errno.EMFILE);
    kernel.add("tap0");
    kernel.beforeDeletion = () -> await(gracePeriod);
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    executor.work();
    assertEquals(1, executor.deletionLanes().busy(), "the engine's thread does not wait");
    gracePeriod.countDown();
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif0"));
    assertEquals(1, errors.size());
    errors.clear();
  }

  @Test
  void linksOfOthersAreNotAwaited() {
    kernel.add("tap0");
    kernel.beforeDeletion =
        () -> {
          assertTrue(kernel.departures.awaits(1));
          assertFalse(kernel.departures.awaits(2));
          kernel.departures.gone(2);
          await(gracePeriod);
        };
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    executor.work();
    executor.work();
    assertTrue(outcomes.isEmpty());
    gracePeriod.countDown();
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif0"));
    assertFalse(kernel.departures.awaits(1));
  }
}
