package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifOpenVSwitch;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;

/**
 * os-vif 3.0's own plugin and this one, each on an Open vSwitch of its own, leave the same rows and
 * links behind, and each unplugs what the other has plugged. The rows differ in fastvif's mark
 * alone, of which os-vif takes no notice: without it nobody could tell a port that fastvif plugged
 * from one of os-vif's, which is not fastvif's to take away when no desired VIF is its owner.
 */
class OsVifOvsTest {
  /** os-vif 3.0 gives ports no QoS. */
  private static final String NO_QOS = "default_qos_type=";

  /** In a cell of comma-separated values. */
  private static final Pattern MARK =
      Pattern.compile("fastvif-(vif|iface)-id=\"*[0-9a-f-]+\"*(, )?");

  @TempDir Path folder;

  @KernelTest
  void aPortThatTheHypervisorAdds() throws Exception {
    compare(OvsVifs.port(1, OvsVifs.profile(1).build(), OvsVifs.network("br-int")), null);
  }

  @KernelTest
  void aPortThatThePluginAdds() throws Exception {
    compare(OvsVifs.created(1), "tap1");
  }

  @KernelTest
  void aPortWhoseDeviceIsNotThereYet() throws Exception {
    compare(OvsVifs.created(1), null);
  }

  @KernelTest
  void aPortOfTheKernelsDatapathWithTheDefaultMtu() throws Exception {
    PortProfileOpenVSwitch profile =
        PortProfileOpenVSwitch.builder()
            .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
            .createPort(true)
            .build();
    Network network = Network.builder().bridge("br-int").build();
    compare(OvsVifs.port(1, profile, network), "tap1", "network_device_mtu=1400");
  }

  @KernelTest
  void aPortWithABridgeOfItsOwn() throws Exception {
    compare(OvsVifs.created(1), "tap1", "per_port_bridge=true");
  }

  @KernelTest
  void aHybridPlug() throws Exception {
    compare(OvsVifs.hybrid(1), null);
  }

  @KernelTest
  void vhostUserPortsOfBothModes() throws Exception {
    PortProfileOpenVSwitch profile =
        PortProfileOpenVSwitch.builder()
            .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
            .build();
    compare(OvsVifs.vhostUser(1, VhostUserMode.CLIENT, profile), null);
    compare(OvsVifs.vhostUser(2, VhostUserMode.SERVER, profile), null);
  }

  @KernelTest
  void aTrunkBridgeGoesWithItsPort() throws Exception {
    VifOpenVSwitch vif =
        OvsVifs.port(
            1, OvsVifs.profile(1).createPort(true).build(), OvsVifs.network("tbr-0a1b2c3d-4"));
    try (OvsTestBed theirs = new OvsTestBed(folder.resolve("theirs"), NO_QOS);
        OvsTestBed ours = new OvsTestBed(folder.resolve("ours"), NO_QOS)) {
      theirs.osVif("plug", List.of(vif));
      succeed(ours.plug(vif));
      String plugged = withoutMarks(ours.rows());
      assertEquals(theirs.rows(), withoutBridgeName(plugged));
      assertNotEquals(plugged, withoutBridgeName(plugged));
      theirs.osVif("plug", List.of(vif));
      assertEquals(Outcome.UNCHANGED, ours.plug(vif).getFirst().outcome());
      assertEquals(theirs.rows(), withoutBridgeName(withoutMarks(ours.rows())), "plugged again");
      theirs.osVif("unplug", List.of(vif));
      succeed(ours.unplug(vif));
      assertEquals(theirs.state(), ours.state());
      assertEquals("", ours.rows());
      // and crosswise: what os-vif's port lacks is added
      theirs.osVif("plug", List.of(vif));
      succeed(theirs.plug(vif));
      assertEquals(plugged, withoutMarks(theirs.rows()));
      succeed(ours.plug(vif));
      succeed(theirs.unplug(vif));
      ours.osVif("unplug", List.of(vif));
      assertEquals("", theirs.rows(), "plugged by os-vif, unplugged here");
      assertEquals("", ours.rows(), "plugged here, unplugged by os-vif");
    }
  }

  /** os-vif writes it since 3.2. */
  private static String withoutBridgeName(String rows) {
    return rows.replaceAll(", bridge_name=\"?tbr-0a1b2c3d-4\"?", "");
  }

  /** What fastvif made, as os-vif would have made it. */
  private static String withoutMarks(String marked) {
    assertTrue(MARK.matcher(marked).find() || !marked.contains("iface-id"), marked);
    return MARK.matcher(marked).replaceAll("").replace("\"{}\"", "{}");
  }

  private static void succeed(List<PlugResult> results) {
    for (PlugResult result : results) {
      assertNotEquals(Outcome.FAILED, result.outcome(), () -> result.failure().message());
    }
  }

  /**
   * @param device a tap that is there before, null for none
   */
  private void compare(Vif vif, String device, String... options) throws Exception {
    String[] all = java.util.Arrays.copyOf(options, options.length + 1);
    all[options.length] = NO_QOS;
    String name = vif.id().get();
    try (OvsTestBed theirs = new OvsTestBed(folder.resolve("theirs-" + name), all);
        OvsTestBed ours = new OvsTestBed(folder.resolve("ours-" + name), all)) {
      // os-vif's, each by itself
      prepare(theirs, device);
      prepare(ours, device);
      theirs.osVif("plug", List.of(vif));
      succeed(ours.plug(vif));
      String plugged = withoutMarks(ours.state());
      assertEquals(theirs.state(), plugged, "plugged");
      theirs.osVif("plug", List.of(vif));
      List<PlugResult> again = ours.plug(vif);
      assertEquals(Outcome.UNCHANGED, again.getFirst().outcome());
      assertEquals(theirs.state(), withoutMarks(ours.state()), "plugged again");
      theirs.osVif("unplug", List.of(vif));
      succeed(ours.unplug(vif));
      String unplugged = ours.state();
      assertEquals(theirs.state(), unplugged, "unplugged");
      assertEquals(Outcome.UNCHANGED, ours.unplug(vif).getFirst().outcome());
      // and crosswise
      prepare(theirs, device);
      prepare(ours, device);
      theirs.osVif("plug", List.of(vif));
      succeed(ours.plug(vif));
      assertEquals(plugged, theirs.state());
      succeed(theirs.unplug(vif));
      ours.osVif("unplug", List.of(vif));
      assertEquals(unplugged, theirs.state(), "plugged by os-vif, unplugged here");
      assertEquals(unplugged, ours.state(), "plugged here, unplugged by os-vif");
    }
  }

  private static void prepare(OvsTestBed bed, String device) throws Exception {
    if (device != null) {
      bed.run("ip", "tuntap add " + device + " mode tap");
    }
  }
}
