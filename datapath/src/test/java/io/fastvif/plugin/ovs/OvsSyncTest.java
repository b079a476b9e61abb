package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.HostView;
import io.fastvif.Orphans;
import io.fastvif.PluggedVif;
import io.fastvif.SyncReport;
import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whose the ports of Open vSwitch are, when only the host knows, and what a sync does with them.
 */
class OvsSyncTest {
  private static final int SECONDS = 60;
  private static final String OTHER = "99999999-0000-4000-8000-000000000009";
  private static final String NO_QOS = "default_qos_type=";
  private static final Vif SERVER =
      OvsVifs.vhostUser(1, VhostUserMode.SERVER, OvsVifs.profile(1).build());
  private static final Vif CLIENT =
      OvsVifs.vhostUser(2, VhostUserMode.CLIENT, OvsVifs.profile(2).build());

  @TempDir Path folder;

  private static VifHostOptions options(OvsTestBed bed) {
    return options(bed, bed.namespace());
  }

  private static VifHostOptions options(OvsTestBed bed, Netns namespace) {
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of())
            .option("ovs.ovsdb_connection", bed.host().address())
            .build();
    return VifHostOptions.of(configuration).withNamespace(namespace);
  }

  /** A bridge that the switch has made a link for, as it is long before an agent starts. */
  private static void addBridge(OvsHost host) throws Exception {
    host.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
  }

  private static void awaitHeard(OvsTestBed bed, VifHost... hosts) throws Exception {
    for (VifHost host : hosts) {
      bed.host().awaitHeard(() -> host.snapshotWithOvs().ovs());
    }
  }

  private static PlugRequest request(Vif vif) {
    return new PlugRequest("vif", vif, Optional.of(OvsTestBed.INSTANCE));
  }

  private static void plug(VifHost host, Vif vif) throws Exception {
    PlugResult result =
        host.submit(VifOperation.plug(vif, OvsTestBed.INSTANCE)).get(SECONDS, TimeUnit.SECONDS);
    assertNull(result.failure());
    assertEquals(Outcome.PLUGGED, result.outcome());
  }

  private static List<String> ids(List<PluggedVif> vifs, boolean areMarked) {
    return vifs.stream()
        .filter(vif -> vif.isMarked() == areMarked)
        .map(PluggedVif::id)
        .sorted()
        .toList();
  }

  /** As os-vif plugs it: it has an iface-id and no mark. */
  private static void addForeignPort(OvsTestBed bed) throws Exception {
    bed.host()
        .vsctl(
            "--no-wait add-port br-int vhuother -- set Interface vhuother type=dpdkvhostuserclient"
                + " external_ids:iface-id="
                + OTHER);
  }

  @KernelTest
  void portsWithoutADeviceAreUnpluggedWhenNobodyWantsThemAndOthersPortsNever() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      addBridge(bed.host());
      List<String> own = List.of(OvsVifs.id(1), OvsVifs.id(2), OvsVifs.id(3));
      try (VifHost host = VifHost.open(options(bed))) {
        for (Vif vif : List.of(SERVER, CLIENT, OvsVifs.created(3))) {
          plug(host, vif);
        }
        addForeignPort(bed);
      }
      try (VifHost restarted = VifHost.open(options(bed))) {
        assertEquals(own, ids(restarted.plugged(), true));
        assertEquals(List.of(OTHER), ids(restarted.plugged(), false));
        assertEquals(restarted.plugged(), HostView.of(options(bed)).plugged());
        List<PlugRequest> desired = List.of(request(CLIENT));
        SyncReport report = restarted.sync(desired, Orphans.UNPLUG);
        assertEquals(List.of(), report.failed());
        assertEquals(List.of(OTHER), report.kept());
        assertEquals(
            List.of(Outcome.UNCHANGED, Outcome.UNPLUGGED, Outcome.UNPLUGGED),
            report.results().stream().map(PlugResult::outcome).toList());
        assertEquals(List.of(OvsVifs.id(2)), ids(restarted.plugged(), true));
        SyncReport again = restarted.sync(desired, Orphans.UNPLUG);
        assertTrue(again.isUnchanged(), again::toString);
        assertEquals(1, again.results().size());
      }
      assertEquals("vhuabc00002-00\nvhuother\n", bed.host().vsctl("list-ports br-int"));
    }
  }

  /** As the host of a pod does, which reaches the same database by the same configuration. */
  @KernelTest
  void aHostInAnotherNamespaceThanTheSwitchLeavesItsPorts() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        VifHost host = VifHost.open(options(bed));
        Netns pod = Netns.createPrivate();
        VifHost inPod = VifHost.open(options(bed, pod))) {
      addBridge(bed.host());
      awaitHeard(bed, host);
      plug(host, SERVER);
      plug(host, OvsVifs.tap(2));
      awaitHeard(bed, inPod);
      SyncReport report = inPod.sync(List.of(), Orphans.UNPLUG);
      assertEquals(List.of(), report.results());
      assertEquals(Set.of(OvsVifs.id(1), OvsVifs.id(2)), Set.copyOf(report.kept()));
      assertEquals(List.of(OvsVifs.id(1), OvsVifs.id(2)), ids(host.plugged(), true));
      assertEquals(2, host.sync(List.of(), Orphans.UNPLUG).results().size());
      assertEquals(List.of(), host.plugged());
    }
  }

  /** As Neutron has it, and os-vif and fastvif look for it; no option says so. */
  @KernelTest
  void aHostThatStartsAnewKnowsThePortsOfTheDefaultDatabase() throws Exception {
    Peer.require("ip", "iproute2").run("link set lo up");
    VifHostOptions byDefault = VifHostOptions.byDefault();
    try (OvsHost database =
        OvsHost.database(folder, OvsHost.SCHEMA, "--remote=ptcp:6640:127.0.0.1")) {
      database.startSwitch();
      addBridge(database);
      try (VifHost host = VifHost.open(byDefault)) {
        plug(host, SERVER);
      }
      try (VifHost restarted = VifHost.open(byDefault)) {
        assertEquals(List.of(OvsVifs.id(1)), ids(restarted.plugged(), true));
        assertEquals(List.of(OvsVifs.id(1)), ids(HostView.of(byDefault).plugged(), true));
        assertEquals(Outcome.UNPLUGGED, restarted.unplug(OvsVifs.id(1)).get().outcome());
      }
      assertEquals("", database.vsctl("list-ports br-int"));
    }
    assertFalse(HostView.of(byDefault).expectsOvs());
  }

  /** os-vif gives a port of that name the other VIF's iface-id, and knows nothing of the mark. */
  @KernelTest
  void aPortThatWasTakenOverIsNotTheFormerVifsAnyMore() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        VifHost host = VifHost.open(options(bed))) {
      addBridge(bed.host());
      awaitHeard(bed, host);
      plug(host, SERVER);
      bed.host().vsctl("--no-wait set Interface vhuabc00001-00 external_ids:iface-id=" + OTHER);
      awaitHeard(bed, host);
      assertEquals(List.of(), ids(host.plugged(), true));
      assertEquals(List.of(OTHER), ids(host.plugged(), false));
      assertEquals(Outcome.UNCHANGED, host.unplug(OvsVifs.id(1)).get().outcome());
      assertEquals(List.of(OTHER), host.sync(List.of(), Orphans.UNPLUG).kept());
      assertEquals("vhuabc00001-00\n", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void syncMovesAPortToTheBridgeThatItIsToBeOn() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        VifHost host = VifHost.open(options(bed))) {
      addBridge(bed.host());
      bed.host().vsctl("add-br br-two -- set bridge br-two datapath_type=netdev");
      awaitHeard(bed, host);
      plug(host, OvsVifs.tap(1));
      Vif moved =
          OvsVifs.port(
              1,
              OvsVifs.profile(1).createPort(true).createTap(true).build(),
              OvsVifs.network("br-two"));
      assertEquals(Outcome.FAILED, host.plug(request(moved)).get().outcome());
      List<PlugRequest> desired = List.of(request(moved));
      SyncReport kept = host.sync(desired, Orphans.KEEP);
      assertEquals("vif_name", kept.failed().getFirst().failure().wrongInput().path());
      assertEquals(List.of(), host.sync(desired, Orphans.UNPLUG).failed());
      assertEquals("", bed.host().vsctl("list-ports br-int"));
      assertEquals("tap1\n", bed.host().vsctl("list-ports br-two"));
      assertTrue(host.sync(desired, Orphans.UNPLUG).isUnchanged());
    }
  }

  /** Two VIFs of one iface-id, port name and bridge: the mark says whose the port is. */
  @KernelTest
  void aPortWithAnothersMarkIsAnothersWhateverItsInterfaceId() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        VifHost host = VifHost.open(options(bed))) {
      addBridge(bed.host());
      awaitHeard(bed, host);
      plug(host, SERVER);
      bed.host()
          .vsctl("--no-wait set Interface vhuabc00001-00 external_ids:fastvif-vif-id=" + OTHER);
      awaitHeard(bed, host);
      PlugResult left = host.unplug(request(SERVER)).get();
      assertEquals(Outcome.UNCHANGED, left.outcome());
      assertEquals(
          List.of("port vhuabc00001-00 is left: it is the VIF " + OTHER + "'s"), left.notes());
      assertEquals("vhuabc00001-00\n", bed.host().vsctl("list-ports br-int"));
      PlugResult taken = host.plug(request(SERVER)).get();
      assertEquals(
          List.of("port vhuabc00001-00 was the VIF " + OTHER + "'s and is taken over from it"),
          taken.notes());
      assertEquals(List.of(OvsVifs.id(1)), ids(host.plugged(), true));
      assertEquals(Outcome.UNPLUGGED, host.unplug(request(SERVER)).get().outcome());
      assertEquals("", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void aReportSaysThatPortsWereNotSeen() {
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of())
            .option("ovs.ovsdb_connection", "unix:" + folder.resolve("none"))
            .option("ovs.ovs_vsctl_timeout", "1")
            .build();
    try (VifHost host = VifHost.open(VifHostOptions.of(configuration))) {
      SyncReport report = host.sync(List.of(), Orphans.UNPLUG);
      assertEquals(List.of(), report.results());
      assertFalse(report.isOvsKnown());
    }
  }

  /** An earlier version of fastvif made ports without marks, as os-vif does. */
  @KernelTest
  void plugMarksThePortThatTheVifHas() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS);
        VifHost host = VifHost.open(options(bed))) {
      addBridge(bed.host());
      awaitHeard(bed, host);
      plug(host, SERVER);
      bed.host()
          .vsctl(
              "--no-wait remove Interface vhuabc00001-00 external_ids fastvif-vif-id"
                  + " -- remove Interface vhuabc00001-00 external_ids fastvif-iface-id");
      awaitHeard(bed, host);
      String interfaceId = "e65867e0-9340-4a7f-a256-000000000001";
      assertEquals(List.of(interfaceId), ids(host.plugged(), false));
      assertEquals(List.of(interfaceId), host.sync(List.of(), Orphans.UNPLUG).kept());
      List<PlugRequest> desired = List.of(request(SERVER));
      SyncReport marked = host.sync(desired, Orphans.UNPLUG);
      assertEquals(Outcome.PLUGGED, marked.results().getFirst().outcome());
      assertEquals(List.of(OvsVifs.id(1)), ids(host.plugged(), true));
      assertTrue(host.sync(desired, Orphans.UNPLUG).isUnchanged());
    }
  }
}
