package io.fastvif.driver.file;

import static io.fastvif.driver.EndpointType.BRIDGE;
import static io.fastvif.driver.EndpointType.MACVTAP;
import static io.fastvif.driver.EndpointType.PCI_DEVICE;
import static io.fastvif.driver.EndpointType.TAP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.BridgeKind;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointReleaseException;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.MacvtapEndpoint;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.PciDeviceEndpoint;
import io.fastvif.engine.Outcome;
import io.fastvif.plan.LinkState;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifOpenVSwitch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the driver hands to the plugins of networks that need Open vSwitch or a card, and what it
 * does when a plugin is missing or fails. The plugin of the test makes a tap in place of the
 * device, so that these need neither. {@link OvsEndpointTest} and {@link EndpointLabTest} have the
 * installed plugins.
 */
class PluginFlowTest {
  private static final UUID PORT = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  private static final UUID OTHER = UUID.fromString("19b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  private static final UUID INSTANCE = UUID.fromString("29b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  private static final String DEVICE = TapInPlace.DEVICE;
  private static final PciAddress FIRST = PciAddress.parse("0000:af:06.0");

  @TempDir Path temporary;
  private Path file;
  private Path claims;

  @BeforeEach
  void describeNetworks() throws IOException {
    file = temporary.resolve("networks.json");
    claims = temporary.resolve("claims");
    Files.writeString(
        file,
        """
        {"networks": {
          "green": {"kind": "ovs", "bridge": "br-int", "mtu": 1400},
          "red":   {"kind": "physical", "address": "0000:03:00.0", "mode": "bridge"},
          "absent": {"kind": "sriov", "addresses": ["ffff:ff:1f.7"], "claims": "CLAIMS"},
          "tagged": {"kind": "sriov", "addresses": ["0000:af:06.0"], "claims": "CLAIMS", "vlan": 9},
          "fast":  {"kind": "sriov", "addresses": ["0000:af:06.0"], "claims": "CLAIMS"}
        }}
        """
            .replace("CLAIMS", claims.toString()));
  }

  private NetworkDriver with(TapInPlace plugin, TestHost host) {
    return new FileNetworkDriver(
        NetworksFile.read(file).networks(), new PluginPlugging(host.host(), vif -> plugin));
  }

  private static String refusal(NetworkDriver driver, String network, EndpointType type) {
    EndpointRequest request = EndpointRequest.of(network, PORT, type);
    EndpointUnavailableException refused =
        assertThrows(EndpointUnavailableException.class, () -> driver.request(request));
    return refused.reasons().get(type);
  }

  private int claimed() throws IOException {
    if (!Files.exists(claims)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(claims)) {
      return (int) files.filter(file -> !file.endsWith("lock")).count();
    }
  }

  @KernelTest
  void aVifWhoseFirstStepWorkedGivesItsFunctionBack() throws Exception {
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      TapInPlace plugin = new TapInPlace();
      NetworkDriver driver = with(plugin, host);
      plugin.mtu = 70_000;
      String reason = refusal(driver, "fast", PCI_DEVICE);
      assertTrue(reason.contains("mtu greater than device maximum"), reason);
      assertEquals(before, host.links());
      assertEquals(0, claimed());
      plugin.mtu = 1400;
      driver.request(EndpointRequest.of("fast", PORT, PCI_DEVICE));
      plugin.mtu = 70_000; // the endpoint that is there must keep its function
      refusal(driver, "fast", PCI_DEVICE);
      assertEquals(1, claimed());
    }
  }

