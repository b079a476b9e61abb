package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifOpenVSwitch;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Whose a port or a device is: neither its name nor that it exists says so. */
class OvsForeignTest {
  private static final String NO_QOS = "default_qos_type=";
  private static final String OTHER = "99999999-0000-4000-8000-000000000009";
  private static final String FIRST = "aaaaaaaa-bb10-4000-8000-000000000001";
  private static final String SECOND = "aaaaaaaa-bb22-4000-8000-000000000002";
  private static final String CUT = "aaaaaaaa-bb";

  @TempDir Path folder;

  private static PortProfileOpenVSwitch.Builder profile(String id) {
    return PortProfileOpenVSwitch.builder().interfaceId(id).datapathType("netdev");
  }

  private static Vif hybrid(String id) {
    return VifBridge.builder()
        .id(id)
        .plugin("ovs")
        .vifName("tap" + id.substring(9, 13))
        .bridgeName(OvsNames.hybridBridge(id))
        .network(OvsVifs.network("br-int"))
        .portProfile(profile(id).build())
        .build();
  }

  private static Vif port(String id, String name) {
    return VifOpenVSwitch.builder()
        .id(id)
        .plugin("ovs")
        .vifName(name)
        .bridgeName("br-int")
        .network(OvsVifs.network("br-int"))
        .portProfile(profile(id).createPort(true).build())
        .build();
  }

  private static void expect(Outcome expected, PlugResult result) {
    if (expected != Outcome.FAILED) {
      assertNull(result.failure(), () -> result.failure().message());
    }
    assertEquals(expected, result.outcome());
  }

  /** A tap that somebody without aliases made for another VIF's port. */
  private static void foreignPort(OvsTestBed bed, String bridge) throws Exception {
    bed.run("ip", "tuntap add tap1 mode tap");
    foreignPortWithoutDevice(bed, bridge);
  }

  private static void foreignPortWithoutDevice(OvsTestBed bed, String bridge) throws Exception {
    bed.change(
        "--no-wait --may-exist add-br "
            + bridge
            + " -- set Bridge "
            + bridge
            + " datapath_type=netdev -- add-port "
            + bridge
            + " tap1 -- set Interface tap1 external_ids:iface-id="
            + OTHER);
  }

