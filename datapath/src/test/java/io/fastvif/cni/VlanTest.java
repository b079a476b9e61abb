package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Lab;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** VLANs of bridges for pods. */
class VlanTest {
  private static final Path DEBIANS = Path.of("/usr/lib/cni");

  @TempDir Path folder;

  /** {@code -Dfastvif.cni-plugins=FOLDER}: those of the newest reference, to compare with too. */
  @Test
  void podsAreInTheirVlansAsWithTheReferencePlugins() throws Exception {
    if (!Files.isExecutable(DEBIANS.resolve("bridge"))) {
      Peer.missing(DEBIANS + "/bridge is missing: apt-get install containernetworking-plugins");
    }
    Lab lab = Lab.of("pod-vlans.sh", folder).seconds(1800);
    String newest = System.getProperty("fastvif.cni-plugins");
    Files.writeString(
        folder.resolve("references"),
        "1.1.1 " + DEBIANS + "\n" + (newest == null ? "" : "newest " + newest + "\n"));
    lab.launcher("pods", VlanLabMain.class).run();
    assertEquals("all", lab.text("done"), lab.log());
  }

  @KernelTest
  void kernelWithoutVlansIsNamedBeforeAnythingChanges() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Peer ip = Peer.require("ip", "iproute2");
      ip.run("link add seen type bridge");
      if (ip.run("-d link show seen").contains("vlan_default_pvid")) {
        new VlanLabMain(lab).run();
        return;
      }
      HostStateReader reader = new HostStateReader().filters();
      HostState before = reader.readSettled();
      Netns pod = lab.pod();
      for (String[] one :
          new String[][] {
            {"'vlan':100,'isGateway':true", "vlan: 100"}, {"'vlanTrunk':[{'id':7}]", "vlanTrunk"}
          }) {
        String network = lab.network("1.1.0", "bridge", "," + one[0]);
        String said = lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, network);
        assertTrue(said.contains(one[1]), said);
        assertTrue(said.contains("CONFIG_BRIDGE_VLAN_FILTERING"), said);
        lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network);
        lab.done("DEL", "one", pod, network);
      }
      assertEquals(Set.of(), lab.held());
      before.assertUnchanged("after requests for VLANs", reader);
    }
  }

  @KernelTest
  void wrongVlansAreRefusedByName() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      for (String[] one :
          new String[][] {
            {"'vlan':4095", "vlan"},
            {"'vlan':-1", "vlan"},
            {"'vlan':'7'", "vlan"},
            {"'vlanTrunk':{'id':7}", "vlanTrunk"},
            {"'vlanTrunk':[7]", "vlanTrunk"},
            {"'vlanTrunk':[{}]", "vlanTrunk.minID"},
            {"'vlanTrunk':[{'id':0}]", "vlanTrunk.id"},
            {"'vlanTrunk':[{'minID':7}]", "vlanTrunk.minID"},
            {"'vlanTrunk':[{'minID':7,'maxID':6}]", "vlanTrunk.minID"},
            {"'vlanTrunk':[{'minID':7,'maxID':4095}]", "vlanTrunk.maxID"},
            {"'preserveDefaultVlan':1", "preserveDefaultVlan"},
            {"'bridge':'twelve-chars','vlan':100,'isGateway':true", "bridge"}
          }) {
        String network = lab.network("1.1.0", "bridge", "," + one[0]);
        String said =
            lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", lab.pod(), network);
        assertTrue(said.contains(one[1] + ":"), said);
      }
      assertEquals(Set.of(), lab.held());
    }
  }
}
