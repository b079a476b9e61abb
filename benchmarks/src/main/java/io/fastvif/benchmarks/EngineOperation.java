package io.fastvif.benchmarks;

import io.fastvif.engine.Outcome;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.Step;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.VifBridge;
import java.util.List;
import java.util.Map;

/** What the engine is given to do in {@link EngineBenchmark}. */
public enum EngineOperation {
  /** One message: the MTU of a link that is there. */
  CONFIGURE {
    @Override
    PlugPlan plan(int number) {
      Step step =
          new NetlinkStep.ConfigureLink(
              Vifs.name(number), FIRST_INDEX + number, LinkSettings.NONE.withMtu(Vifs.MTU));
      return of(number, Action.PLUG, step);
    }
  },

  /** The linux_bridge plugin's plan for a new veth on a bridge that is there. */
  PLUG {
    @Override
    PlugPlan plan(int number) {
      VifBridge vif = Vifs.bridged(number);
      return PLUGIN.plug(vif, null, HOST);
    }
  },

  /** One link deleted, together with the others of its batch. */
  UNPLUG {
    @Override
    PlugPlan plan(int number) {
      return of(number, Action.UNPLUG, new DeleteLink(Vifs.name(number), FIRST_INDEX + number, 0));
    }
  };

  private static final int FIRST_INDEX = 2;
  private static final VifPlugin PLUGIN =
      VifPlugins.installed(Map.of("linux_bridge.create_port", "veth")).of(Vifs.bridged(1));
  private static final HostSnapshot HOST = new SnapshotBuilder().link(bridge()).build();

  abstract PlugPlan plan(int number);

  /** The operation on the VIF of that number. */
  CountedOperation make(int number) {
    return new CountedOperation(plan(number), this == UNPLUG ? Outcome.UNPLUGGED : Outcome.PLUGGED);
  }

  private static PlugPlan of(int number, Action action, Step step) {
    return new PlugPlan(
        Vifs.id(number),
        Vifs.name(number),
        action,
        List.of(Vifs.name(number)),
        null,
        List.of(PlannedStep.own(step, null)),
        List.of());
  }

  private static LinkState bridge() {
    return LinkState.builder(FIRST_INDEX, Vifs.BRIDGE, "bridge")
        .mtu(Vifs.MTU)
        .up(true)
        .ipv6AddressGeneration(false)
        .ipv6Disabled(true)
        .build();
  }
}
