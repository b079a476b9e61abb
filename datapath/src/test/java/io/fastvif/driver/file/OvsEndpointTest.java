package io.fastvif.driver.file;

import static io.fastvif.driver.EndpointType.BRIDGE;
import static io.fastvif.driver.EndpointType.TAP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.BridgeKind;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.NetworkDrivers;
import io.fastvif.driver.TapEndpoint;
import io.fastvif.netns.Netns;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.MacAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints on bridges of an Open vSwitch with the userspace datapath. */
class OvsEndpointTest {
  private static final UUID PORT = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  private static final String DEVICE = "tap09b11c53-8b";
  private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:77");
  private static final EndpointId TAP_ON_GREEN = new EndpointId("green", TAP, PORT);

  private static final String HAS_ANOTHER =
      "the port has another endpoint, " + DEVICE + ", which is to be released first";

  @TempDir Path folder;

  /** A host that has Open vSwitch. */
  private record Host(Netns namespace, OvsHost ovs, VifHost vifHost, NetworkDriver driver) {
    String vsctl(String arguments) throws Exception {
      return ovs.vsctl(arguments).strip();
    }

    Optional<LinkState> device() {
      return vifHost.snapshot().link(DEVICE);
    }
  }

  private interface Flow {
    void play(Host host) throws Exception;
  }

  private void play(Flow flow) throws Exception {
    Path file = folder.resolve("networks.json");
    Files.writeString(
        file,
        """
        {
          "options": {"ovs.wait_for": "vswitchd"},
          "networks": {
            "green": {"kind": "ovs", "bridge": "br-green", "datapath_type": "netdev", "mtu": 1400},
            "lime":  {"kind": "ovs", "bridge": "br-lime", "datapath_type": "netdev"},
            "blue":  {"kind": "bridge", "bridge": "br-blue"}
          }
        }
        """);
    try (Netns namespace = Netns.createPrivate();
        OvsHost ovs = namespace.call(() -> OvsHost.start(folder.resolve("ovs")));
        VifHost host = VifHost.open(told(ovs.address()).withNamespace(namespace))) {
      Map<String, String> configuration =
          Map.of("driver", "file", "file.networks", file.toString());
      flow.play(new Host(namespace, ovs, host, NetworkDrivers.create(configuration, host)));
    }
  }

  /** Where Open vSwitch is. */
  private static VifHostOptions told(String address) {
    return VifHostOptions.of(
        HostConfiguration.builder(Map.of()).option("ovs.ovsdb_connection", address).build());
  }

  @KernelTest
  void aTapIsConnectedAndGoesWithItsPort() throws Exception {
    play(
        host -> {
          EndpointRequest request = EndpointRequest.of("green", PORT, TAP).withMac(MAC);
          Endpoint endpoint = host.driver.request(request);
          assertEquals(new TapEndpoint(TAP_ON_GREEN, Optional.of(MAC), 1400, DEVICE), endpoint);
          assertEquals(DEVICE, host.vsctl("list-ports br-green"));
          assertEquals("netdev", host.vsctl("get Bridge br-green datapath_type"));
          String ids = host.vsctl("get Interface " + DEVICE + " external_ids");
          assertTrue(ids.contains("iface-id=\"" + PORT + "\""), ids);
          assertTrue(ids.contains("attached-mac=\"" + MAC + "\""), ids);
          LinkState tap = host.device().orElseThrow();
          assertEquals("tun", tap.kind());
          assertEquals(1400, tap.mtu());
          assertEquals(endpoint, host.driver.request(request));
          assertEquals(tap.index(), host.device().orElseThrow().index());
          host.driver.release(endpoint);
          assertEquals("", host.vsctl("list-ports br-green"));
          assertTrue(host.device().isEmpty());
          host.driver.release(endpoint);
        });
  }

  @KernelTest
  void aBridgeIsThereForTheHypervisorsPort() throws Exception {
    play(
        host -> {
          EndpointId id = new EndpointId("green", BRIDGE, PORT);
          assertEquals(
              new BridgeEndpoint(
                  id, Optional.empty(), 1400, "br-green", BridgeKind.OPEN_VSWITCH, DEVICE, false),
              host.driver.request(EndpointRequest.of("green", PORT, BRIDGE)));
          assertEquals("br-green", host.vsctl("list-br"));
          assertEquals("", host.vsctl("list-ports br-green"));
          host.vsctl( // as libvirt does
              "add-port br-green %1$s -- set Interface %1$s type=internal external_ids:iface-id=%2$s"
                  .formatted(DEVICE, PORT));
          host.ovs.awaitHeard(() -> host.vifHost.snapshotWithOvs().ovs());
          host.driver.release(id);
          assertEquals("", host.vsctl("list-ports br-green"));
          assertEquals("br-green", host.vsctl("list-br"));
        });
  }

  @KernelTest
  void aPortsEndpointIsNeitherMovedNorTakenByAnotherNetwork() throws Exception {
    play(
        host -> {
          Endpoint onGreen = host.driver.request(EndpointRequest.of("green", PORT, TAP));
          refused(host, "lime", HAS_ANOTHER);
          host.driver.release(new EndpointId("lime", TAP, PORT));
          host.driver.release(new EndpointId("blue", TAP, PORT));
          assertTrue(host.device().isPresent());
          assertEquals(DEVICE, host.vsctl("list-ports br-green"));
          host.driver.release(onGreen);
          Endpoint onBlue = host.driver.request(EndpointRequest.of("blue", PORT, TAP));
          LinkState tap = host.device().orElseThrow();
          refused(host, "green", HAS_ANOTHER);
          host.driver.release(TAP_ON_GREEN);
          assertEquals(tap, host.device().orElseThrow());
          assertFalse(host.vsctl("list-br").contains("br-lime"));
          host.driver.release(onBlue);
          assertTrue(host.device().isEmpty());
        });
  }

  @KernelTest
  void foreignDevicesAreNotTaken() throws Exception {
    play(
        host -> {
          try (Tap strange = host.namespace.call(() -> Tap.create(DEVICE, TapOptions.plain()))) {
            refused(host, "green", "there is a device " + DEVICE + " of somebody else's");
            host.driver.release(TAP_ON_GREEN);
            assertEquals("", host.vsctl("list-br"));
            assertEquals(strange.name(), host.device().orElseThrow().name());
          }
        });
  }

  private static void refused(Host host, String network, String reason) {
    EndpointUnavailableException refused =
        assertThrows(
            EndpointUnavailableException.class,
            () -> host.driver.request(EndpointRequest.of(network, PORT, TAP)));
    assertEquals(List.of(reason), List.copyOf(refused.reasons().values()));
  }
}
