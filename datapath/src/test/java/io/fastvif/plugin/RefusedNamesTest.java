package io.fastvif.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.bridge.LinuxBridgePlugin;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Names and addresses that the kernel would refuse are refused before, with their field. */
class RefusedNamesTest {
  private static final String ID = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final String VETH = "veth";
  private static final String TAP = "tap";
  private static final MacAddress GROUP = MacAddress.parse("01:00:5e:00:00:01");
  private static final MacAddress ZERO = MacAddress.parse("00:00:00:00:00:00");

  private static VifBridge.Builder bridged(String id, String name, String bridge, Network network) {
    return VifBridge.builder()
        .id(id)
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName(name)
        .bridgeName(bridge)
        .network(network);
  }

  private static Network.Builder made() {
    return Network.builder().shouldProvideBridge(true).bridgeInterface("eth1").mtu(1450);
  }

  private static VifBridge.Builder bridged(String name, String bridge) {
    return bridged(ID, name, bridge, made().build());
  }

  private static VifOpenVSwitch switched(String name, MacAddress address) {
    return VifOpenVSwitch.builder()
        .id(ID)
        .plugin("ovs")
        .vifName(name)
        .address(address)
        .network(Network.builder().bridge("br-int").build())
        .portProfile(
            PortProfileOpenVSwitch.builder()
                .interfaceId(ID)
                .createPort(true)
                .createTap(true)
                .build())
        .build();
  }

  private static VifBridge hybrid(String id, String bridge) {
    return VifBridge.builder()
        .id(id)
        .plugin("ovs")
        .vifName("tap0")
        .bridgeName(bridge)
        .network(Network.builder().bridge("br-int").build())
        .portProfile(PortProfileOpenVSwitch.builder().interfaceId(ID).build())
        .build();
  }

  private static VifDirect.Builder direct() {
    return VifDirect.builder()
        .id(ID)
        .plugin("direct")
        .vifName("port0")
        .devAddress(PciAddress.parse("0000:03:00.0"));
  }

  private static VifGeneric tap(MacAddress address) {
    return VifGeneric.builder().id(ID).plugin("tap").vifName("port0").address(address).build();
  }

  private final List<String> wrong = new ArrayList<>();

  private void refused(String field, String value, Vif vif, String... options) {
    Map<String, String> given =
        options.length == 0 ? Map.of() : Map.of("linux_bridge.create_port", options[0]);
    InvalidInputException refusal;
    try {
      refusal =
          assertThrows(
              InvalidInputException.class,
              () ->
                  VifPlugins.installed(given)
                      .of(vif)
                      .plug(vif, null, new SnapshotBuilder().build()));
    } catch (AssertionError taken) {
      wrong.add(vif + " " + given + ": " + taken.getMessage());
      return;
    }
    if (!refusal.path().equals(field) || !refusal.getMessage().contains(value)) {
      wrong.add(vif + " " + given + ": " + refusal.getMessage());
    }
  }

  @Test
  void namesThatStandForTwoThings() {
    String peer = LinuxBridgePlugin.peerName(ID);
    for (String create : List.of(VETH, TAP)) {
      refused("vif_name", "br0", bridged("br0", "br0").build(), create);
      refused("vif_name", "eth1", bridged("eth1", "br0").build(), create);
      refused("network.bridge_interface", "eth1", bridged("tap0", "eth1").build(), create);
    }
    refused("vif_name", peer, bridged(peer, "br0").build(), VETH);
    refused("bridge_name", peer, bridged("tap0", peer).build(), VETH);
    Network vlan = made().shouldProvideVlan(true).vlan(7).build();
    refused("vif_name", "vlan7", bridged(ID, "vlan7", "br0", vlan).build(), VETH);
    refused("network.vlan", "vlan7", bridged(ID, "tap0", "vlan7", vlan).build(), VETH);
    refused("vif_name", "br-int", switched("br-int", null));
    refused("bridge_name", "qvb7204e52d-b2", hybrid(ID, "qvb7204e52d-b2"));
    refused("bridge_name", "br-int", hybrid(ID, "br-int"));
    refused("vif_name", "port0", direct().vlanName("port0").build());
    VifVhostUser bridged =
        VifVhostUser.builder()
            .id(ID)
            .plugin("vhostuser_fp")
            .vifName("br0")
            .path("/run/vhu0.sock")
            .mode(VhostUserMode.SERVER)
            .portProfile(PortProfileFpBridge.builder().bridgeName("br0").build())
            .build();
    refused("vif_name", "br0", bridged);
    assertEquals(List.of(), wrong);
  }

  @Test
  void idsThatNoDeviceCanHaveInItsName() {
    for (String id : List.of("../x", "a/b", "a:b", "a%d")) {
      refused("id", id, bridged(id, "tap0", "br0", made().build()).build(), VETH);
      refused("id", id, hybrid(id, "qbr0"));
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void addressesThatNoDeviceHas() {
    for (MacAddress address : List.of(GROUP, ZERO)) {
      String value = address.toString();
      refused("address", value, bridged("tap0", "br0").address(address).build(), VETH);
      refused("address", value, tap(address));
      refused("address", value, switched("tap0", address));
      refused("address", value, direct().address(address).build());
    }
    assertEquals(List.of(), wrong);
    assertTrue(GROUP.isMulticast());
  }
}
