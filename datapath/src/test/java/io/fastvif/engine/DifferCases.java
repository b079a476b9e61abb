package io.fastvif.engine;

import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The plans that {@link PlugDiffer} takes through every fault, by what they need of a host. */
final class DifferCases {
  private static final String ID = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final MacAddress MAC = MacAddress.parse("fa:16:3e:20:82:3c");
  private static final PciAddress DEVICE = PciAddress.parse("0000:03:00.0");
  private static final String CREATE_PORT = "linux_bridge.create_port";

  private DifferCases() {}

  private static Network.Builder network() {
    return Network.builder().multiHost(false).mtu(1450);
  }

  private static VifBridge bridged(String bridge, boolean filtered, Network network) {
    return VifBridge.builder()
        .id(ID)
        .address(MAC)
        .plugin("linux_bridge")
        .preserveOnDelete(false)
        .hasTrafficFiltering(filtered)
        .vifName("port0")
        .bridgeName(bridge)
        .network(network)
        .build();
  }

  /** Of links alone. */
  static List<DifferCase> links(Path folder) {
    Network made = network().shouldProvideBridge(true).build();
    Network there = network().shouldProvideBridge(false).build();
    VifGeneric tap =
        VifGeneric.builder()
            .id(ID)
            .plugin("tap")
            .address(MAC)
            .vifName("port0")
            .network(network().build())
            .build();
    return List.of(
        new DifferCase("tap", tap),
        new DifferCase(
            "tap of a user's, with queues",
            Map.of("tap.owner", "7", "tap.multi_queue", "true"),
            tap),
        new DifferCase("bridge alone", bridged("br-new", true, made)),
        new DifferCase("bridge with filter rules", bridged("br-new", false, made)),
        new DifferCase(
            "tap on a new bridge", Map.of(CREATE_PORT, "tap"), bridged("br-new", true, made)),
        new DifferCase(
            "veth on a new bridge", Map.of(CREATE_PORT, "veth"), bridged("br-new", true, made)),
        new DifferCase(
            "veth on somebody's bridge",
            Map.of(CREATE_PORT, "veth"),
            bridged("br-other", true, there)),
        new DifferCase(
            "vhost-user on a bridge", FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT)),
        new DifferCase(
            "vhost-user, routed",
            FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "10.65.0.5", "2001:db8::5")));
  }

  /** Of rules on what somebody's bridge forwards, and nothing else. */
  static DifferCase rules() {
    Network network = network().shouldProvideBridge(true).build();
    return new DifferCase("filter rules of somebody's bridge", bridged("br-free", false, network));
  }

  /** Whose bridge takes the place of the host's uplink. */
  static List<DifferCase> uplinks() {
    Network.Builder network = network().shouldProvideBridge(true).bridgeInterface("eth1");
    Network flat = network.mtu(1400).build();
    Network vlan =
        network()
            .shouldProvideBridge(true)
            .bridgeInterface("eth1")
            .shouldProvideVlan(true)
            .vlan(7)
            .build();
    return List.of(
        new DifferCase("uplink", bridged("br-new", true, flat)),
        new DifferCase("uplink and tap", Map.of(CREATE_PORT, "tap"), bridged("br-new", true, flat)),
        new DifferCase("uplink of somebody's bridge", bridged("br-free", true, flat)),
        new DifferCase(
            "VLAN on the uplink",
            Map.of(),
            bridged("br-new", true, vlan),
            host -> host,
            List.of("vlan")));
  }

  private static VifVhostUser.Builder vhostUser(Path folder, VhostUserMode mode) {
    return VifVhostUser.builder()
        .id(ID)
        .address(MAC)
        .vifName("vhu0")
        .path(folder.resolve("sockets/vhu0.sock").toString())
        .mode(mode)
        .network(network().build());
  }

  /** Of files, and of a PCI device's link. */
  static List<DifferCase> devices(Path folder) {
    VifVhostUser.Builder server = vhostUser(folder, VhostUserMode.SERVER);
    VifVhostUser.Builder client = vhostUser(folder, VhostUserMode.CLIENT);
    VifDirect.Builder direct =
        VifDirect.builder()
            .id(ID)
            .plugin("direct")
            .address(MAC)
            .vifName("port0")
            .devAddress(DEVICE);
    Map<String, String> nodes = Map.of("direct.device_folder", folder.resolve("dev").toString());
    Network vlan = network().mtu(1400).shouldProvideVlan(true).vlan(7).build();
    return List.of(
        new DifferCase("nothing", server.plugin("noop").build()),
        new DifferCase("folder of a socket", server.plugin("vhostuser").build()),
        new DifferCase(
            "folder of another process's socket",
            Map.of("vhostuser.folder_permissions", "0750", "vhostuser.wait_seconds", "0"),
            client.plugin("vhostuser").build()),
        new DifferCase(
            "macvtap",
            nodes,
            direct.mode(DirectMode.VEPA).build(),
            DifferCases::withDevice,
            List.of("macvtap")),
        new DifferCase(
            "macvtap that passes everything through",
            nodes,
            direct.mode(DirectMode.PASSTHROUGH).build(),
            DifferCases::withDevice,
            List.of("macvtap")),
        new DifferCase(
            "macvtap on a VLAN",
            nodes,
            direct.mode(DirectMode.BRIDGE).vlanName("vlan7").network(vlan).build(),
            DifferCases::withDevice,
            List.of("macvtap", "vlan")));
  }

  /** With {@code eth2} as the link of a PCI device. */
  private static HostSnapshot withDevice(HostSnapshot host) {
    LinkState link = host.link("eth2").orElseThrow();
    LinkId id = new LinkId(link.index(), link.name());
    PhysicalFunctionState function =
        new PhysicalFunctionState(DEVICE, id, "veth", 0, 0, EswitchMode.LEGACY);
    HostSnapshot functions = new SnapshotBuilder().physicalFunction(function).build();
    return host.withSriov(functions::sriov);
  }

  private static PortProfileOpenVSwitch.Builder profile() {
    return PortProfileOpenVSwitch.builder()
        .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
        .datapathType("netdev");
  }

  /**
   * Of ports of Open vSwitch's bridge {@code br-int} whose devices others make, if there are any.
   */
  static List<DifferCase> withoutDevices(Path folder) {
    Network network = network().bridge("br-int").build();
    VifOpenVSwitch.Builder port =
        VifOpenVSwitch.builder()
            .id(ID)
            .address(MAC)
            .plugin("ovs")
            .vifName("port0")
            .bridgeName("br-int")
            .network(network);
    VifVhostUser client =
        vhostUser(folder, VhostUserMode.CLIENT)
            .plugin("ovs")
            .network(network)
            .portProfile(profile().build())
            .build();
    VifOpenVSwitch created = port.portProfile(profile().createPort(true).build()).build();
    return List.of(
        new DifferCase(
            "port of the hypervisor's on Open vSwitch",
            port.portProfile(profile().build()).build()),
        new DifferCase("port on Open vSwitch", created),
        new DifferCase(
            "port with a bridge of its own", Map.of("ovs.per_port_bridge", "true"), created),
        new DifferCase("vhost-user of Open vSwitch's", client));
  }

  /** Of ports of Open vSwitch's bridge {@code br-int}. */
  static List<DifferCase> switched(Path folder) {
    Network network = network().bridge("br-int").build();
    VifBridge hybrid =
        VifBridge.builder()
            .id(ID)
            .address(MAC)
            .plugin("ovs")
            .vifName("tap7204e52d-b2")
            .bridgeName("qbr7204e52d-b2")
            .network(network)
            .portProfile(profile().build())
            .build();
    VifOpenVSwitch tap =
        VifOpenVSwitch.builder()
            .id(ID)
            .address(MAC)
            .plugin("ovs")
            .vifName("port0")
            .bridgeName("br-int")
            .network(network)
            .portProfile(profile().createPort(true).createTap(true).build())
            .build();
    VifVhostUser vhostUser =
        vhostUser(folder, VhostUserMode.SERVER)
            .plugin("ovs")
            .network(network)
            .portProfile(profile().build())
            .build();
    return List.of(
        new DifferCase("hybrid", hybrid),
        new DifferCase("tap on Open vSwitch", tap),
        new DifferCase(
            "tap on Open vSwitch, isolated, with a QoS",
            Map.of("ovs.isolate_vif", "true", "ovs.default_qos_type", "linux-noop"),
            tap),
        new DifferCase("vhost-user on Open vSwitch", vhostUser),
        new DifferCase(
            "vhost-user of fastvif's on Open vSwitch",
            FastPathVifs.switched(folder, 1, VhostUserMode.CLIENT, false)),
        new DifferCase(
            "vhost-user of fastvif's, hybrid",
            FastPathVifs.switched(folder, 1, VhostUserMode.CLIENT, true)));
  }
}
