package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifOpenVSwitch;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/**
 * Neutron's Open vSwitch agent sees a port in the same way whether os-vif or fastvif has plugged
 * it: it gets the same events, tells the server the same, and makes the same of the port.
 *
 * <p>What does not run here: the messages to and from the server, which would need RabbitMQ and a
 * server with its database; security groups, which come from the server; and what an agent does on
 * the kernel's datapath.
 */
class NeutronAgentTest {
  private static final String WITHOUT_QOS = "default_qos_type=";

  @TempDir Path folder;

  private interface Plugging {
    void apply(OvsTestBed bed, String action, Vif vif) throws Exception;
  }

  private static void osVif(OvsTestBed bed, String action, Vif vif) throws Exception {
    bed.osVif(action, List.of(vif));
  }

  private static void fastvif(OvsTestBed bed, String action, Vif vif) throws Exception {
    assertNull(bed.submit(action.equals("plug"), List.of(vif)).getFirst().failure());
  }

  /** What the agent saw of the VIFs, one after the other: plugged, plugged again, unplugged. */
  private String story(
      String name, Map<Vif, String> vifs, Plugging plugging, Plugging again, String... options)
      throws Exception {
    StringBuilder story = new StringBuilder();
    Path own = folder.resolve(name);
    try (OvsTestBed bed = new OvsTestBed(own.resolve("ovs"), options)) {
      bed.host().vsctl("add-br br-int -- set Bridge br-int datapath_type=netdev");
      try (NeutronAgent agent = new NeutronAgent(bed, own.resolve("neutron"))) {
        for (Map.Entry<Vif, String> vif : vifs.entrySet()) {
          if (vif.getKey() instanceof VifOpenVSwitch port) {
            bed.run("ip", "tuntap add " + port.vifName().get() + " mode tap");
          }
          plugging.apply(bed, "plug", vif.getKey());
          agent.awaitUp(vif.getValue());
          story.append(agent.seen()).append('\n');
          again.apply(bed, "plug", vif.getKey());
          story.append(agent.seen()).append('\n');
        }
        for (Map.Entry<Vif, String> vif : vifs.entrySet()) {
          plugging.apply(bed, "unplug", vif.getKey());
          agent.awaitDown(vif.getValue());
          story.append(agent.seen()).append('\n');
        }
      }
    }
    return story.toString();
  }

  private static String interfaceId(Vif vif) {
    return vif.portProfile().get() instanceof PortProfileOpenVSwitch profile
        ? profile.interfaceId().get()
        : "";
  }

  @KernelTest
  void portsAreSeenAndWiredAlike() throws Exception {
    Vif port = OvsVifs.created(1);
    Vif hybrid = OvsVifs.hybrid(2);
    Map<Vif, String> vifs = new LinkedHashMap<>(Map.of(port, interfaceId(port)));
    vifs.put(hybrid, interfaceId(hybrid));
    String theirs =
        story("os-vif", vifs, NeutronAgentTest::osVif, NeutronAgentTest::osVif, WITHOUT_QOS);
    assertTrue(theirs.contains("\"get_port_tag_dict\": {\"tap1\": 1}"), theirs);
    assertEquals(
        theirs,
        story("fastvif", vifs, NeutronAgentTest::fastvif, NeutronAgentTest::fastvif, WITHOUT_QOS));
    // Nova is told to plug through fastvif while its VIFs are plugged.
    assertEquals(
        theirs,
        story("taken-over", vifs, NeutronAgentTest::osVif, NeutronAgentTest::fastvif, WITHOUT_QOS));
  }

  @KernelTest
  void patchPortsOfOwnBridgesAreSeenAndWiredAlike() throws Exception {
    Vif port = OvsVifs.created(1);
    Map<Vif, String> vifs = Map.of(port, port.id().get());
    String[] options = {WITHOUT_QOS, "per_port_bridge=true"};
    String theirs =
        story("os-vif", vifs, NeutronAgentTest::osVif, NeutronAgentTest::osVif, options);
    assertTrue(theirs.contains("\"get_vif_port_set\": [\"" + port.id().get()), theirs);
    assertEquals(
        theirs,
        story("fastvif", vifs, NeutronAgentTest::fastvif, NeutronAgentTest::fastvif, options));
  }
}
