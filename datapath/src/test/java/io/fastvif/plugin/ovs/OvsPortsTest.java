package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** What os-vif came to do after 3.0, and what it leaves to the database, on a real Open vSwitch. */
class OvsPortsTest {
  private static final String NO_QOS = "default_qos_type=";

  @TempDir Path folder;

  private static PortProfileOpenVSwitch.Builder kernelProfile() {
    return PortProfileOpenVSwitch.builder()
        .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
        .createPort(true);
  }

  private static void changed(Outcome expected, List<PlugResult> results) {
    for (PlugResult result : results) {
      assertNull(result.failure(), () -> result.failure().message());
      assertEquals(expected, result.outcome());
    }
  }

  @KernelTest
  void aNewPortOfTheKernelsDatapathHasItsQosUntilItGoes() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder)) {
      Vif vif = OvsVifs.port(1, kernelProfile().build(), OvsVifs.network("br-int"));
      String stale =
          "external_ids:id=e965b18b-b610-58d9-9ecd-a8763e0b5215 external_ids:_type=linux-noop";
      bed.change("--no-wait create QoS type=linux-htb " + stale);
      changed(Outcome.PLUGGED, bed.plug(vif));
      assertEquals(
          List.of("linux-noop,_type=linux-noop id=e965b18b-b610-58d9-9ecd-a8763e0b5215"),
          bed.host().list("QoS", "type,external_ids"));
      assertEquals(
          bed.host().vsctl("--bare --columns=_uuid list QoS").strip(),
          bed.host().vsctl("get Port tap1 qos").strip());
      changed(Outcome.UNCHANGED, bed.plug(vif));
      changed(Outcome.UNPLUGGED, bed.unplug(vif));
      assertEquals(List.of(), bed.host().list("QoS", "type,external_ids"));
      assertEquals("", bed.host().vsctl("list-ports br-int"));
      changed(Outcome.PLUGGED, bed.plug(vif));
      for (String other : List.of("linux-htb", "")) {
        bed.option("default_qos_type", other);
        changed(Outcome.UNPLUGGED, bed.unplug(vif));
        assertEquals(List.of(), bed.host().list("QoS", "type,external_ids"), other);
        bed.option("default_qos_type", "linux-noop");
        changed(Outcome.PLUGGED, bed.plug(vif));
      }
      // somebody gives the port another QoS: it keeps it
      bed.change("--no-wait clear Port tap1 qos");
      changed(Outcome.UNCHANGED, bed.plug(vif));
      assertEquals("[]\n", bed.host().vsctl("get Port tap1 qos"));
      changed(Outcome.UNPLUGGED, bed.unplug(vif));
      assertEquals(List.of(), bed.host().list("QoS", "type,external_ids"));
    }
  }

  @KernelTest
  void aTapOfSeveralQueuesIsMadeAndGoesWithItsPort() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "wait_for=vswitchd")) {
      Vif vif =
          OvsVifs.port(
              1,
              OvsVifs.profile(1).createPort(true).createTap(true).multiqueue(true).build(),
              OvsVifs.network("br-int"));
      changed(Outcome.PLUGGED, bed.plug(vif));
      String tap = bed.run("ip", "-d link show tap1");
      assertTrue(tap.contains("multi_queue"), tap);
      assertTrue(tap.contains("link/ether fa:16:3e:00:00:01"), tap);
      assertTrue(tap.contains("mtu 1450"), tap);
      changed(Outcome.UNCHANGED, bed.plug(vif));
      changed(Outcome.UNPLUGGED, bed.unplug(vif));
      assertEquals("", bed.host().vsctl("list-ports br-int"));
      assertTrue(!bed.run("ip", "-o link show").contains("tap1"));
    }
  }

  @KernelTest
  void anExistingPortGetsWhatItLacksAndKeepsTheRest() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "isolate_vif=true")) {
      bed.change(
          "--no-wait add-br br-int -- set Bridge br-int datapath_type=netdev"
              + " -- add-port br-int vhuabc00001-00"
              + " -- set Interface vhuabc00001-00 type=dpdkvhostuser external_ids:mine=yes"
              + " external_ids:iface-status=inactive");
      Vif vif = OvsVifs.vhostUser(1, VhostUserMode.SERVER, OvsVifs.profile(1).build());
      changed(Outcome.PLUGGED, bed.plug(vif));
      assertEquals(
          List.of(
              "br-int,internal,,",
              "vhuabc00001-00,dpdkvhostuserclient,vhost-server-path=/run/vhost/1,1450"),
          bed.host().list("Interface", "name,type,options,mtu_request"));
      assertEquals(
          "{attached-mac=\"fa:16:3e:00:00:01\","
              + " fastvif-iface-id=\"e65867e0-9340-4a7f-a256-000000000001\","
              + " fastvif-vif-id=\"abc00001-0000-0000-0000-000000000001\","
              + " iface-id=\"e65867e0-9340-4a7f-a256-000000000001\", iface-status=active,"
              + " mine=\"yes\", vm-uuid=\"37730edf-afbd-47f9-a196-99cfe1988ad9\"}\n",
          bed.host()
              .vsctl("get Interface vhuabc00001-00 external_ids")
              .replace("mine=yes", "mine=\"yes\""));
      assertEquals("[]\n", bed.host().vsctl("get Port vhuabc00001-00 tag"));
      changed(Outcome.UNCHANGED, bed.plug(vif));
    }
  }

  @KernelTest
  void aHybridPairWhosePortIsGoneGetsItBackAndAnotherMtu() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      changed(Outcome.PLUGGED, bed.plug(OvsVifs.hybrid(1)));
      String id = OvsVifs.id(1);
      bed.change("--no-wait del-port " + OvsNames.switchEnd(id));
      changed(Outcome.PLUGGED, bed.plug(OvsVifs.hybrid(1)));
      assertEquals(OvsNames.switchEnd(id) + "\n", bed.host().vsctl("list-ports br-int"));
      Vif larger = OvsVifs.hybrid(1, Network.builder().bridge("br-int").mtu(1400).build());
      changed(Outcome.PLUGGED, bed.plug(larger));
      for (String end : List.of(OvsNames.bridgeEnd(id), OvsNames.switchEnd(id))) {
        assertTrue(bed.run("ip", "link show " + end).contains("mtu 1400"), end);
      }
      // a VIFOpenVSwitch of the same id is found to be plugged hybrid
      Vif port = OvsVifs.port(1, OvsVifs.profile(1).build(), OvsVifs.network("br-int"));
      changed(Outcome.UNPLUGGED, bed.unplug(port));
      assertTrue(!bed.run("ip", "-o link show").contains("abc00001"));
      assertEquals("", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void theBridgeOfAHybridPlugLetsTheGuestGoAtOnceAndIsDeletedAfterTheAnswer() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      changed(Outcome.PLUGGED, bed.plug(OvsVifs.hybrid(1)));
      String bridge = OvsNames.hybridBridge(OvsVifs.id(1));
      bed.run("ip", "tuntap add tap1 mode tap");
      bed.run("ip", "link set tap1 master " + bridge);
      // what an engine leaves whose process ends, and what is none of this one's business
      bed.run("ip", "link add fvgone99 type bridge");
      bed.run("ip", "link set fvgone99 alias fastvif-retired");
      bed.run("ip", "link add br-other type bridge");
      changed(Outcome.UNPLUGGED, bed.unplug(OvsVifs.hybrid(1)));
      String links = bed.run("ip", "-o link show");
      assertFalse(links.contains(bridge), links);
      assertFalse(bed.run("ip", "link show tap1").contains("master"));
      bed.awaitRetiredBridges();
      assertFalse(bed.run("ip", "-o link show").contains("fvgone"));
      assertTrue(bed.run("ip", "-o link show").contains("br-other"));
      changed(Outcome.PLUGGED, bed.plug(OvsVifs.hybrid(1)));
      changed(Outcome.UNPLUGGED, bed.unplug(OvsVifs.hybrid(1)));
    }
  }

  private static Vif fastPath(PortProfileFpOpenVSwitch profile) {
    return VifVhostUser.builder()
        .id(OvsVifs.id(1))
        .address(OvsVifs.mac(1))
        .plugin("ovs")
        .vifName("fp1")
        .path("/run/vhost/1")
        .mode(VhostUserMode.SERVER)
        .network(OvsVifs.network("br-int"))
        .portProfile(profile)
        .build();
  }

  @KernelTest
  void theFastPathsDeviceIsAPortOrOnTheLinuxBridgeOfAHybridPlug() throws Exception {
    PortProfileFpOpenVSwitch.Builder profile =
        PortProfileFpOpenVSwitch.builder()
            .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
            .datapathType("netdev");
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "wait_for=vswitchd")) {
      bed.run("ip", "tuntap add fp1 mode tap");
      Vif port = fastPath(profile.build());
      changed(Outcome.PLUGGED, bed.plug(port));
      assertEquals("fp1\n", bed.host().vsctl("list-ports br-int"));
      assertEquals(
          "\"e65867e0-9340-4a7f-a256-000000000001\"\n",
          bed.host().vsctl("get Interface fp1 external_ids:iface-id"));
      assertTrue(bed.run("ip", "link show fp1").contains("mtu 1450"));
      changed(Outcome.UNCHANGED, bed.plug(port));
      changed(Outcome.UNPLUGGED, bed.unplug(port));
      assertEquals("", bed.host().vsctl("list-ports br-int"));
      assertTrue(bed.run("ip", "link show fp1").contains("fp1"), "it is the fast path's to delete");

      String bridge = OvsNames.hybridBridge(OvsVifs.id(1));
      Vif hybrid = fastPath(profile.hybridPlug(true).bridgeName(bridge).build());
      changed(Outcome.PLUGGED, bed.plug(hybrid));
      assertEquals(OvsNames.switchEnd(OvsVifs.id(1)) + "\n", bed.host().vsctl("list-ports br-int"));
      assertTrue(bed.run("ip", "link show fp1").contains("master " + bridge));
      changed(Outcome.UNCHANGED, bed.plug(hybrid));
      changed(Outcome.UNPLUGGED, bed.unplug(hybrid));
      assertEquals("", bed.host().vsctl("list-ports br-int"));
      assertFalse(bed.run("ip", "link show fp1").contains("master"));
      assertFalse(bed.run("ip", "-o link show").contains("abc00001"));
    }
  }
}
