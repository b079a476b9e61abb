package io.fastvif.plugin;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Vif;
import java.util.List;

/**
 * Plans how VIFs of some types are plugged and unplugged. All methods are pure functions of their
 * arguments and wait for nothing: they are called from any thread, the engine's own too, which
 * everything else would wait for.
 */
public interface VifPlugin {

  /**
   * Plans to plug a VIF. What the host already has is left out: for a VIF that is plugged as it
   * should be, the plan has no steps.
   *
   * @param instance the instance that the VIF is for; null where the caller names none
   * @throws io.fastvif.vif.InvalidInputException if the VIF is of a type this plugin does not take,
   *     has a port profile it does not take, or lacks what plugging needs
   */
  PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host);

  /**
   * Plans to unplug a VIF. Only what fastvif made for that VIF is removed: for a VIF that is gone
   * already, and for one with {@code preserve_on_delete}, the plan has no steps.
   *
   * @param instance the instance that the VIF is for; null where the caller names none
   * @throws io.fastvif.vif.InvalidInputException as {@link #plug}
   */
  PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host);

  /**
   * Adds to a plan what this plugin does to unplug a VIF of which nothing but the id is known:
   * whatever the host has that only this plugin can have made for it. The links that bear the VIF's
   * alias are deleted afterwards, those that are left.
   */
  default void unplugKnown(String vifId, PlanBuilder plan) {}

  /** What of this plugin's making is there that a plug which was cut off has left. */
  default List<BrokenOff> brokenOff(HostSnapshot host) {
    return List.of();
  }

  /** When {@link #unplugKnown} comes. */
  default UnplugStage unplugStage() {
    return UnplugStage.DEVICES;
  }

  /**
   * What is left for the hypervisor to do once the VIF is plugged with this plugin's options; all
   * of it where the plugin does not say.
   */
  default HypervisorTask hypervisorTask(Vif vif) {
    return HypervisorTask.CONNECT_DEVICE;
  }
}
