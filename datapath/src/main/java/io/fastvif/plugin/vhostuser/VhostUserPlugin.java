package io.fastvif.plugin.vhostuser;

import io.fastvif.host.HostPluginInfo;
import io.fastvif.host.HostVifInfo;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.plan.WaitingStep;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.SocketOptions;
import io.fastvif.plugin.VifChecks;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPluginFactory;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Version;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifVhostUser;
import java.util.ArrayList;
import java.util.List;

/** Prepares the socket of a VIFVHostUser for another process's backend and the hypervisor. */
public final class VhostUserPlugin implements VifPlugin {
  private static final String NAME = "vhostuser";
  private static final int ALL_MAY_PASS = 0755;
  private static final int OWN_AND_GROUP = 0660;
  private static final int DEFAULT_WAIT_SECONDS = 30;
  private static final int MAX_WAIT_SECONDS = 3600;
  private static final int MILLIS = 1000;

  private final SocketAccess folderAccess;
  private final SocketAccess socketAccess;
  private final int waitSeconds;

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
      names.add("wait_seconds");
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
    waitSeconds = options.number("wait_seconds", 0, MAX_WAIT_SECONDS).orElse(DEFAULT_WAIT_SECONDS);
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
    // A socket that the backend made is the backend's to remove.
    if (checked.mode().require("mode") == VhostUserMode.SERVER && !vif.isPreservedOnDelete()) {
      plan.add(PlannedStep.own(new VhostUserSocketStep.RemoveSocket(path), null));
    }
    return plan.unplugged();
  }

  private static VifVhostUser check(Vif vif) {
    VifVhostUser checked = VifChecks.type(vif, VifVhostUser.class, VifVhostUser.OBJECT_NAME, NAME);
    VifChecks.noProfile(vif, NAME);
    return checked;
  }
}
