package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.kernel.Renaming;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.PciAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RenamingTest extends ExecutorFixture {
  @AfterEach
  void assertNothingWasThrown() {
    assertEquals(List.of(), errors);
  }

  private FakeKernel.Link link(String name, boolean up) {
    FakeKernel.Link link = kernel.add(name);
    link.up = up;
    return link;
  }

  private static PlannedStep step(FakeKernel.Link link, String from, String to) {
    return PlannedStep.own(
        new NetlinkStep.RenameLink(from, link.index, to),
        new NetlinkStep.RenameLink(to, link.index, from));
  }

  private void rename(FakeKernel.Link link, String to, PlannedStep... after) {
    List<PlannedStep> steps = new ArrayList<>(List.of(step(link, link.name, to)));
    steps.addAll(List.of(after));
    PlugPlan plan = new PlugPlan(to, to, Action.CHANGE, List.of(to), null, steps, List.of());
    assertTrue(add(plan));
  }

  private void assertFailed(String plan, int errno, String detail) {
    assertEquals(Outcome.FAILED, outcomes.get(plan));
    assertEquals(errno, failures.get(plan).errno());
    assertEquals(detail, failures.get(plan).detail());
    assertEquals(List.of(), failures.get(plan).leftBehind());
  }

  @Test
  void manyGoInOneSend() {
    for (int i = 0; i < 40; i++) {
      rename(link("eth" + i, i % 2 == 0), "rep" + i);
    }
    execute();
    assertEquals(List.of(40), kernel.messagesOfSends);
    assertTrue(outcomes.values().stream().allMatch(Outcome.CHANGED::equals));
    assertTrue(kernel.links.containsKey("rep39"));
  }

  @Test
  void whatIsUpIsTakenDownForIt() {
    kernel.renamesAtOnce = false;
    FakeKernel.Link up = link("eth0", true);
    FakeKernel.Link down = link("eth1", false);
    rename(up, "rep0");
    rename(down, "rep1");
    execute();
    assertEquals("rep0", up.name);
    assertTrue(up.up);
    assertEquals("rep1", down.name);
    assertFalse(down.up);
    assertEquals(List.of(2, 1, 1), kernel.messagesOfSends); // refused; down; name and up in one
  }

  @Test
  void linksOfABatchExchangeTheirNames() {
    for (boolean atOnce : new boolean[] {true, false}) {
      kernel.renamesAtOnce = atOnce;
      kernel.links.clear();
      FakeKernel.Link one = link("a", true);
      FakeKernel.Link two = link("b", false);
      FakeKernel.Link three = link("c", true);
      rename(one, "b");
      rename(two, "c");
      rename(three, "a");
      workAll();
      assertEquals("b", one.name);
      assertEquals("c", two.name);
      assertEquals("a", three.name);
      assertEquals(List.of(true, false, true), List.of(one.up, two.up, three.up));
      assertEquals(3, kernel.links.size());
    }
  }

  private void workAll() {
    outcomes.clear();
    while (!executor.isIdle()) {
      executor.work();
    }
    assertTrue(outcomes.values().stream().allMatch(Outcome.CHANGED::equals), failures::toString);
  }

  @Test
  void aNameThatIsLeftInTheSameBatchIsWaitedFor() {
    FakeKernel.Link one = link("a", false);
    FakeKernel.Link two = link("b", false);
    rename(one, "b");
    rename(two, "free");
    execute();
    assertEquals("b", one.name);
    assertEquals("free", two.name);
    assertEquals(List.of(2, 1), kernel.messagesOfSends);
  }

  @Test
  void aTakenNameIsAClearFailure() {
    FakeKernel.Link link = link("eth0", true);
    FakeKernel.Link other = link("taken", false);
    rename(link, "taken");
    execute();
    assertFailed("taken", Errno.EEXIST, "the name is taken by the link of index " + other.index);
    assertEquals("eth0", link.name);
    assertEquals(1, kernel.messagesOfSends.size());
  }

  @Test
  void whatWasTakenDownComesUpAgainAfterAFailure() {
    kernel.renamesAtOnce = false;
    FakeKernel.Link link = link("eth0", true);
    FakeKernel.Link other = link("taken", false);
    rename(link, "taken");
    execute();
    assertFailed("taken", Errno.EEXIST, "the name is taken by the link of index " + other.index);
    assertEquals("eth0", link.name);
    assertTrue(link.up);
  }

  @Test
  void anotherActorWhoRenamesAtTheSameTimeIsNoticed() {
    FakeKernel.Link once = link("eth0", false);
    FakeKernel.Link always = link("eth1", false);
    List<String> seen = new ArrayList<>();
    kernel.afterRenaming =
        renamed -> {
          if (renamed == always || (seen.isEmpty() && renamed == once)) {
            seen.add(renamed.name);
            kernel.move(renamed, "udev" + seen.size());
          }
        };
    rename(once, "rep0");
    rename(always, "rep1");
    execute();
    assertEquals(Outcome.CHANGED, outcomes.get("rep0"));
    assertEquals("rep0", once.name);
    assertFailed("rep1", Errno.ENODEV, "another program renames the link too");
  }

  @Test
  void aLaterFailureTakesTheNameBack() {
    kernel.renamesAtOnce = false;
    FakeKernel.Link link = link("eth0", true);
    rename(link, "rep0", PlannedStep.own(new NetlinkStep.DeleteAltname("gone", -1, "x"), null));
    execute();
    assertEquals(Outcome.FAILED, outcomes.get("rep0"));
    assertEquals("eth0", link.name);
    assertTrue(link.up);
  }

  @Test
  void aLinkThatIsGoneIsAFailure() {
    FakeKernel.Link link = link("eth0", false);
    kernel.links.clear();
    rename(link, "rep0");
    execute();
    assertFailed("rep0", Errno.ENODEV, "fake: refused");
  }

  /**
   * The other plan's step before is on a thread of its own, and may take longer than any rounds.
   */
  @Test
  void aNameIsWaitedForWhileWhoHasItIsBusy() {
    FakeKernel.Link first = link("a", false);
    FakeKernel.Link second = link("b", false);
    CountDownLatch busy = new CountDownLatch(1);
    kernel.slow =
        step -> {
          await(busy);
          return true;
        };
    PlannedStep slow =
        PlannedStep.own(
            new DeviceStep.BindDriver(PciAddress.parse("0000:01:10.0"), "vfio-pci", null), null);
    assertTrue(
        add(
            new PlugPlan(
                "c",
                "c",
                Action.CHANGE,
                List.of("c"),
                null,
                List.of(slow, step(second, "b", "c")),
                List.of())));
    rename(first, "b");
    int[] sends = {0};
    workUntil(
        () -> {
          synchronized (kernel) {
            sends[0] = kernel.messagesOfSends.size();
          }
          return outcomes.containsKey("b") || sends[0] > 600;
        });
    assertFalse(outcomes.containsKey("b"), () -> "" + failures.get("b"));
    busy.countDown();
    execute();
    assertEquals(Outcome.CHANGED, outcomes.get("b"));
    assertEquals(Outcome.CHANGED, outcomes.get("c"));
    assertEquals("b", first.name);
  }

  @Test
  void aNameThatIsNeverLeftIsGivenUpAfterAMinute() {
    long[] now = {0};
    Renaming renaming = new Renaming(() -> now[0]);
    NetlinkStep.RenameLink step = new NetlinkStep.RenameLink("a", 1, "b");
    Renaming.Links links =
        new Renaming.Links() {
          @Override
          public int linkIndex(String name) {
            return name.equals("b") ? 2 : 1;
          }

          @Override
          public boolean isLeaving(int index) {
            return true;
          }
        };
    LinkRequest request = new LinkRequest(kernel.encoder());
    Renaming.Verdict verdict = Renaming.Verdict.AGAIN;
    int rounds = 0;
    while (verdict != Renaming.Verdict.FAILED) {
      assertTrue(++rounds < 100_000);
      kernel.encoder().reset();
      renaming.encode(request, 1, step);
      request.end();
      // Stepping aside and back succeed, the name itself stays taken.
      boolean isName = rounds != 3 && now[0] <= 60_000_000_000L;
      verdict = renaming.answered(step, isName ? -Errno.EEXIST : 0, null, links);
      now[0] += 10_000_000;
      if (rounds > 600 && now[0] < 60_000_000_000L) {
        assertEquals(Renaming.Verdict.LATER, verdict, "it is asked again in a moment");
      }
    }
    assertTrue(now[0] > 60_000_000_000L, () -> "after " + now[0] + " ns");
  }
}