  @KernelTest
  void aPortOnTheSameBridgeIsTakenOverAndANoteSaysSo() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      foreignPort(bed, "br-int");
      PlugResult plugged = bed.plug(OvsVifs.tap(1)).getFirst();
      expect(Outcome.PLUGGED, plugged);
      assertEquals(
          List.of(
              "port tap1 had the iface-id "
                  + OTHER
                  + " and is taken over from that VIF, as os-vif does"),
          plugged.notes());
      assertEquals(
          "\"e65867e0-9340-4a7f-a256-000000000001\"\n",
          bed.host().vsctl("get Interface tap1 external_ids:iface-id"));
      expect(Outcome.UNPLUGGED, bed.unplug(OvsVifs.tap(1)).getFirst());
      assertEquals("", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void aTakeOverThatFailsLeavesThePortAsItWas() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "wait_for=vswitchd")) {
      foreignPortWithoutDevice(bed, "br-int");
      bed.change("--no-wait set Interface tap1 external_ids:mine=yes");
      String before = bed.host().vsctl("get Interface tap1 external_ids");
      expect(Outcome.FAILED, bed.plug(OvsVifs.created(1)).getFirst());
      assertEquals(before, bed.host().vsctl("get Interface tap1 external_ids"));
      assertEquals("tap1\n", bed.host().vsctl("--no-wait list-ports br-int"));
    }
  }

  @KernelTest
  void aPortThatCameSinceThePlanWasMadeIsNotTakenOver() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      // Planned from one snapshot; the first one's port is there when the second's turn comes.
      List<PlugResult> results = bed.plug(port(FIRST, "tap1"), port(SECOND, "tap1"));
      expect(Outcome.PLUGGED, results.get(0));
      expect(Outcome.FAILED, results.get(1));
      String message = results.get(1).failure().message();
      assertTrue(message.contains("tap1 is another VIF's, with the iface-id " + FIRST), message);
      expect(Outcome.UNCHANGED, bed.unplug(port(SECOND, "tap1")).getFirst());
      assertEquals("tap1\n", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void unplugOfARefusedVifLeavesTheOthersTapAndPort() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      foreignPort(bed, "br-x");
      assertThrows(InvalidInputException.class, () -> bed.plug(OvsVifs.tap(1)));
      PlugResult unplugged = bed.unplug(OvsVifs.tap(1)).getFirst();
      expect(Outcome.UNCHANGED, unplugged);
      assertEquals(
          List.of(
              "port tap1 is left: it is on the bridge br-x",
              "tap1 is left: nothing says that it is this VIF's"),
          unplugged.notes());
      assertEquals("tap1\n", bed.host().vsctl("list-ports br-x"));
      assertTrue(bed.run("ip", "-o link show").contains("tap1"));
    }
  }

  @KernelTest
  void aTapOfThatNameOnSomebodysLinuxBridgeIsLeft() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      bed.run("ip", "link add lxbr type bridge");
      bed.run("ip", "tuntap add tap1 mode tap");
      bed.run("ip", "link set tap1 master lxbr up");
      Vif vif = OvsVifs.port(1, OvsVifs.profile(1).build(), OvsVifs.network("br-int"));
      expect(Outcome.PLUGGED, bed.plug(vif).getFirst()); // the bridge
      expect(Outcome.UNCHANGED, bed.unplug(vif).getFirst());
      assertTrue(bed.run("ip", "link show tap1").contains("master lxbr"));
    }
  }

  @KernelTest
  void idsThatShareElevenCharactersAreNotOneAnothers() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "wait_for=vswitchd")) {
      List<PlugResult> results = bed.plug(hybrid(FIRST), hybrid(SECOND));
      expect(Outcome.PLUGGED, results.get(0));
      expect(Outcome.FAILED, results.get(1));
      assertEquals(List.of(), results.get(1).failure().leftBehind());
      String links = bed.run("ip", "-o link show");
      assertEquals(3, links.split("alias fastvif:" + FIRST, -1).length - 1, links);
      String state = bed.state();
      // Plugged later, the first one is there for all to see.
      PlugResult later = bed.plug(hybrid(SECOND)).getFirst();
      expect(Outcome.FAILED, later);
      String message = later.failure().message();
      assertTrue(message.contains("qbr" + CUT + " is the VIF " + FIRST + "'s"), message);
      expect(Outcome.UNCHANGED, bed.unplug(hybrid(SECOND)).getFirst());
      // Nor has it anything of the first one's as a VIF that is not plugged hybrid.
      expect(Outcome.UNCHANGED, bed.unplug(port(SECOND, "tap2")).getFirst());
      links = bed.run("ip", "-o link show");
      assertEquals(3, links.split("alias fastvif:" + FIRST, -1).length - 1, links);
      assertEquals(state, bed.state());
      expect(Outcome.UNPLUGGED, bed.unplug(hybrid(FIRST)).getFirst());
      bed.awaitRetiredBridges();
      assertFalse(bed.run("ip", "-o link show").contains(CUT));
    }
  }

  @KernelTest
  void devicesWithoutAnAliasAreWhoseThePortIs() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      // As os-vif plugs it.
      bed.run("ip", "link add qbr" + CUT + " type bridge");
      bed.run("ip", "link add qvb" + CUT + " type veth peer name qvo" + CUT);
      bed.run("ip", "link set qvb" + CUT + " master qbr" + CUT);
      bed.change(
          "--no-wait add-br br-int -- set Bridge br-int datapath_type=netdev"
              + " -- add-port br-int qvo"
              + CUT
              + " -- set Interface qvo"
              + CUT
              + " external_ids:iface-id="
              + FIRST);
      expect(Outcome.UNCHANGED, bed.unplug(hybrid(SECOND)).getFirst());
      assertEquals(3, bed.run("ip", "-br link show").split("(?m)^q.." + CUT, -1).length - 1);
      assertTrue(bed.run("ip", "link show qvb" + CUT).contains("master qbr" + CUT));
      expect(Outcome.UNPLUGGED, bed.unplug(hybrid(FIRST)).getFirst());
      bed.awaitRetiredBridges();
      assertFalse(bed.run("ip", "-o link show").contains(CUT));
      assertEquals("", bed.host().vsctl("list-ports br-int"));
    }
  }

  @KernelTest
  void aBridgeOfAPortsOwnIsLeftToThePortThatIsStillOnIt() throws Exception {
    String first = "aaaaaaaa-bbb0-4000-8000-000000000001";
    String second = "aaaaaaaa-bbb1-4000-8000-000000000002"; // pb and 12 characters are the same
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS, "per_port_bridge=true")) {
      expect(Outcome.PLUGGED, bed.plug(port(first, "tap1")).getFirst());
      expect(Outcome.PLUGGED, bed.plug(port(second, "tap2")).getFirst());
      expect(Outcome.UNPLUGGED, bed.unplug(port(second, "tap2")).getFirst());
      assertEquals(
          "pbp" + first + "\ntap1\n", bed.host().vsctl("--no-wait list-ports pbaaaaaaaa-bbb"));
      expect(Outcome.UNPLUGGED, bed.unplug(port(first, "tap1")).getFirst());
      assertEquals("br-int\n", bed.host().vsctl("--no-wait list-br"));
    }
  }

  @KernelTest
  void aTrunkBridgeStaysWithAnotherVifsPort() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, NO_QOS)) {
      foreignPort(bed, "tbr-12345678-9");
      Vif vif = OvsVifs.port(1, OvsVifs.profile(1).build(), OvsVifs.network("tbr-12345678-9"));
      expect(Outcome.UNCHANGED, bed.unplug(vif).getFirst());
      assertEquals("tap1\n", bed.host().vsctl("list-ports tbr-12345678-9"));
    }
  }
}
