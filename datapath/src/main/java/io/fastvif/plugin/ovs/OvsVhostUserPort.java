package io.fastvif.plugin.ovs;

import io.fastvif.plan.OvsPort;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.util.Map;

/** A VIFVHostUser: a vhost-user port of the userspace datapath. */
final class OvsVhostUserPort {
  private static final String USERSPACE_DATAPATH = "netdev";

  private OvsVhostUserPort() {}

  static void plug(OvsPlan plan, OvsVif vif, VifVhostUser vhostUser, InstanceInfo instance) {
    String name = OvsNames.vhostUser(vif.id());
    // In mode client the guest is: Open vSwitch makes the socket, where it makes all of them.
    boolean serves = vhostUser.mode().require("mode") == VhostUserMode.CLIENT;
    plan.ensureBridge(vif.bridge(), vif.profile().datapathTypeOr(USERSPACE_DATAPATH));
    plan.addPort(
        vif.bridge(),
        new OvsPort(
            name,
            serves ? "dpdkvhostuser" : "dpdkvhostuserclient",
            serves ? Map.of() : Map.of("vhost-server-path", vhostUser.path().require("path")),
            vif.externalIds(instance, vif.bridge()),
            vif.mtuRequest(),
            vif.creation(name, vif.bridge())));
    plan.changeOvs();
  }

  static void unplug(OvsPlan plan, OvsVif vif) {
    String name = OvsNames.vhostUser(vif.id());
    plan.deletePort(vif.bridge(), name, vif.interfaceId());
    plan.deleteTrunkBridge();
    plan.changeOvs();
    plan.deleteLink(name, name);
  }
}
