package io.fastvif.plugin.vhostuser;

import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.plan.WaitingStep;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.ServedPortSteps;
import io.fastvif.plugin.SocketOptions;
import io.fastvif.plugin.UplinkOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.NumberRange;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.Version;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifVhostUser;
import java.util.ArrayList;
import java.util.List;

/**
 * Prepares the socket of a VIFVHostUser for another process's backend and the hypervisor, or with
 * an uplink serves it.
 */
public final class VhostUserPlugin implements VifPlugin {
  private static final String NAME = "vhostuser";
  private static final String WAIT = "wait_seconds";
  private static final String QUEUES = "queues";
  private static final String MTU = "network_device_mtu";
  private static final int ETHERNET_MTU = 1500;
  private static final int ALL_MAY_PASS = 0755;
  private static final int OWN_AND_GROUP = 0660;
  private static final int DEFAULT_WAIT_SECONDS = 30;
  private static final int MAX_WAIT_SECONDS = 3600;
  private static final int MILLIS = 1000;

  private final SocketAccess folderAccess;
  private final SocketAccess socketAccess;
  private final SocketAccess servedAccess;
  private final int waitSeconds;
  private final int queuePairs;
  private final int defaultMtu;
  private final UplinkOptions uplink;

  /** Finds the plugin. */
  public static final class Factory implements VifPluginFactory {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public List<String> options() {
      List<String> names = new ArrayList<>(SocketOptions.names("folder"));
      names.addAll(SocketOptions.names("socket"));
      names.add(WAIT);
      names.add(QUEUES);
      names.add(MTU);
      names.addAll(UplinkOptions.names());
      return names;
    }

    @Override
    public HostPluginInfo describe() {
      return HostPluginInfo.of(
          NAME, HostVifInfo.of(VifVhostUser.OBJECT_NAME, Version.V1_0, VifVhostUser.CURRENT));
    }

    @Override
    public VifPlugin create(PluginOptions options) {
      return new VhostUserPlugin(options);
    }
  }

  private VhostUserPlugin(PluginOptions options) {
    folderAccess = SocketOptions.access(options, "folder", ALL_MAY_PASS);
    SocketAccess given = SocketOptions.access(options, "socket", OWN_AND_GROUP);
    boolean isGiven = SocketOptions.names("socket").stream().anyMatch(options::has);
    socketAccess = isGiven ? given : null;
    servedAccess = given;
    uplink = UplinkOptions.of(options);
    queuePairs = options.number(QUEUES, NumberRange.QUEUE_PAIRS).orElse(1);
    defaultMtu = options.number(MTU, NumberRange.MTU).orElse(ETHERNET_MTU);
    if (!uplink.isGiven()) {
      requireUplink(options, QUEUES);
      requireUplink(options, MTU);
    } else if (options.has(WAIT)) {
      throw options.invalid(
          WAIT, options.text(WAIT, ""), "is for another backend", "no option uplink with it");
    }
    waitSeconds = options.number(WAIT, 0, MAX_WAIT_SECONDS).orElse(DEFAULT_WAIT_SECONDS);
  }

  private static void requireUplink(PluginOptions options, String name) {
    if (options.has(name)) {
      throw options.invalid(
          name, options.text(name, ""), "is the backend's own", "the option uplink with it");
    }
  }

  @Override
  public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifVhostUser checked = check(vif);
    PlanBuilder plan = new PlanBuilder(VifChecks.id(vif), checked.portName(), host);
    String path = SocketOptions.path(checked.path().require("path"));
    String folder = SocketOptions.folder(path);
    plan.add(
        PlannedStep.own(
            new VhostUserSocketStep.MakeFolder(folder, folderAccess),
            new VhostUserSocketStep.RemoveFolder(folder)));
    if (uplink.isGiven()) {
      int mtu = VifChecks.mtu(vif.network().orElse(null), defaultMtu);
      ServedPortSteps.open(plan, served(checked, path, mtu, uplink.port(vif)), true);
      return plan.plug();
    }
    if (checked.mode().require("mode") == VhostUserMode.CLIENT && waitSeconds > 0) {
      plan.add(
          PlannedStep.own(
              new WaitingStep.AwaitBackend(path, socketAccess, waitSeconds * MILLIS), null));
    }
    return plan.plug();
  }

  @Override
  public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
    VifVhostUser checked = check(vif);
    PlanBuilder plan = new PlanBuilder(VifChecks.id(vif), checked.portName(), host);
    String path = SocketOptions.path(checked.path().require("path"));
    if (uplink.isGiven()) {
      ServedPortSteps.close(
          plan, served(checked, path, defaultMtu, SwitchPortSettings.DEFAULT), true);
    }
    // A socket that the backend made is the backend's to remove.
    if (checked.mode().require("mode") == VhostUserMode.SERVER && !vif.isPreservedOnDelete()) {
      plan.add(PlannedStep.own(new VhostUserSocketStep.RemoveSocket(path), null));
    }
    return plan.unplugged();
  }

  private ServedPort served(VifVhostUser vif, String path, int mtu, SwitchPortSettings settings) {
    return new ServedPort(
        VifChecks.id(vif),
        vif.portName(),
        path,
        vif.mode().require("mode"),
        servedAccess,
        mtu,
        queuePairs,
        "",
        uplink.link(),
        PortRates.UNLIMITED,
        settings);
  }

  private static VifVhostUser check(Vif vif) {
    VifVhostUser checked = VifChecks.type(vif, VifVhostUser.class, VifVhostUser.OBJECT_NAME, NAME);
    VifChecks.noProfile(vif, NAME);
    return checked;
  }
}
