package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Action;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlugPlan;
import org.junit.jupiter.api.Test;

/** The plans are those of the case measured. */
class PlanBenchmarkTest {
  private final PlanBenchmark benchmark = new PlanBenchmark();

  @Test
  void newVifIsCreatedAndConfigured() {
    PlugPlan plan = benchmark.plug();
    assertEquals(Action.PLUG, plan.action());
    assertEquals(Vifs.id(PlanBenchmark.ABSENT), plan.vifId());
    assertEquals(5, plan.steps().size());
    NetlinkStep.CreateVeth create = (NetlinkStep.CreateVeth) plan.steps().get(0).step();
    assertEquals(Vifs.name(PlanBenchmark.ABSENT), create.name());
    assertTrue(((LocalStep.DisableIpv6) plan.steps().get(1).step()).disabled());
    assertTrue(((LocalStep.DisableIpv6) plan.steps().get(2).step()).disabled());
    // Side by side, so that they share a send.
    NetlinkStep.ConfigureLink host = (NetlinkStep.ConfigureLink) plan.steps().get(3).step();
    assertEquals(Vifs.BRIDGE, host.settings().master());
    NetlinkStep.ConfigureLink guest = (NetlinkStep.ConfigureLink) plan.steps().get(4).step();
    assertEquals(true, guest.settings().up());
  }

  @Test
  void pluggedVifNeedsNothing() {
    PlugPlan plan = benchmark.plugAgain();
    assertEquals(Action.PLUG, plan.action());
    assertEquals(Vifs.id(PlanBenchmark.PRESENT), plan.vifId());
    assertEquals(0, plan.steps().size(), () -> plan.steps().toString());
  }

  @Test
  void pluggedVifIsDeleted() {
    PlugPlan plan = benchmark.unplug();
    assertEquals(Action.UNPLUG, plan.action());
    assertEquals(1, plan.steps().size());
    DeleteLink delete = (DeleteLink) plan.steps().getFirst().step();
    assertEquals(Vifs.name(PlanBenchmark.PRESENT), delete.name());
  }
}
