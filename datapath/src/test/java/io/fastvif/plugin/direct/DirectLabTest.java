package io.fastvif.plugin.direct;

import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_ASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_DISASSOCIATE;
import static io.fastvif.bindings.linux.linux_h.PORT_REQUEST_PREASSOCIATE_RR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cli.CommandServer;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.testing.Lab;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.VifDirect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Macvtaps on virtual functions, by the command, with frames through their device files. */
class DirectLabTest {
  private static final String VLAN = "vlan7";
  private static final String GUEST = "5d01885b-c3bf-4db6-9d3c-7b2bd3f1a5c3";
  private static final String OWN_ADDRESS = "02:00:00:00:0f:00";

  @TempDir static Path out;

  private static Lab lab;

  private static VifDirect.Builder vif(int number, DirectMode mode) {
    return VifDirect.builder()
        .id(new UUID(0, number).toString())
        .plugin("direct")
        .vifName("tap" + number)
        .address(mac(number))
        .devAddress(PciAddress.parse("0000:ff:1f.7"))
        .mode(mode);
  }

  private static MacAddress mac(int number) {
    return new MacAddress(0x020000000000L + number);
  }

  private static void write(String name, VifDirect... vifs) throws IOException {
    List<String> objects = List.of(vifs).stream().map(VersionedObjectWriter::write).toList();
    Files.writeString(out.resolve(name + ".json"), "[" + String.join(",", objects) + "]");
  }

  private static void writeProfiled(String name, String profile) throws IOException {
    VifDirect profiled =
        vif(1, DirectMode.VEPA)
            .portProfile(PortProfile8021Qbh.builder().profileId(profile).build())
            .build();
    InstanceInfo instance = InstanceInfo.builder().uuid(GUEST).build();
    Files.writeString(
        out.resolve(name + ".json"),
        "{\"vif\":"
            + VersionedObjectWriter.write(profiled)
            + ",\"instance\":"
            + VersionedObjectWriter.write(instance)
            + "}");
  }

  @BeforeAll
  static void plugInTheLab() throws IOException, InterruptedException {
    write("vepa", vif(1, DirectMode.VEPA).build(), vif(2, DirectMode.VEPA).build());
    write("bridge", vif(1, DirectMode.BRIDGE).build(), vif(2, DirectMode.BRIDGE).build());
    write("private", vif(1, DirectMode.BRIDGE).build(), vif(2, DirectMode.BRIDGE).build());
    write("passthrough", vif(1, DirectMode.PASSTHROUGH).build());
    Network tagged = Network.builder().vlan(7).shouldProvideVlan(true).build();
    write("vlan", vif(1, DirectMode.BRIDGE).vlanName(VLAN).network(tagged).build());
    writeProfiled("qbh", "enterprise");
    for (String profile : List.of("good", "refused", "silent")) {
      writeProfiled("port-" + profile, profile);
    }
    lab = Lab.of("macvtap.sh", out).launcher("fastvif", CommandServer.class).run();
  }

  private static void assertOutcome(String command, int vifs, String outcome) {
    assertEquals("0", lab.text(command + ".status").strip(), () -> lab.text(command + ".err"));
    List<String> lines = lab.text(command + ".out").lines().toList();
    assertEquals(vifs, lines.size(), lines::toString);
    for (String line : lines) {
      assertTrue(line.contains("\"outcome\":\"" + outcome + "\""), line);
    }
  }

  private static String link(String state, String name) {
    return lab.text(state)
        .lines()
        .filter(line -> line.matches("[0-9]+: " + name + "[@:].*"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + ": " + lab.text(state)));
  }

  private static String net(int function) {
    return lab.text("nets").lines().toList().get(function);
  }

  private static void assertMacvtaps(String name, String mode, int count) {
    assertOutcome("plug-" + name, count, "plugged");
    List<String> files = lab.text("files-" + name).lines().toList();
    assertEquals(count, files.size(), files::toString);
    for (int i = 1; i <= count; i++) {
      String shown = link("links-" + name, "tap" + i);
      assertTrue(shown.contains(": tap" + i + "@" + net(0) + ": "), shown);
      assertTrue(shown.contains("macvtap mode " + mode + " "), shown);
      assertTrue(shown.contains("link/ether " + mac(i) + " "), shown);
      assertTrue(shown.contains("UP"), shown);
      String file = files.get(i - 1);
      assertTrue(
          file.matches("tap" + i + " character special file 660 ([0-9a-f]+:[0-9a-f]+) \\1"), file);
    }
    String source = link("links-" + name, net(0));
    assertTrue(source.contains(",UP"), source);
    assertOutcome("unplug-" + name, count, "unplugged");
    assertFalse(lab.text("before-" + name).contains("tap"), () -> lab.text("before-" + name));
    assertEquals(settings("before-" + name), settings("after-" + name));
  }

  private static void assertFrames(String name, String... lines) {
    assertEquals(String.join("\n", lines) + "\n", lab.text("frames-" + name));
  }

  /**
   * No more is asked of modes vepa and private: on this emulated card a frame for the other macvtap
   * was seen to arrive there all the same, and it is not known by which way. {@link
   * DirectKernelTest} sees on a veth pair that it does not.
   */
  private static void assertReachesTheCard(String name) {
    String pf = lab.text("pf").strip();
    String expected = "tap1 reaches " + pf + "\n" + pf + " reaches tap1\n";
    assertTrue(lab.text("frames-" + name).startsWith(expected), () -> lab.text("frames-" + name));
  }

