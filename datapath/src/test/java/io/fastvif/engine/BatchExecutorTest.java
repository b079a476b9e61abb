package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.plan.PlugPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchExecutorTest extends ExecutorFixture {
  @Test
  void manyPlansGoInOneSend() {
    for (int i = 0; i < 40; i++) {
      assertTrue(add(TestPlans.tap("vif" + i, "tap" + i, 1450)));
    }
    execute();
    assertEquals(40, outcomes.size());
    assertEquals(List.of(40), kernel.messagesOfSends);
    assertEquals(40, kernel.links.size());
    assertTrue(outcomes.values().stream().allMatch(Outcome.PLUGGED::equals));
    assertEquals("fastvif:vif7", kernel.links.get("tap7").alias);
  }

  @Test
  void aSendHoldsNoMoreThanTheReceiveBufferCanAnswer() {
    kernel.messageLimit = 15;
    try (BatchExecutor small = newExecutor()) {
      for (int i = 0; i < 40; i++) {
        add(small, TestPlans.tap("vif" + i, "tap" + i, 1450));
      }
      while (!small.isIdle()) {
        assertTrue(small.work() > 0);
      }
    }
    assertEquals(List.of(15, 15, 10), kernel.messagesOfSends);
    assertTrue(outcomes.values().stream().allMatch(Outcome.PLUGGED::equals));
  }

  @Test
  void aPlanThatFailsIsUndoneAndTheOthersGoOn() {
    add(TestPlans.tap("good1", "tap1", 1450));
    add(TestPlans.tap("bad", "tap2", 70_000));
    add(TestPlans.tap("good2", "tap3", 1450));
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("good1"));
    assertEquals(Outcome.PLUGGED, outcomes.get("good2"));
    assertEquals(Outcome.FAILED, outcomes.get("bad"));
    assertEquals(Set.of("tap1", "tap3"), kernel.links.keySet());
    PlugFailure failure = failures.get("bad");
    assertEquals(Errno.EINVAL, failure.errno());
    assertEquals(
        "VIF bad: set tap2: mtu 70000 alias fastvif:bad up: EINVAL (Invalid argument):"
            + " fake: refused",
        failure.message());
  }

  @Test
  void aNameThatIsTakenLeavesItsOwnerAlone() {
    kernel.add("tap1").alias = "someone's";
    add(TestPlans.tap("vif", "tap1", 1450));
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("vif"));
    assertEquals(1500, kernel.links.get("tap1").mtu);
    assertEquals("someone's", kernel.links.get("tap1").alias);
  }

  @Test
  void whatTheSameVifHasAlreadyIsTakenOver() {
    kernel.add("tap1").alias = "fastvif:vif";
    add(TestPlans.tap("vif", "tap1", 1450));
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("vif"));
    assertEquals(1450, kernel.links.get("tap1").mtu);
  }

  @Test
  void aBridgeIsMadeOnceForAllThatShareIt() {
    for (int i = 0; i < 3; i++) {
      add(TestPlans.bridged("vif" + i, "tap" + i, "br0", 1450));
    }
    execute();
    assertTrue(outcomes.values().stream().allMatch(Outcome.PLUGGED::equals));
    int bridge = kernel.links.get("br0").index;
    for (int i = 0; i < 3; i++) {
      assertEquals(bridge, kernel.links.get("tap" + i).master);
    }
    assertEquals(Map.of("br0", true), kernel.ipv6Disabled);
  }

  @Test
  void aBridgeThatOthersCameToUseIsNotUndone() {
    add(TestPlans.bridged("bad", "tap0", "br0", 70_000));
    add(TestPlans.bridged("good", "tap1", "br0", 1450));
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("bad"));
    assertEquals(Outcome.PLUGGED, outcomes.get("good"));
    assertEquals(Set.of("br0", "tap1"), kernel.links.keySet());
  }

  @Test
  void aBridgeThatNobodyElseUsesIsUndone() {
    add(TestPlans.bridged("bad1", "tap0", "br0", 70_000));
    add(TestPlans.bridged("bad2", "tap1", "br0", 70_000));
    execute();
    assertEquals(Set.of(), kernel.links.keySet());
    assertEquals(List.of(), failures.get("bad1").leftBehind());
  }

  @Test
  void linksLeaveTogetherByTheirGroup() {
    for (int i = 0; i < 20; i++) {
      FakeKernel.Link link = kernel.add("tap" + i);
      add(TestPlans.delete("vif" + i, link.name, link.index, 0));
    }
    FakeKernel.Link bystander = kernel.add("other");
    execute();
    assertTrue(outcomes.values().stream().allMatch(Outcome.UNPLUGGED::equals));
    assertEquals(Set.of(bystander.name), kernel.links.keySet());
    assertEquals(List.of(20, 1), kernel.messagesOfSends);
    assertEquals(1, kernel.groupDeletions);
  }

  @Test
  void nobodyWaitsForTheDeletionsOfOthers() {
    CountDownLatch gracePeriod = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(2);
    kernel.beforeDeletion =
        () -> {
          waiting.countDown();
          await(gracePeriod);
        };
    for (int i = 0; i < 3; i++) {
      kernel.add("tap" + i);
    }
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    executor.work();
    add(TestPlans.delete("vif1", "tap1", 2, 0));
    add(TestPlans.delete("vif2", "tap2", 3, 0));
    add(TestPlans.tap("new", "tap9", 1450));
    workUntil(() -> outcomes.containsKey("new"));
    await(waiting); // both deletions are in the kernel at once
    assertEquals(Set.of("new"), outcomes.keySet());
    assertFalse(executor.isIdle());
    gracePeriod.countDown();
    execute();
    assertEquals(4, outcomes.size());
    assertEquals(1, kernel.groupDeletions);
    assertEquals(Set.of("tap9"), kernel.links.keySet());
  }

  @Test
  void whatComesInWhileAllLanesWaitLeavesTogether() {
    CountDownLatch gracePeriod = new CountDownLatch(1);
    kernel.beforeDeletion = () -> await(gracePeriod);
    for (int i = 0; i < 20; i++) {
      kernel.add("tap" + i);
      add(TestPlans.delete("vif" + i, "tap" + i, i + 1, 0));
      executor.work();
    }
    assertEquals(0, executor.work());
    gracePeriod.countDown();
    execute();
    assertEquals(20, outcomes.size());
    assertTrue(kernel.links.isEmpty());
    assertEquals(1, kernel.groupDeletions, "one in each lane, and then the rest by one group");
  }

  @Test
  void deletionsThatTheKernelCannotBeAskedForFail() {
    kernel.add("tap0");
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    kernel.beforeDeletion =
        () -> {
          throw new IllegalStateException("the socket is gone");
        };
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("vif0"));
    assertEquals("the socket is gone", failures.get("vif0").detail());
    assertEquals(1, errors.size());
    kernel.beforeDeletion = () -> {};
    outcomes.clear();
    add(TestPlans.delete("vif0", "tap0", 1, 0));
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif0"));
  }

  private void addThreeOfGroup7() {
    for (int i = 0; i < 3; i++) {
      FakeKernel.Link link = kernel.add("tap" + i);
      link.group = 7;
      add(TestPlans.delete("vif" + i, link.name, link.index, 7));
    }
  }

  private Set<Integer> groups() {
    return kernel.links.values().stream().map(link -> link.group).collect(Collectors.toSet());
  }

  /** Refuses so many deletions from now on. */
  private Runnable refusing(AtomicInteger sends) {
    return () -> {
      if (sends.getAndDecrement() > 0) {
        throw new SystemCallException("sendmsg", Errno.ENOBUFS);
      }
    };
  }

  @Test
  void linksWhoseDeletionIsNotTakenHaveTheirGroupAgain() {
    addThreeOfGroup7();
    kernel.beforeDeletion = refusing(new AtomicInteger(1));
    execute();
    assertEquals(Set.of(Outcome.FAILED), Set.copyOf(outcomes.values()));
    assertEquals(Errno.ENOBUFS, failures.get("vif1").errno());
    assertEquals(Set.of(7), groups());

    add(TestPlans.delete("vif1", "tap1", 2, 7));
    add(TestPlans.delete("vif2", "tap2", 3, 7));
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif1"));
    assertEquals(Set.of("tap0"), kernel.links.keySet(), "it had failed, and nobody asked again");
  }

  /**
   * The sends are the move into the group, its deletion, each moved back and deleted, and each
   * moved back.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1, FAILED, false",
    "2, 2, UNPLUGGED, false",
    "2, 3, FAILED, false",
    "2, 4, FAILED, true",
  })
  void noSendThatIsRefusedGivesLinksToTheNextDeletions(
      int firstRefused, int lastRefused, Outcome outcome, boolean stranded) {
    addThreeOfGroup7();
    for (int send = firstRefused; send <= lastRefused; send++) {
      kernel.refusedSends.add(send);
    }
    execute();
    assertEquals(Set.of(outcome), Set.copyOf(outcomes.values()));
    if (outcome == Outcome.UNPLUGGED) {
      assertEquals(Set.of(), kernel.links.keySet());
      return;
    }
    assertEquals(!stranded, groups().equals(Set.of(7)), groups().toString());
    assertEquals(stranded, failures.get("vif0").detail().contains("may be left in the interface"));

    add(TestPlans.delete("vif1", "tap1", 2, 7));
    add(TestPlans.delete("vif2", "tap2", 3, 7));
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif1"));
    assertEquals(Set.of("tap0"), kernel.links.keySet(), "it had failed, and nobody asked again");
  }

  @Test
  void linksThatAreLeftInTheirGroupOutliveTheNextDeletions() {
    addThreeOfGroup7();
    kernel.beforeDeletion =
        () -> {
          kernel.broken = new SystemCallException("sendmsg", Errno.ENOBUFS);
          throw kernel.broken;
        };
    workUntil(() -> outcomes.size() == 3);
    assertEquals(Set.of(Outcome.FAILED), Set.copyOf(outcomes.values()));
    assertTrue(failures.get("vif1").detail().contains("may be left in the interface group"));
    kernel.broken = null;
    kernel.beforeDeletion = () -> {};

    add(TestPlans.delete("vif1", "tap1", 2, 7));
    add(TestPlans.delete("vif2", "tap2", 3, 7));
    execute();
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif1"));
    assertEquals(Set.of("tap0"), kernel.links.keySet());
  }

  @Test
  void deletionsWhoseAnswersAreLostAreSeenToHaveBeenDone() {
    addThreeOfGroup7();
    kernel.beforeDeletion = () -> kernel.lostAnswers = 1;
    execute();
    assertEquals(Set.of(Outcome.UNPLUGGED), Set.copyOf(outcomes.values()));
    assertEquals(Set.of(), kernel.links.keySet());
  }

  /**
   * One unplug that had been done was told as failed: its answer was lost, and the look after it.
   */
  @Test
  void deletionsAreLookedAfterMoreThanOnce() {
    addThreeOfGroup7();
    kernel.beforeDeletion = () -> kernel.lostAnswers = 1;
    AtomicInteger asked = new AtomicInteger();
    kernel.questions =
        () -> {
          if (kernel.groupDeletions > 0 && asked.incrementAndGet() <= 3) {
            throw new NetlinkException("RTM_GETLINK", Errno.ENOBUFS, null, -1);
          }
        };
    execute();
    assertEquals(Set.of(Outcome.UNPLUGGED), Set.copyOf(outcomes.values()));
    assertTrue(asked.get() > 3, asked::toString);
  }

  @Test
  void aDeletionOfWhichNothingIsKnownIsToldAsThat() {
    FakeKernel.Link link = kernel.add("tap0");
    add(TestPlans.delete("vif0", link.name, link.index, 0));
    kernel.beforeDeletion =
        () -> {
          kernel.lostAnswers = 1;
          kernel.questions =
              () -> {
                throw new NetlinkException("RTM_GETLINK", Errno.ENOBUFS, null, -1);
              };
        };
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("vif0"));
    String detail = failures.get("vif0").detail();
    assertTrue(detail.contains("whether it was deleted is not known"), detail);
  }

  @Test
  void aLinkThatCannotBeDeletedDoesNotKeepTheOthers() {
    for (int i = 0; i < 5; i++) {
      FakeKernel.Link link = kernel.add("tap" + i);
      link.group = 7;
      add(TestPlans.delete("vif" + i, link.name, link.index, 7));
    }
    kernel.undeletable.add("tap3");
    execute();
    assertEquals(Set.of("tap3"), kernel.links.keySet());
    assertEquals(7, kernel.links.get("tap3").group);
    assertEquals(2, kernel.groupDeletions, "refused, and then without it");
    assertEquals(Outcome.FAILED, outcomes.get("vif3"));
    assertEquals(Outcome.UNPLUGGED, outcomes.get("vif4"));
  }

  @Test
  void whatIsGoneAlreadyIsUnpluggedWithoutAWord() {
    FakeKernel.Link link = kernel.add("tap1");
    add(TestPlans.delete("gone", "tap0", 99, 0));
    add(TestPlans.delete("here", link.name, link.index, 0));
    execute();
    assertEquals(Outcome.UNCHANGED, outcomes.get("gone"));
    assertEquals(Outcome.UNPLUGGED, outcomes.get("here"));
  }

  @Test
  void whatCannotBeUndoneIsSaid() {
    kernel.undeletable.add("tap0");
    add(TestPlans.tap("bad", "tap0", 70_000));
    execute();
    assertEquals(
        List.of("delete tap0: EOPNOTSUPP: fake: refused"), failures.get("bad").leftBehind());
    assertTrue(failures.get("bad").message().contains("; left behind: delete tap0"));
  }

  @Test
  void operationsOnOneVifFollowOneAnother() {
    List<String> ended = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      PlugPlan plan = TestPlans.tap("vif", "tap" + i, 1450);
      assertTrue(
          executor.add(
              new PlugOperation() {
                @Override
                public PlugPlan plan() {
                  return plan;
                }

                @Override
                public void completed(Outcome outcome, PlugFailure failure) {
                  assertTrue(kernel.links.containsKey(plan.name()));
                  ended.add(plan.name() + kernel.links.size());
                }
              }));
    }
    execute();
    assertEquals(List.of("tap01", "tap12", "tap23"), ended);
  }

  @Test
  void thereIsABoundToWhatIsTaken() {
    for (int i = 0; i < 64; i++) {
      assertTrue(add(TestPlans.tap("vif" + i, "tap" + i, 1450)));
    }
    assertFalse(add(TestPlans.tap("one too many", "tap64", 1450)));
    execute();
    assertTrue(add(TestPlans.tap("one too many", "tap64", 1450)));
    execute();
    assertEquals(65, outcomes.size());
  }

  @Test
  void aBrokenTransportFailsAllOnceAndSaysWhy() {
    kernel.broken = new IllegalStateException("the socket is gone");
    add(TestPlans.tap("vif0", "tap0", 1450));
    add(TestPlans.tap("vif1", "tap1", 1450));
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("vif0"));
    assertEquals(Outcome.FAILED, outcomes.get("vif1"));
    assertEquals("the socket is gone", failures.get("vif1").detail());
    String left = failures.get("vif1").leftBehind().getFirst();
    assertTrue(left.startsWith("delete tap1: EIO: the socket is gone"), left);
    assertEquals(Set.of(kernel.broken), Set.copyOf(errors));
  }

  @Test
  void anOperationWhoseListenerThrowsHarmsNoOther() {
    PlugPlan plan = TestPlans.tap("thrower", "tap0", 1450);
    executor.add(
        new PlugOperation() {
          @Override
          public PlugPlan plan() {
            return plan;
          }

          @Override
          public void completed(Outcome outcome, PlugFailure failure) {
            throw new IllegalStateException("listener");
          }
        });
    add(TestPlans.tap("vif1", "tap1", 1450));
    execute();
    assertEquals(Outcome.PLUGGED, outcomes.get("vif1"));
    assertEquals("listener", errors.getFirst().getMessage());
  }

  @Test
  void whatIsOnlyKeptIsNoChange() {
    kernel.add("br0");
    add(TestPlans.keeping("kept", "br0"));
    add(TestPlans.keeping("gone", "br1"));
    execute();
    assertEquals(Map.of("kept", Outcome.UNCHANGED, "gone", Outcome.UNCHANGED), outcomes);
    assertEquals(TestPlans.KEPT_MTU, kernel.links.get("br0").mtu);
  }

  @Test
  void aPortThatWasThereBeforeKeepsNobodyFromTakingBackWhatIsShared() {
    FakeKernel.Link bridge = kernel.add("br0");
    kernel.add("foreign").master = bridge.index;
    Set<Integer> former = Set.of(kernel.links.get("foreign").index);
    add(TestPlans.withUplink("bad", "br0", former));
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("bad"));
    assertEquals(1500, bridge.mtu, "taken back");
    assertEquals(List.of(), failures.get("bad").leftBehind());
    kernel.add("newcomer").master = bridge.index;
    add(TestPlans.withUplink("worse", "br0", former));
    execute();
    assertEquals(TestPlans.KEPT_MTU, bridge.mtu, "the newcomer may rely on it");
  }
}
