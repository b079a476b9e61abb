package io.fastvif.plugin.hostdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cli.CommandServer;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.testing.Lab;
import io.fastvif.testing.Peer;
import io.fastvif.vif.DatapathOffloadRepresentor;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.VifHostDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin hostdev on a card of two physical functions with seven VFs, and Open vSwitch. */
class HostDeviceLabTest {
  private static final int VFS = 14;
  private static final String UUID = "00000000-0000-0000-0000-0000000000ff";

  @TempDir static Path out;

  private static Lab lab;

  @BeforeAll
  static void plugInTheLab() throws IOException, InterruptedException {
    Peer.require("ovs-vswitchd", "openvswitch-switch");
    VifHostDevice vif =
        VifHostDevice.builder()
            .id(UUID)
            .plugin("hostdev")
            .address(MacAddress.parse("02:00:00:00:00:ff"))
            .devType(HostDeviceType.ETHERNET)
            .devAddress(PciAddress.parse("0000:ff:1f.7"))
            .network(Network.builder().bridge("br-int").mtu(1450).build())
            .portProfile(
                PortProfileOvsRepresentor.builder()
                    .interfaceId(UUID)
                    .datapathType("system")
                    .createPort(true)
                    .representorName("REP")
                    .representorAddress(PciAddress.parse("0000:ff:1f.7"))
                    .build())
            .build();
    Files.writeString(out.resolve("vif.json"), VersionedObjectWriter.write(vif));
    Files.writeString(out.resolve("offload.json"), VersionedObjectWriter.write(offload()));
    lab =
        Lab.of("hostdev.sh", out)
            .functions(2)
            .memory("2G")
            .seconds(1800)
            .launcher("fastvif", CommandServer.class)
            .run();
  }

  private static VifHostDevice offload() {
    return VifHostDevice.builder()
        .id(UUID)
        .plugin("ovs")
        .devType(HostDeviceType.ETHERNET)
        .devAddress(PciAddress.parse("0000:ff:1f.7"))
        .network(Network.builder().bridge("br-int").build())
        .portProfile(
            PortProfileOpenVSwitch.builder()
                .interfaceId(UUID)
                .datapathType("system")
                .datapathOffload(
                    DatapathOffloadRepresentor.builder().representorName("offload0").build())
                .build())
        .build();
  }

  private static void assertEach(String name, String outcome) {
    assertEquals("0", lab.text(name + ".status").strip(), () -> lab.text(name + ".err"));
    List<String> lines = lab.text(name + ".out").lines().toList();
    assertEquals(VFS, lines.size());
    for (String line : lines) {
      assertTrue(line.contains("\"outcome\":\"" + outcome + "\""), line);
    }
  }

  /** How often it comes: a line has all VFs of a link. */
  private static long count(List<String> state, String words) {
    return state.stream().mapToLong(line -> line.split(words, -1).length - 1).sum();
  }

  private static List<String> state(String name) {
    return lab.text(name).lines().toList();
  }

  @Test
  void aBatchOfFourteenIsPluggedWithRenamedRepresentors() {
    assertEach("plugged", "plugged");
    List<String> names = IntStream.range(0, VFS).mapToObj(i -> "rep" + i).sorted().toList();
    assertEquals(names, state("ports"));
    List<String> state = state("plugged");
    for (String name : names) {
      assertTrue(
          state.stream()
              .anyMatch(line -> line.matches("link " + name + ": <[^>]*\\bUP\\b.* mtu 1450 .*")),
          () -> name + ": " + state);
    }
    assertEquals(VFS, count(state, "02:00:00:00:01:"), state::toString);
    assertEquals(VFS, count(state, "trust on"));
    assertEquals(VFS, state.stream().filter(line -> line.startsWith("lease ")).count());
    assertTrue(
        lab.text("interfaces").contains("iface-id=\"00000000-0000-0000-0000-00000000000d\""));
    assertEach("again", "unchanged");
  }

  @Test
  void framesPassFromAVfThroughItsRepresentorAndOpenVSwitch() {
    String ping = lab.text("ping");
    assertEquals(2, ping.lines().filter(line -> line.contains(" 0% packet loss")).count(), ping);
  }

  @Test
  void unpluggingLeavesNoTrace() {
    assertEach("unplugged", "unplugged");
    assertEquals("", lab.text("ports-after"));
    assertNotEquals(state("before"), state("plugged"));
    assertEquals(state("before"), state("after"));
    assertEach("unplugged-again", "unchanged");
  }

  @Test
  void thePluginOvsAloneTakesTheNameFromTheOffload() {
    assertDone("offload");
    List<String> ports = state("offloaded");
    assertTrue(
        ports.stream().anyMatch(line -> line.matches("[0-9]+: offload0: <[^>]*\\bUP\\b.*")),
        ports::toString);
    assertDone("offload-gone");
    assertEquals(state("before"), state("after-offload"));
  }

  /** How far a plug that was killed had come: leases, renamed representors, ports. */
  private static List<Integer> progress(String killed) {
    List<String> lines = state(killed + ".progress");
    assertFalse(Files.exists(out.resolve(killed + ".status")), killed + " had ended by itself");
    return lines.stream()
        .map(line -> Integer.valueOf(line.substring(line.indexOf(' ') + 1)))
        .toList();
  }

  private static void assertDone(String command) {
    assertEquals("0", lab.text(command + ".status").strip(), () -> lab.text(command + ".err"));
  }

  @Test
  void aKillHitsTheMiddle() {
    assertEquals(List.of(VFS, VFS, 0), progress("late"));
    List<List<Integer>> all = List.of(progress("early"), progress("middle"), progress("late"));
    System.out.println("leases, renamed representors and ports after three kills: " + all);
    assertTrue(progress("early").getFirst() > 0, all::toString);
    assertTrue(progress("middle").get(1) > 0, all::toString);
  }

  /** Each is complete, and none says what the killed plug had made of the function. */
  @Test
  void theLeasesOfAKilledPlugSayHowItWasBefore() {
    for (String killed : List.of("early", "middle", "late")) {
      List<String> leases = state(killed + ".leases");
      for (String before :
          List.of("holder=00000000-", "plugged=true", "representor=eth", "trust=false")) {
        assertEquals((long) progress(killed).getFirst(), count(leases, before), leases::toString);
      }
      for (String made : List.of("representor=rep", "mac=02:00:00:00:01:")) {
        assertEquals(0, count(leases, made), leases::toString);
      }
    }
  }

  @Test
  void afterAKillTheSecondRunFinishes() {
    for (String killed : List.of("early", "late")) {
      assertDone(killed + "-finished");
      assertEquals(state("plugged"), state("finished-" + killed));
      assertDone(killed + "-unplugged");
      assertEquals(state("before"), state("after-" + killed));
    }
  }

  @Test
  void afterAKillUnpluggingCleansUp() {
    assertDone("middle-undone");
    assertEquals(state("before"), state("after-middle"));
  }
}
