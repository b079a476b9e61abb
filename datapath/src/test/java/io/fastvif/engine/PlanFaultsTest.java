package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Action;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An exception while one plan is executed is that plan's failure, and is undone. */
class PlanFaultsTest extends ExecutorFixture {
  /** No message has room for that VLAN. */
  private static PlugPlan broken(String vifId, String tap) {
    List<PlannedStep> steps =
        List.of(
            PlannedStep.own(
                new LocalStep.CreateTap(
                    tap, false, false, OptionalInt.empty(), OptionalInt.empty()),
                new DeleteLink(tap, 0, 0)),
            PlannedStep.own(new NetlinkStep.CreateVlan(tap + ".1", tap, 65637), null));
    return new PlugPlan(vifId, tap, Action.PLUG, List.of(tap), null, steps, List.of());
  }

  @Test
  void otherPlansOfTheBatchGoOn() {
    add(TestPlans.tap("good1", "tap1", 1450));
    add(broken("bad1", "tap2"));
    add(TestPlans.tap("good2", "tap3", 1450));
    add(broken("bad2", "tap4"));
    add(TestPlans.bridged("good3", "tap5", "br0", 1450));
    execute();
    for (String good : List.of("good1", "good2", "good3")) {
      assertEquals(Outcome.PLUGGED, outcomes.get(good), good);
    }
    assertEquals(Set.of("tap1", "tap3", "tap5", "br0"), kernel.links.keySet());
    for (String bad : List.of("bad1", "bad2")) {
      assertEquals(Outcome.FAILED, outcomes.get(bad));
      PlugFailure failure = failures.get(bad);
      assertTrue(failure.message().contains("65637 has more than 16 bits"), failure.message());
      assertEquals(List.of(), failure.leftBehind());
    }
  }
}
