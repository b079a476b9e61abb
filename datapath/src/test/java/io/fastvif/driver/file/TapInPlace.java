package io.fastvif.driver.file;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A plugin that makes a tap for any VIF, with the MTU of the test. */
final class TapInPlace implements VifPlugin {
  static final String DEVICE = "tap09b11c53-8b";

  final List<Vif> plugged = new ArrayList<>();
  InstanceInfo instance;
  int mtu = 1400;

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo given, HostSnapshot host) {
    plugged.add(vif);
    instance = given;
    PlanBuilder plan = new PlanBuilder(vif.id().get(), DEVICE, host);
    plan.port(
        new LocalStep.CreateTap(DEVICE, false, false, OptionalInt.empty(), OptionalInt.empty()),
        LinkSettings.NONE,
        LinkSettings.NONE.withMtu(mtu));
    return plan.plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo given, HostSnapshot host) {
    return new PlanBuilder(vif.id().get(), DEVICE, host).unplug(false);
  }
}