  @KernelTest
  void aMissingPluginIsNamedAndNothingIsTaken() throws Exception {
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      NetworkDriver driver =
          new FileNetworkDriver(
              NetworksFile.read(file).networks(),
              new PluginPlugging(host.host(), PluginFlowTest::missing));
      String named = "plugin: \"%s\" is not installed: expected another";
      assertEquals(named.formatted("ovs"), refusal(driver, "green", BRIDGE));
      assertEquals(named.formatted("ovs"), refusal(driver, "green", TAP));
      assertEquals(named.formatted("direct"), refusal(driver, "red", MACVTAP));
      assertEquals(named.formatted("hostdev"), refusal(driver, "fast", PCI_DEVICE));
      assertEquals(named.formatted("direct"), refusal(driver, "fast", MACVTAP));
      assertEquals(0, claimed());
      EndpointId id = new EndpointId("green", TAP, PORT);
      EndpointReleaseException kept =
          assertThrows(EndpointReleaseException.class, () -> driver.release(id));
      assertTrue(kept.getMessage().contains(named.formatted("ovs")), kept.getMessage());
      assertEquals(before, host.links());
    }
  }

  @KernelTest
  void aRefusalIsGivenInThePluginsOwnWords() throws Exception {
    try (TestHost host = new TestHost(file)) {
      assertEquals(
          "dev_address: \"0000:03:00.0\" has no network device: expected a PCI device with one"
              + " network device in this namespace",
          refusal(host.driver(), "red", MACVTAP));
      assertEquals(
          "dev_address: \"ffff:ff:1f.7\" is not a device of this host: expected the PCI address of"
              + " one",
          refusal(host.driver(), "absent", PCI_DEVICE));
      assertEquals(0, claimed());
    }
  }

  /** A host that looks at Open vSwitch cannot say what an id has where there is no database. */
  @KernelTest
  void openVSwitchIsLookedAtForNetworksOfItsKindOnly() throws Exception {
    Path without = temporary.resolve("without.json");
    Files.writeString(
        without, "{\"networks\": {\"blue\": {\"kind\": \"bridge\", \"bridge\": \"br-blue\"}}}");
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of()).option("ovs.ovs_vsctl_timeout", "1").build();
    try (VifHost host = VifHost.open(VifHostOptions.of(configuration))) {
      NetworkDriver driver =
          FileNetworkDriver.of(NetworksFile.read(without), host, VifPlugger.of(host));
      driver.release(driver.request(EndpointRequest.of("blue", PORT, TAP)));
      assertEquals(Outcome.UNCHANGED, host.unplug("vif").join().outcome());
      FileNetworkDriver.of(NetworksFile.read(file), host, VifPlugger.of(host))
          .release(new EndpointId("red", MACVTAP, PORT));
      assertEquals(Outcome.FAILED, host.unplug("vif").join().outcome());
    }
  }

  private static VifPlugin missing(Vif vif) {
    throw InvalidInputException.ofValue(
        "plugin", vif.plugin().get(), "is not installed", "another");
  }

  @KernelTest
  void anInstalledPluginPlugsAndUnplugsOpenVSwitchPorts() {
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      TapInPlace plugin = new TapInPlace();
      NetworkDriver driver = with(plugin, host);
      Endpoint endpoint =
          driver.request(EndpointRequest.of("green", PORT, BRIDGE).withInstance(INSTANCE));
      assertEquals(
          new BridgeEndpoint(
              new EndpointId("green", BRIDGE, PORT),
              Optional.empty(),
              1400,
              "br-int",
              BridgeKind.OPEN_VSWITCH,
              DEVICE,
              false),
          endpoint);
      assertEquals(INSTANCE.toString(), plugin.instance.uuid().get());
      VifOpenVSwitch vif = assertInstanceOf(VifOpenVSwitch.class, plugin.plugged.getFirst());
      assertEquals("br-int", vif.bridgeName().get());
      assertEquals("br-int", vif.network().get().bridge().get());
      assertEquals(1400, vif.network().get().mtu().get());
      assertEquals(DEVICE, vif.vifName().get());
      PortProfileOpenVSwitch profile =
          assertInstanceOf(PortProfileOpenVSwitch.class, vif.portProfile().get());
      assertEquals(PORT.toString(), profile.port().interfaceId().get());
      assertFalse(profile.port().createPort().get());
      assertFalse(profile.createTap().get());
      assertTrue(host.has(DEVICE));
      driver.release(endpoint);
      assertEquals(before, host.links());
      driver.request(EndpointRequest.of("green", PORT, TAP));
      VifOpenVSwitch tap = (VifOpenVSwitch) plugin.plugged.getLast();
      PortProfileOpenVSwitch made = (PortProfileOpenVSwitch) tap.portProfile().get();
      assertTrue(made.createsPort() && made.createTap().get());
    }
  }

  @KernelTest
  void anInstalledPluginPlugsMacvtapsOnADevice() {
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      TapInPlace plugin = new TapInPlace();
      NetworkDriver driver = with(plugin, host);
      Endpoint endpoint = driver.request(EndpointRequest.of("red", PORT, PCI_DEVICE, MACVTAP));
      assertEquals(
          new MacvtapEndpoint(
              new EndpointId("red", MACVTAP, PORT),
              Optional.empty(),
              1500,
              DEVICE,
              PciAddress.parse("0000:03:00.0"),
              DirectMode.BRIDGE),
          endpoint);
      VifDirect vif = assertInstanceOf(VifDirect.class, plugin.plugged.getFirst());
      assertEquals(DirectMode.BRIDGE, vif.mode().get());
      assertEquals(PciAddress.parse("0000:03:00.0"), vif.devAddress().get());
      assertEquals(DEVICE, vif.vifName().get());
      with(new TapInPlace(), host).release(endpoint.id());
      assertEquals(before, host.links());
    }
  }

  @KernelTest
  void anInstalledPluginPlugsFunctionsOfAPoolThatOutlivesTheDriver() throws Exception {
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      TapInPlace plugin = new TapInPlace();
      Endpoint endpoint =
          with(plugin, host).request(EndpointRequest.of("tagged", PORT, MACVTAP, PCI_DEVICE));
      assertEquals(
          new PciDeviceEndpoint(
              new EndpointId("tagged", PCI_DEVICE, PORT),
              Optional.empty(),
              1500,
              FIRST,
              OptionalInt.of(9)),
          endpoint);
      VifHostDevice vif = assertInstanceOf(VifHostDevice.class, plugin.plugged.getFirst());
      assertEquals(FIRST, vif.devAddress().get());
      assertEquals(HostDeviceType.ETHERNET, vif.devType().get());
      assertEquals(9, vif.network().get().vlan().get());

      NetworkDriver restarted = with(plugin, host);
      EndpointUnavailableException full =
          assertThrows(
              EndpointUnavailableException.class,
              () -> restarted.request(EndpointRequest.of("fast", OTHER, PCI_DEVICE)));
      assertEquals("all devices of the pool are in use: 1", full.reasons().get(PCI_DEVICE));
      restarted.release(new EndpointId("fast", PCI_DEVICE, OTHER));
      assertEquals(1, claimed());
      restarted.release(endpoint.id());
      restarted.release(endpoint.id());
      assertEquals(0, claimed());
      assertEquals(before, host.links());
      restarted.request(EndpointRequest.of("fast", OTHER, PCI_DEVICE));
      String other = "fast/pci-device/" + OTHER;
      EndpointUnavailableException two =
          assertThrows(
              EndpointUnavailableException.class,
              () -> restarted.request(EndpointRequest.of("fast", OTHER, MACVTAP)));
      assertEquals(
          "the port has another endpoint, " + other + ", which is to be released first",
          two.reasons().get(MACVTAP));
    }
  }
}
