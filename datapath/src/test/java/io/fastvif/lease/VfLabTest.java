package io.fastvif.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cli.CommandServer;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.testing.Lab;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Virtual functions of a card that Debian's igb drives, behind an IOMMU. */
class VfLabTest {
  private static final PciAddress NOWHERE = PciAddress.parse("0000:ff:1f.7");

  @TempDir static Path out;

  private static Lab lab;

  @BeforeAll
  static void runInTheLab() throws IOException, InterruptedException {
    VifHostDevice vif =
        VifHostDevice.builder()
            .id("vif-1")
            .plugin("hostdev")
            .address(MacAddress.parse("02:00:00:00:00:01"))
            .devType(HostDeviceType.GENERIC)
            .devAddress(NOWHERE)
            .network(Network.builder().vlan(7).build())
            .build();
    Files.writeString(out.resolve("vif.json"), VersionedObjectWriter.write(vif));
    VifNestedDpdk pod =
        VifNestedDpdk.builder()
            .id("pod-1")
            .plugin("nested_dpdk")
            .pciAddress(NOWHERE.toString())
            .devDriver("vfio-pci")
            .network(Network.builder().label("pods").build())
            .portProfile(PortProfileK8sDpdk.builder().l3Setup(false).build())
            .build();
    Files.writeString(out.resolve("pod.json"), VersionedObjectWriter.write(pod));
    lab = Lab.of("vf.sh", out).seconds(900).launcher("fastvif", CommandServer.class).run();
  }

  private static String status(String name) {
    return lab.text(name + ".status").strip();
  }

  private static void assertDone(String name) {
    assertEquals("0", status(name), () -> lab.text(name + ".err"));
  }

  private static List<String> state(String name) {
    return lab.text(name).lines().toList();
  }

  private static String line(String name, String beginning) {
    return state(name).stream()
        .filter(line -> line.startsWith(beginning))
        .findFirst()
        .orElseThrow(() -> new AssertionError(beginning + ": " + lab.text(name)));
  }

  private static String vf(int number) {
    return state("vfs").get(number);
  }

  @Test
  void theNumberOfFunctionsIsSet() {
    assertDone("count");
    assertEquals("4", lab.text("count").strip());
  }

  @Test
  void settingsAreThoseThatIpShows() {
    assertDone("set");
    String shown = lab.text("set.ip");
    for (String words :
        List.of(
            "02:00:00:00:00:03",
            "vlan 9, qos 2",
            "spoof checking off",
            "trust on",
            "max_tx_rate 100Mbps")) {
      assertTrue(shown.contains(words), shown);
    }
  }

  @Test
  void unsupportedSettingFailsUnlessIgnored() {
    String link = lab.text("link").strip();
    assertEquals("1", status("set-state"));
    assertTrue(
        lab.text("set-state.err").contains("set " + link + ": vf 3 state enable: EOPNOTSUPP"),
        () -> lab.text("set-state.err"));
    assertDone("set-ignore");
    assertEquals(
        "fastvif: note: set "
            + link
            + ": vf 3 state enable: left out: the driver does not support it\n",
        lab.text("set-ignore.err"));
    assertTrue(lab.text("set-ignore.ip").contains("vlan 10,"), () -> lab.text("set-ignore.ip"));
  }

  @Test
  void theListSaysWhatIpHasSet() {
    assertDone("list");
    List<String> lines = state("list.out");
    assertEquals(4, lines.size());
    String last = lines.get(3);
    for (String member :
        List.of(
            "\"pf_link\":\"" + lab.text("link").strip() + "\"",
            "\"vf\":3",
            "\"address\":\"" + vf(3) + "\"",
            "\"driver\":\"igbvf\"",
            "\"mac\":\"02:00:00:00:00:03\"",
            "\"vlan\":11,\"qos\":4,\"proto\":\"802.1Q\"",
            "\"spoofchk\":false,\"trust\":true",
            "\"max_tx_rate\":100")) {
      assertTrue(last.contains(member), member + ": " + last);
    }
    assertEquals(5, state("list-text.out").size());
    assertTrue(lab.text("list-text.out").contains(vf(3)), () -> lab.text("list-text.out"));
  }

  @Test
  void aPlugThatFailsLeavesNoTrace() {
    assertEquals("1", status("fail"));
    assertTrue(
        lab.text("fail.out").contains("\"errno\":\"EOPNOTSUPP\",\"left_behind\":[]"),
        () -> lab.text("fail.out"));
    assertEquals(state("before"), state("after-fail"));
  }

  @Test
  void bindsToVfioAndBack() {
    assertDone("plug");
    assertTrue(
        lab.text("plug.out").contains("vf 1 state enable: left out: the driver does not support"),
        () -> lab.text("plug.out"));
    assertEquals(
        "device " + vf(1) + " driver vfio-pci override vfio-pci",
        line("plugged", "device " + vf(1)));
    String shown =
        state("plugged").stream().filter(line -> line.contains(" vf 1 ")).findFirst().orElse("");
    assertTrue(shown.contains("02:00:00:00:00:01") && shown.contains("vlan 7"), shown);
    assertTrue(state("vfio").stream().anyMatch(name -> name.matches("[0-9]+")));
    assertDone("unplug");
    assertEquals(
        "device " + vf(1) + " driver igbvf override (null)", line("after", "device " + vf(1)));
    assertEquals(state("before"), state("after"));
  }

  @Test
  void nestedDpdkVifIsPluggedAndUnplugged() {
    assertDone("pod");
    assertEquals(
        "device " + vf(2) + " driver vfio-pci override vfio-pci", line("pod", "device " + vf(2)));
    assertEquals(
        "[{\"name\":\"pods\",\"ips\":[],\"mtu\":1500,\"default\":false,\"device-info\":"
            + "{\"type\":\"pci\",\"version\":\"1.1.0\",\"pci\":{\"pci-address\":\""
            + vf(2)
            + "\",\"driver\":\"vfio-pci\"}}}]\n",
        lab.text("description"));
    assertTrue(lab.text("pod-again.out").contains("\"outcome\":\"unchanged\""));
    assertDone("pod-gone");
    assertEquals(state("before"), state("after-pod"));
    assertEquals("", lab.text("descriptions"));
  }

  @Test
  void fiveProcessesGetFourFunctions() {
    List<String> devices = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    for (String holder : List.of("a", "b", "c", "d", "e")) {
      if (status("lease-" + holder).equals("0")) {
        devices.add(lab.text("lease-" + holder + ".out").strip());
      } else {
        failed.add(lab.text("lease-" + holder + ".err"));
      }
    }
    assertEquals(4, devices.size(), failed::toString);
    assertEquals(new HashSet<>(state("vfs")), new HashSet<>(devices));
    assertTrue(failed.getFirst().contains("has 4 virtual functions, none free"), failed::toString);
    assertEquals(4, state("leases").size());
    assertEquals("2", status("refused"));
    assertTrue(
        lab.text("refused.err").contains("would take away functions in use"),
        () -> lab.text("refused.err"));
    assertDone("release");
    assertEquals(3, state("leases-after").size());
  }
}