  @Test
  void inModeVepaTheyReachTheCard() {
    assertMacvtaps("vepa", "vepa", 2);
    assertReachesTheCard("vepa");
  }

  @Test
  void inModeBridgeTheyReachEachOther() {
    assertMacvtaps("bridge", "bridge", 2);
    assertOutcome("again", 2, "unchanged");
    assertFrames(
        "bridge",
        "tap1 reaches " + lab.text("pf").strip(),
        lab.text("pf").strip() + " reaches tap1",
        "tap1 reaches tap2");
  }

  @Test
  void inModePrivateTheyReachTheCard() {
    assertMacvtaps("private", "private", 2);
    assertReachesTheCard("private");
  }

  @Test
  void inModePassthroughTheFunctionHasTheGuestsAddressUntilItGoes() {
    assertMacvtaps("passthrough", "passthru", 1);
    String plugged = link("links-passthrough", net(0));
    assertTrue(plugged.contains("link/ether " + mac(1) + " "), plugged);
    assertTrue(plugged.contains(" promiscuity 0 "), plugged);
    String after = link("after-passthrough", net(0));
    assertTrue(after.contains("link/ether " + OWN_ADDRESS + " "), after);
    assertFrames(
        "passthrough",
        "tap1 reaches " + lab.text("pf").strip(),
        lab.text("pf").strip() + " reaches tap1");
  }

  @Test
  void aPortProfileThatTheDriverDoesNotKnowIsAnErrorThatLeavesNoTrace() {
    assertEquals("1", lab.text("plug-qbh.status").strip(), () -> lab.text("plug-qbh.out"));
    String refused =
        "associate port profile enterprise on " + lab.text("pf").strip() + " vf 0: EOPNOTSUPP";
    assertTrue(lab.text("plug-qbh.err").contains(refused), () -> lab.text("plug-qbh.err"));
    assertTrue(
        lab.text("plug-qbh.out").contains("\"left_behind\":[]"), () -> lab.text("plug-qbh.out"));
    assertFalse(lab.text("before-qbh").contains("tap"), () -> lab.text("before-qbh"));
    assertEquals(settings("before-qbh"), settings("after-qbh"));
  }

  private static String request(int operation, String profile) {
    boolean gone = operation == PORT_REQUEST_DISASSOCIATE;
    UUID none = new UUID(0, 0);
    return "1 request %d profile '%s' instance %s host %s"
        .formatted(
            operation,
            gone ? "" : profile,
            gone ? none : GUEST,
            gone ? none : "c75d2b6e-2f2e-4f7b-9d2a-6a2d1b0a4c11");
  }

  /** Of all links, without what a card's carrier does by itself: it comes some time after boot. */
  private static String settings(String name) {
    return lab.text(name).replaceAll("NO-CARRIER,|,LOWER_UP|state [A-Z]+ ", "");
  }

  private static void assertRefused(String command, String reason) {
    assertEquals("1", lab.text(command + ".status").strip(), () -> lab.text(command + ".out"));
    assertTrue(lab.text(command + ".err").contains(reason), () -> lab.text(command + ".err"));
  }

  /** On a driver that is made up, but reached through the kernel as one that knows profiles is. */
  @Test
  void portsAreAssociatedAndDisassociatedThroughTheDriver() {
    assertOutcome("port-plug", 1, "plugged");
    assertOutcome("port-unplug", 1, "unplugged");
    assertOutcome("port-pre", 1, "plugged");
    assertOutcome("port-pre-gone", 1, "unplugged");
    assertRefused("port-refused", "the switch refused: invalid port profile");
    assertRefused("port-silent", "the switch did not answer in 2 s");
    assertEquals(
        List.of(
            request(PORT_REQUEST_ASSOCIATE, "good"),
            request(PORT_REQUEST_DISASSOCIATE, ""),
            request(PORT_REQUEST_PREASSOCIATE_RR, "good"),
            request(PORT_REQUEST_DISASSOCIATE, ""),
            request(PORT_REQUEST_ASSOCIATE, "refused"),
            request(PORT_REQUEST_DISASSOCIATE, ""),
            request(PORT_REQUEST_ASSOCIATE, "silent"),
            request(PORT_REQUEST_DISASSOCIATE, "")),
        lab.text("port-requests").lines().toList());
    assertEquals(settings("before-port"), settings("after-port"));
  }

  @Test
  void aMissingVlanOfTheFunctionIsMadeAndStays() {
    assertOutcome("plug-vlan", 1, "plugged");
    String tap = link("links-vlan", "tap1");
    assertTrue(tap.contains("@" + VLAN + ": ") && tap.contains("macvtap mode bridge "), tap);
    String vlan = link("links-vlan", VLAN);
    assertTrue(vlan.contains("@" + net(1) + ": ") && vlan.contains("UP"), vlan);
    assertTrue(vlan.contains(" vlan protocol 802.1Q id 7 "), vlan);
    assertOutcome("unplug-vlan", 1, "unplugged");
    assertEquals(name(vlan), name(link("after-vlan", VLAN)));
    assertFalse(lab.text("after-vlan").contains("tap"), () -> lab.text("after-vlan"));
  }

  /** Of a line of {@code ip -o link}: {@code INDEX: NAME: ...}. */
  private static String name(String line) {
    int begin = line.indexOf(' ') + 1;
    return line.substring(begin, line.indexOf(' ', begin));
  }
}
