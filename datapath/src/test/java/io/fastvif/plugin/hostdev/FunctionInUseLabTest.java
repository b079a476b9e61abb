package io.fastvif.plugin.hostdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cli.CommandServer;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plan.Aliases;
import io.fastvif.testing.Lab;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifHostDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions of a card that Debian's igb drives, which others use and guests change. */
class FunctionInUseLabTest {
  @TempDir static Path out;

  private static Lab lab;

  private static void write(String name, Vif vif) throws IOException {
    Files.writeString(out.resolve(name + ".json"), VersionedObjectWriter.write(vif));
  }

  private static VifHostDevice device(String id, String mac) {
    return VifHostDevice.builder()
        .id(id)
        .plugin("hostdev")
        .address(MacAddress.parse(mac))
        .devType(HostDeviceType.ETHERNET)
        .devAddress(PciAddress.parse("0000:ff:1f.6"))
        .build();
  }

  @BeforeAll
  static void runInTheLab() throws IOException, InterruptedException {
    write(
        "direct",
        VifDirect.builder()
            .id("direct-1")
            .plugin("direct")
            .vifName("mt0")
            .address(MacAddress.parse("02:00:00:00:00:01"))
            .devAddress(PciAddress.parse("0000:ff:1f.7"))
            .mode(DirectMode.BRIDGE)
            .build());
    write("hv", device("hv", "fa:16:3e:11:22:33"));
    write("hv2", device("hv2", "fa:16:3e:11:22:44"));
    lab = Lab.of("in-use.sh", out).seconds(900).launcher("fastvif", CommandServer.class).run();
  }

  private static String pf() {
    return lab.text("pf").strip();
  }

  private static void assertDone(String command, String outcome) {
    assertEquals("0", lab.text(command + ".status").strip(), () -> lab.text(command + ".err"));
    String line = lab.text(command + ".out");
    assertTrue(line.contains("\"outcome\":\"" + outcome + "\""), line);
  }

  private static void assertNote(String command, String note) {
    assertDone(command, "unplugged");
    String line = lab.text(command + ".out");
    assertTrue(line.contains("\"notes\":[\"" + pf() + " is left up: " + note + "\"]"), line);
  }

  private static void assertUp(String file) {
    assertEquals("up " + Aliases.BROUGHT_UP, lab.text(file).strip());
  }

  @Test
  void theFunctionIsUpForTheMacvtap() {
    assertEquals("down", lab.text("before").strip());
    assertDone("macvlan-plug", "plugged");
    assertUp("plugged");
  }

  @Test
  void theFunctionIsLeftUpForAMacvlanOfAPod() {
    assertNote("macvlan", "mvl in /run/netns/pod lies on it");
    assertUp("with-macvlan");
  }

  @Test
  void theFunctionIsLeftUpForAnAddressAndItsRoutes() {
    assertNote("address", "it has the address 192.0.2.1");
    assertUp("with-address");
    assertTrue(lab.text("routes").contains("198.51.100.0/24 via 192.0.2.2"), lab.text("routes"));
  }

  @Test
  void theFunctionIsLeftUpForAVirtualOneOfAnotherVif() {
    assertDone("hv", "plugged");
    assertNote("function", "its VF 0 is in use: it is leased to hv");
    assertUp("with-function");
  }

  @Test
  void theLastOneSetsItDown() {
    assertDone("hv-gone", "unplugged");
    assertEquals("down", lab.text("after-all").strip());
  }

  @ParameterizedTest
  @CsvSource({"guest, guest-gone", "rebound, rebound-gone"})
  void whatAGuestOrADriverMadeOfTheLinkIsAsItWas(String plugged, String unplugged) {
    assertDone(plugged, "plugged");
    assertDone(unplugged, "unplugged");
    assertTrue(lab.text(unplugged + ".out").contains("\"notes\":[]"), lab.text(unplugged + ".out"));
    String before = lab.text(plugged + "-before");
    assertTrue(before.contains("nic0"), before);
    assertEquals(before, lab.text(plugged + "-after"));
  }

  @Test
  void theGuestHadItsWay() {
    String changed = lab.text("guest-changed");
    assertTrue(changed.contains("other") && changed.contains("UP"), changed);
    assertTrue(!lab.text("rebound-links").contains("nic0"), lab.text("rebound-links"));
  }

  @Test
  void aPlugThatFailsGivesTheLinkBackToo() {
    assertEquals("1", lab.text("failing.status").strip());
    assertTrue(lab.text("failing.err").contains("state enable"), lab.text("failing.err"));
    assertEquals(lab.text("rebound-before"), lab.text("failed-after"));
  }

  @Test
  void aFunctionThatVanishedIsUnpluggedAndFree() {
    assertDone("vanishing", "plugged");
    assertDone("vanished", "unplugged");
    assertEquals("", lab.text("vanished-leases"));
    assertDone("second", "plugged");
  }

  @Test
  void aVifThatHasItNoLongerDoesNotResetIt() {
    assertDone("first-again", "unchanged");
    assertTrue(lab.text("second.vf").contains("fa:16:3e:11:22:44"), lab.text("second.vf"));
    assertEquals(lab.text("vf"), lab.text("second-leases"));
    assertDone("second-gone", "unplugged");
  }

  @Test
  void withoutRoomForALeaseNothingIsChanged() {
    for (String command : List.of("full", "read-only")) {
      assertEquals("1", lab.text(command + ".status").strip(), command);
      String said = lab.text(command + ".err");
      assertTrue(said.contains("/run/fastvif"), said);
      assertEquals(lab.text("full-before"), lab.text(command + "-after"));
    }
    assertEquals("/run/fastvif/fill\n", lab.text("full-files"));
    assertDone("at-last", "plugged");
  }
}
