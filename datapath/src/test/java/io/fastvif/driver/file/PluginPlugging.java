package io.fastvif.driver.file;

import io.fastvif.VifHost;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Plugs by plugins of the test, which are not installed: plans in the caller's thread, and has the
 * host carry the plan out.
 *
 * @param plugins gives the plugin of a VIF, or throws InvalidInputException
 */
record PluginPlugging(VifHost host, Function<Vif, VifPlugin> plugins) implements Plugging {
  @Override
  public HostSnapshot snapshot() {
    return host.snapshot();
  }

  @Override
  public PlugResult plug(Attachment attachment, InstanceInfo instance) throws UnsuitedException {
    Vif vif = attachment.vif();
    return execute(() -> plugins.apply(vif).plug(vif, instance, snapshot()));
  }

  @Override
  public PlugResult unplug(Attachment attachment) throws UnsuitedException {
    Vif vif = attachment.vif();
    return execute(() -> plugins.apply(vif).unplug(vif, null, snapshot()));
  }

  private PlugResult execute(Supplier<PlugPlan> planning) throws UnsuitedException {
    try {
      return host.execute(planning.get()).join();
    } catch (InvalidInputException refused) {
      throw new UnsuitedException(refused.getMessage());
    }
  }
}
