package io.fastvif.driver.file;

import static io.fastvif.driver.EndpointType.MACVTAP;
import static io.fastvif.driver.EndpointType.PCI_DEVICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.MacvtapEndpoint;
import io.fastvif.driver.PciDeviceEndpoint;
import io.fastvif.testing.EndpointCommand;
import io.fastvif.testing.Lab;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Networks of the kinds physical and sriov on virtual functions, by the installed plugins: one
 * process requests the endpoints, another releases them.
 */
class EndpointLabTest {
  private static final EndpointId RED = id("red", MACVTAP, 1);
  private static final EndpointId TAGGED = id("tagged", PCI_DEVICE, 2);
  private static final EndpointId FAST = id("fast", MACVTAP, 3);

  @TempDir static Path out;

  private static Lab lab;

  private static EndpointId id(String network, EndpointType type, int port) {
    return new EndpointId(network, type, new UUID((long) port << 32, 0));
  }

  @BeforeAll
  static void requestAndReleaseInTheLab() throws IOException, InterruptedException {
    Files.writeString(
        out.resolve("networks.json"),
        """
        {"networks": {
          "red":   {"kind": "physical", "address": "0000:ff:1f.0", "mode": "vepa"},
          "tagged": {"kind": "sriov", "addresses": ["0000:ff:1f.1"], "claims": "/run/claims", "vlan": 9},
          "fast":  {"kind": "sriov", "addresses": ["0000:ff:1f.2"], "claims": "/run/claims"}
        }}
        """);
    lab = Lab.of("endpoints.sh", out).seconds(900).launcher("endpoints", EndpointCommand.class);
    lab.run();
  }

  private static List<String> lines(String file) {
    return lab.text(file).lines().toList();
  }

  private static PciAddress function(int number) {
    return PciAddress.parse(lines("vfs").get(number).split(" ", -1)[0]);
  }

  private static String net(int number) {
    return lines("vfs").get(number).split(" ", -1)[1];
  }

  /** What ip shows of a link while the endpoints are there. */
  private static String link(String name) {
    return lines("links").stream()
        .filter(line -> line.matches("[0-9]+: " + name + "[@:].*"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + ": " + lab.text("links")));
  }

  /** What the card's link shows of a virtual function. */
  private static String function(String state, int number) {
    String all =
        lines(state).stream()
            .filter(line -> line.contains(" vf 0 "))
            .findFirst()
            .orElseThrow(() -> new AssertionError(lab.text(state)));
    return all.split(" vf [0-9] ", -1)[number + 1];
  }

  private static void assertContains(String text, String part) {
    assertTrue(text.contains(part), () -> part + ": " + text);
  }

  private static void assertMacvtap(EndpointId id, int lower, String mode) {
    String device = DescribedNetwork.device(id.port());
    String shown = link(device);
    assertContains(shown, ": " + device + "@" + net(lower) + ": ");
    assertContains(shown, " macvtap mode " + mode + " ");
    assertContains(shown, " link/ether " + EndpointCommand.MAC + " ");
  }

  @Test
  void aPhysicalNetworkGivesMacvtapsOnItsDevice() {
    MacvtapEndpoint expected =
        new MacvtapEndpoint(
            RED,
            Optional.of(EndpointCommand.MAC),
            1500,
            DescribedNetwork.device(RED.port()),
            function(0),
            DirectMode.VEPA);
    assertEquals(expected.toString(), lines("requested").getFirst());
    assertMacvtap(RED, 0, "vepa");
  }

  @Test
  void aPoolGivesAFunctionWithItsVlan() {
    PciDeviceEndpoint expected =
        new PciDeviceEndpoint(
            TAGGED, Optional.of(EndpointCommand.MAC), 1500, function(1), OptionalInt.of(9));
    assertEquals(expected.toString(), lines("requested").get(1));
    String shown = function("links", 1);
    assertContains(shown, "link/ether " + EndpointCommand.MAC + " ");
    assertContains(shown, " vlan 9,");
  }

  @Test
  void aPoolGivesAFunctionToOneMacvtapInModePassthrough() {
    MacvtapEndpoint expected =
        new MacvtapEndpoint(
            FAST,
            Optional.of(EndpointCommand.MAC),
            1500,
            DescribedNetwork.device(FAST.port()),
            function(2),
            DirectMode.PASSTHROUGH);
    assertEquals(expected.toString(), lines("requested").get(2));
    assertMacvtap(FAST, 2, "passthru");
    assertContains(link(net(2)), " link/ether " + EndpointCommand.MAC + " ");
  }

  @Test
  void aFunctionIsNotGivenTwice() {
    assertEquals("refused: all devices of the pool are in use: 1", lines("requested").get(3));
    List<String> taken =
        lines("there").stream().filter(line -> line.matches("(claim|lease) .*")).sorted().toList();
    assertEquals(
        List.of("claim " + function(1), "claim " + function(2), "lease " + function(1)), taken);
  }

  @Test
  void askingAgainGivesTheSameEndpoints() {
    List<String> requested = lines("requested");
    assertEquals(7, requested.size(), requested::toString);
    assertEquals(requested.subList(0, 3), requested.subList(4, 7));
  }

  @Test
  void anotherDriverReleasesThemAndAllIsAsItWas() {
    assertEquals(
        List.of("released " + RED, "released " + TAGGED, "released " + FAST), lines("released"));
    assertNotEquals(lines("before"), lines("there"));
    assertContains(function("before", 2), "link/ether 02:00:00:00:0f:02 ");
    assertContains(function("there", 2), "link/ether " + EndpointCommand.MAC + " ");
    assertEquals(lines("before"), lines("after"));
  }
}
