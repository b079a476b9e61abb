package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Lab;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifOpenVSwitch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Open vSwitch's kernel datapath, which is in the lab only. */
class OvsLabTest {
  @TempDir static Path out;

  private static Lab lab;

  private static String id(int number) {
    return String.format("%08d-0000-4000-8000-000000000000", number);
  }

  private static PortProfileOpenVSwitch.Builder profile(int number) {
    return PortProfileOpenVSwitch.builder().interfaceId(id(number));
  }

  private static Vif created(int number) {
    return VifOpenVSwitch.builder()
        .id(id(number))
        .plugin("ovs")
        .vifName("tap" + number)
        .bridgeName("br-int")
        .network(Network.builder().bridge("br-int").mtu(1450).build())
        .portProfile(profile(number).createPort(true).build())
        .build();
  }

  private static Vif hybrid(int number) {
    return VifBridge.builder()
        .id(id(number))
        .plugin("ovs")
        .vifName("tap" + number)
        .bridgeName("qbr" + id(number).substring(0, 11))
        .network(Network.builder().bridge("br-int").mtu(1450).build())
        .portProfile(profile(number).build())
        .build();
  }

  @BeforeAll
  static void runInTheLab() throws Exception {
    lab = Lab.of("ovs-kernel.sh", out).launcher("fastvif", Fastvif.class);
    Files.writeString(out.resolve("vifs.json"), Vifs.json(created(1), created(2), hybrid(3)));
    Files.writeString(out.resolve("isolated.json"), Vifs.json(created(4)));
    lab.run();
  }

  private static void assertAll(String outcome, String file) {
    List<String> lines = lab.text(file).lines().toList();
    assertEquals(4, lines.size(), () -> "" + lines);
    for (String line : lines) {
      assertTrue(line.contains("\"outcome\":\"" + outcome + "\""), line);
    }
  }

  @Test
  void portsAreOfTheKernelsDatapath() {
    assertAll("plugged", "plugged");
    String datapath = lab.text("datapath");
    assertTrue(datapath.startsWith("system@ovs-system:"), datapath);
    for (String port : List.of("tap1", "tap2", "qvo00000003-00", "tap4")) {
      assertTrue(datapath.matches("(?s).*port [0-9]+: " + port + "\\n.*"), datapath);
    }
  }

  @Test
  void framesPassBetweenVifsButNotToAnIsolatedOne() {
    assertEquals(
        "1 reaches 2\n2 reaches 1\n1 reaches 3\n3 reaches 2\n1 does not reach 4\n",
        lab.text("traffic"),
        lab::log);
  }

  @Test
  void newPortsHaveTheDefaultQos() {
    List<String> rows = lab.text("qos").lines().toList();
    assertEquals(4, rows.size(), () -> "" + rows);
    for (String row : rows) {
      assertTrue(row.startsWith("linux-noop,"), row);
    }
  }

  @Test
  void unpluggingLeavesNothing() {
    assertAll("unplugged", "unplugged");
    assertEquals("", lab.text("ports"), "ports and QoS rows");
    String links = lab.text("links");
    assertFalse(links.contains("qv"), links);
    assertFalse(links.contains("qbr"), links);
    assertFalse(links.contains("fvgone"), links);
    assertTrue(links.contains("ovs-system"), links);
  }
}
