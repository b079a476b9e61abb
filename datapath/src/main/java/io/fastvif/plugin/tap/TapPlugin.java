package io.fastvif.plugin.tap;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifGeneric;
import java.util.List;
import java.util.OptionalInt;

/** Plugs a VIFGeneric as a persistent tap. */
public final class TapPlugin implements VifPlugin {
  private static final String NAME = "tap";

  private final boolean multiQueue;
  private final boolean vnetHeader;
  private final OptionalInt owner;
  private final OptionalInt group;
  private final int defaultMtu;

  /** Finds the plugin. */
  public static final class Factory implements VifPluginFactory {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      return List.of("multi_queue", "vnet_header", "owner", "group", "network_device_mtu");
    }

    @Override
    public HostPluginInfo describe() {
      return HostPluginInfo.of(
          NAME, HostVifInfo.of(VifGeneric.OBJECT_NAME, Version.V1_0, Version.V1_0));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new TapPlugin(options);
    }
  }

  private TapPlugin(PluginOptions options) {
    multiQueue = options.flag("multi_queue", false);
    vnetHeader = options.flag("vnet_header", false);
    owner = options.id("owner");
    group = options.id("group");
    defaultMtu = options.mtu();
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifGeneric generic = check(vif);
    String name = generic.vifName().require("vif_name");
    PlanBuilder plan = new PlanBuilder(VifChecks.id(vif), name, host);
    plan.port(
        new LocalStep.CreateTap(name, multiQueue, vnetHeader, owner, group),
        LinkSettings.NONE,
        LinkSettings.NONE
            .withMtu(VifChecks.mtu(vif.network().orElse(null), defaultMtu))
            .withAddress(VifChecks.deviceAddress(vif)));
    return plan.plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifGeneric generic = check(vif);
    String name = generic.vifName().require("vif_name");
    return new PlanBuilder(VifChecks.id(vif), name, host).unplug(vif.isPreservedOnDelete());
  }

  @Override
  public HypervisorTask hypervisorTask(Vif vif) {
    if (!(vif instanceof VifGeneric)) {
      return HypervisorTask.CONNECT_DEVICE;
    }
    return multiQueue ? HypervisorTask.OPEN_MULTIQUEUE_TAP : HypervisorTask.OPEN_DEVICE;
  }

  private static VifGeneric check(Vif vif) {
    VifGeneric generic = VifChecks.type(vif, VifGeneric.class, VifGeneric.OBJECT_NAME, NAME);
    VifChecks.noProfile(vif, NAME);
    return generic;
  }
}
