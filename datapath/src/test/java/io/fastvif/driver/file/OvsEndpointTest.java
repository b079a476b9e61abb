package io.fastvif.driver.file;

import static io.fastvif.driver.EndpointType.BRIDGE;
import static io.fastvif.driver.EndpointType.TAP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.BridgeKind;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.NetworkDrivers;
import io.fastvif.driver.TapEndpoint;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.netns.Netns;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
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

  @TempDir Path folder;

  /** What a test does with the driver of a host that has Open vSwitch. */
  private interface Flow {
    void play(NetworkDriver driver, PlugEngine engine, OvsHost ovs) throws Exception;
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
        PlugEngine engine =
            PlugEngine.builder()
                .namespace(namespace)
                .ovs(OvsSettings.of(ovs.address()))
                .build()
                .start()) {
      Map<String, String> configuration =
          Map.of("driver", "file", "file.networks", file.toString());
      flow.play(NetworkDrivers.create(configuration, engine), engine, ovs);
    }
  }

  private static String ports(OvsHost ovs, String bridge) throws Exception {
    return ovs.vsctl("list-ports " + bridge).strip();
  }

  @KernelTest
  void aTapIsConnectedAndGoesWithItsPort() throws Exception {
    play(
        (driver, engine, ovs) -> {
          EndpointRequest request = EndpointRequest.of("green", PORT, TAP).withMac(MAC);
          Endpoint endpoint = driver.request(request);
          assertEquals(new TapEndpoint(TAP_ON_GREEN, Optional.of(MAC), 1400, DEVICE), endpoint);
          assertEquals(DEVICE, ports(ovs, "br-green"));
          assertEquals("netdev", ovs.vsctl("get Bridge br-green datapath_type").strip());
          String ids = ovs.vsctl("get Interface " + DEVICE + " external_ids");
          assertTrue(ids.contains("iface-id=\"" + PORT + "\""), ids);
          assertTrue(ids.contains("attached-mac=\"" + MAC + "\""), ids);
          LinkState tap = engine.snapshot().link(DEVICE).orElseThrow();
          assertEquals("tun", tap.kind());
          assertEquals(1400, tap.mtu());
          assertEquals(endpoint, driver.request(request));
          assertEquals(tap.index(), engine.snapshot().link(DEVICE).orElseThrow().index());
          driver.release(endpoint);
          assertEquals("", ports(ovs, "br-green"));
          assertTrue(engine.snapshot().link(DEVICE).isEmpty());
          driver.release(endpoint);
        });
  }

  @KernelTest
  void aBridgeIsThereForTheHypervisorsPort() throws Exception {
    play(
        (driver, engine, ovs) -> {
          EndpointId id = new EndpointId("green", BRIDGE, PORT);
          assertEquals(
              new BridgeEndpoint(
                  id, Optional.empty(), 1400, "br-green", BridgeKind.OPEN_VSWITCH, DEVICE, false),
              driver.request(EndpointRequest.of("green", PORT, BRIDGE)));
          assertEquals("br-green", ovs.vsctl("list-br").strip());
          assertEquals("", ports(ovs, "br-green"));
          ovs.vsctl( // as libvirt does
              "add-port br-green %1$s -- set Interface %1$s type=internal external_ids:iface-id=%2$s"
                  .formatted(DEVICE, PORT));
          driver.release(id);
          assertEquals("", ports(ovs, "br-green"));
          assertEquals("br-green", ovs.vsctl("list-br").strip());
        });
  }

  @KernelTest
  void aPortsEndpointIsNeitherMovedNorTakenByAnotherNetwork() throws Exception {
    play(
        (driver, engine, ovs) -> {
          Endpoint onGreen = driver.request(EndpointRequest.of("green", PORT, TAP));
          refused(driver, "lime");
          driver.release(new EndpointId("lime", TAP, PORT));
          driver.release(new EndpointId("blue", TAP, PORT));
          assertTrue(engine.snapshot().link(DEVICE).isPresent());
          assertEquals(DEVICE, ports(ovs, "br-green"));
          driver.release(onGreen);
          Endpoint onBlue = driver.request(EndpointRequest.of("blue", PORT, TAP));
          LinkState tap = engine.snapshot().link(DEVICE).orElseThrow();
          refused(driver, "green");
          driver.release(TAP_ON_GREEN);
          assertEquals(tap, engine.snapshot().link(DEVICE).orElseThrow());
          assertFalse(ovs.vsctl("list-br").contains("br-lime"));
          driver.release(onBlue);
          assertTrue(engine.snapshot().link(DEVICE).isEmpty());
        });
  }

  private static void refused(NetworkDriver driver, String network) {
    EndpointUnavailableException refused =
        assertThrows(
            EndpointUnavailableException.class,
            () -> driver.request(EndpointRequest.of(network, PORT, TAP)));
    assertEquals(
        List.of("the port has another endpoint, " + DEVICE + ", which is to be released first"),
        List.copyOf(refused.reasons().values()));
  }
}
