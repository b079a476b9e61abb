package io.fastvif.plugin.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.AddressState;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VhostUserPortStep;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.Links;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FastPathPluginTest {
  static final Path FOLDER = Path.of("/run/vhu");
  static final HostSnapshot EMPTY = new SnapshotBuilder().build();
  private static final String ALIAS = "fastvif:" + FastPathVifs.id(1);
  static final String OPEN =
      "open vhost-user port vhu1 listening on /run/vhu/vhu1.sock mode 0660 mtu 1450 tap vhu1";

  /** Open vSwitch's userspace datapath completes and segments nothing. */
  private static final String OPEN_WHOLE = OPEN + " whole frames";

  static final String CLOSE = "close vhost-user port vhu1 on /run/vhu/vhu1.sock";

  static VifPlugin plugin(String... options) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    return new FastPathPlugin.Factory().create(new PluginOptions("vhostuser_fp", values));
  }

  static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  private static String refused(Vif vif, HostSnapshot host) {
    return assertThrows(InvalidInputException.class, () -> plugin().plug(vif, null, host))
        .getMessage();
  }

  /** The host with the VIF's tap as it should be, on that master. */
  private static SnapshotBuilder plugged(int master) {
    return new SnapshotBuilder()
        .link(Links.link(7, "br-fp", "bridge"))
        .link(
            LinkState.builder(8, "vhu1", "tun")
                .mtu(1450)
                .address(MacAddress.parse("fe:16:3e:20:82:01"))
                .master(master)
                .up(true)
                .alias(ALIAS)
                .ipv6AddressGeneration(false)
                .ipv6Disabled(true)
                .build());
  }

  static ServedPort port(PlugPlan plan) {
    return plan.steps().stream()
        .map(PlannedStep::step)
        .filter(VhostUserPortStep.OpenPort.class::isInstance)
        .map(step -> ((VhostUserPortStep.OpenPort) step).port())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aBridgedPortIsATapOnTheProfilesBridge() {
    PlugPlan plan =
        plugin().plug(FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT), null, EMPTY);
    assertEquals(
        List.of(
            "create bridge br-fp forward_delay 0 stp_state 0 mcast_snooping 0",
            "set br-fp: disable_ipv6 1",
            "set br-fp: arp_ignore 1 arp_announce 2 alias fastvif-bridge:br-fp up",
            "create tap vhu1 vnet_hdr",
            "set vhu1: disable_ipv6 1",
            "set vhu1: mtu 1450 address fe:16:3e:20:82:01 master br-fp addrgenmode none alias "
                + ALIAS
                + " up",
            OPEN),
        steps(plan));
    assertEquals(List.of("vhu1"), plan.devices());
    assertEquals(CLOSE, plan.steps().getLast().undo().toString());
    assertEquals("delete vhu1", plan.steps().get(3).undo().toString());
  }

  @Test
  void withAnUplinkThereIsThePortAlone() {
    VifPlugin plugin = plugin("uplink", "af_xdp:eth1");
    Vif vif = FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT);
    String address = vif.address().get().toString();
    PlugPlan plan = plugin.plug(vif, null, EMPTY);
    assertEquals(
        List.of(OPEN.replace("tap vhu1", "uplink af_xdp:eth1 only from " + address)), steps(plan));
    assertEquals(CLOSE, plan.steps().getLast().undo().toString());
    ServedPort open = port(plan);
    HostSnapshot plugged = EMPTY.withVhostUserPorts(Map.of(open.vifId(), open));
    assertEquals(List.of(), steps(plugin.plug(vif, null, plugged)));
    assertEquals(List.of(CLOSE), steps(plugin.unplug(vif, null, plugged)));
    // Its forwarder was killed: the socket may be left.
    assertEquals(List.of(CLOSE), steps(plugin.unplug(vif, null, EMPTY)));
    Vif routed = FastPathVifs.routed(FOLDER, 1, VhostUserMode.CLIENT, "10.65.0.5");
    assertEquals(
        "port_profile: \"VIFPortProfileFPTap\" has no place where the option uplink is set:"
            + " expected VIFPortProfileFPBridge",
        assertThrows(InvalidInputException.class, () -> plugin.plug(routed, null, EMPTY))
            .getMessage());
    for (String wrong : List.of("eth1", "af_xdp:", "af_xdp:a/b")) {
      assertEquals(
          "vhostuser_fp.uplink: \""
              + wrong
              + "\" is no uplink: expected af_xdp: and the name of a link, such as af_xdp:eth1",
          assertThrows(InvalidInputException.class, () -> plugin("uplink", wrong)).getMessage());
    }
  }

  /** The port has a descriptor of the tap that was. */
  @Test
  void aPortWhoseTapIsGoneIsOpenedAnew() {
    Vif vif = FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT);
    ServedPort open = port(plugin().plug(vif, null, EMPTY));
    PlugPlan plan = plugin().plug(vif, null, EMPTY.withVhostUserPorts(Map.of(open.vifId(), open)));
    List<String> steps = steps(plan);
    assertEquals(List.of(CLOSE, OPEN), steps.subList(steps.size() - 2, steps.size()));
  }

  @Test
  void theBridgeIsFoundByItsAlternativeName() {
    LinkState bridge = Links.link(7, "br-other", "bridge").withNames("br-other", List.of("br-fp"));
    HostSnapshot host = new SnapshotBuilder().link(bridge).build();
    PlugPlan plan =
        plugin().plug(FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT), null, host);
    assertEquals("create tap vhu1 vnet_hdr", steps(plan).getFirst());
    assertTrue(steps(plan).get(2).contains("master br-other "), steps(plan).get(2));
    LinkState port = Links.link(7, "eth0", "veth").withNames("eth0", List.of("br-fp"));
    HostSnapshot none = new SnapshotBuilder().link(port).build();
    String refused = refused(FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT), none);
    assertTrue(refused.startsWith("port_profile.bridge_name: \"br-fp\""), refused);
  }

  @Test
  void theBridgeOfTheHostsAddressesKeepsItsMacAddress() {
    LinkState bridge =
        LinkState.builder(7, "br-fp", "bridge")
            .address(MacAddress.parse("02:00:00:00:00:07"))
            .build();
    AddressState address =
        new AddressState(InetAddress.getLoopbackAddress(), 8, null, 0, 0, "br-fp");
    SnapshotBuilder host = new SnapshotBuilder().link(bridge).addresses(7, List.of(address));
    Vif vif = FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT);
    String keep = "set br-fp: address 02:00:00:00:00:07";
    assertEquals(keep, steps(plugin().plug(vif, null, host.build())).getFirst());
    Vif hybrid =
        FastPathVifs.vif(FOLDER, 1, VhostUserMode.CLIENT)
            .portProfile(
                PortProfileFpOpenVSwitch.builder()
                    .interfaceId(FastPathVifs.id(1))
                    .bridgeName("br-fp")
                    .hybridPlug(true)
                    .build())
            .network(Network.builder().bridge("br-int").build())
            .build();
    host.link(bridge.toBuilder().alias(ALIAS).build());
    List<String> steps = steps(plugin().plug(hybrid, null, host.build()));
    assertEquals(1, steps.stream().filter(keep::equals).count(), steps.toString());
    assertTrue(
        steps.get(steps.indexOf(keep) + 1).startsWith("create veth qvbcd613e30-d8 "),
        steps.toString());
  }

  @Test
  void linkOfTheTapsNameIsNotPutOnTheBridge() {
    Vif hybrid = FastPathVifs.switched(FOLDER, 1, VhostUserMode.CLIENT, true);
    LinkState foreign = Links.link(7, "foreign", "");
    for (LinkState taken :
        List.of(
            foreign.withNames("vhu1", List.of()), foreign.withNames("foreign", List.of("vhu1")))) {
      HostSnapshot host = new SnapshotBuilder().link(taken).build();
      List<String> steps = steps(plugin().plug(hybrid, null, host));
      String create = "create tap vhu1 vnet_hdr"; // which the kernel refuses
      assertEquals(
          List.of(),
          steps.subList(0, steps.indexOf(create)).stream()
              .filter(step -> step.startsWith("set " + taken.name()))
              .toList());
    }
  }

  @Test
  void replugIsUnchanged() {
    Vif vif = FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT);
    ServedPort port = port(plugin().plug(vif, null, EMPTY));
    HostSnapshot host = plugged(7).build().withVhostUserPorts(Map.of(port.vifId(), port));
    assertEquals(List.of(), steps(plugin().plug(vif, null, host)));
    // A forwarder that was started again has the tap, and not the port.
    assertEquals(List.of(OPEN), steps(plugin().plug(vif, null, plugged(7).build())));
  }

  @Test
  void aPortThatIsOpenOtherwiseIsClosedFirst() {
    ServedPort former =
        port(
            plugin("queues", "2")
                .plug(FastPathVifs.bridged(FOLDER, 1, VhostUserMode.SERVER), null, EMPTY));
    HostSnapshot host = plugged(7).build().withVhostUserPorts(Map.of(former.vifId(), former));
    PlugPlan plan =
        plugin().plug(FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT), null, host);
    assertEquals(List.of(CLOSE, OPEN), steps(plan));
    assertEquals(
        "open vhost-user port vhu1 connecting to /run/vhu/vhu1.sock mtu 1450 queues 2 tap vhu1",
        plan.steps().getFirst().undo().toString());
  }

  @Test
  void unplugClosesThePortBeforeTheTapGoes() {
    Vif vif = FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT);
    PlugPlan plan = plugin().unplug(vif, null, plugged(7).build());
    assertEquals(List.of(CLOSE, "delete vhu1"), steps(plan));
    assertEquals(null, plan.steps().getFirst().undo());
    ServedPort port = port(plugin().plug(vif, null, EMPTY));
    HostSnapshot open = plugged(7).build().withVhostUserPorts(Map.of(port.vifId(), port));
    assertEquals(OPEN, plugin().unplug(vif, null, open).steps().getFirst().undo().toString());
    assertEquals(List.of(), steps(plugin().unplug(vif, null, EMPTY)));
  }

  @Test
  void aPreservedTapStaysButThePortIsClosed() {
    Vif vif =
        FastPathVifs.vif(FOLDER, 1, VhostUserMode.CLIENT)
            .portProfile(PortProfileFpBridge.builder().bridgeName("br-fp").build())
            .preserveOnDelete(true)
            .build();
    PlugPlan plan = plugin().unplug(vif, null, plugged(7).build());
    assertEquals(List.of(CLOSE), steps(plan));
    assertEquals(List.of("vhu1 is left: preserve_on_delete is set"), plan.notes());
  }

  @Test
  void aPortOfOpenVSwitchHasItsTapFirst() {
    Vif vif = FastPathVifs.switched(FOLDER, 1, VhostUserMode.CLIENT, false);
    PlugPlan plan = plugin().plug(vif, null, EMPTY);
    List<String> steps = steps(plan);
    assertEquals(
        List.of(
            "create tap vhu1 vnet_hdr",
            "set vhu1: disable_ipv6 1",
            "set vhu1: mtu 1450 address fe:16:3e:20:82:01 addrgenmode none alias " + ALIAS + " up"),
        steps.subList(0, 3));
    assertEquals("ovs-vsctl ", steps.get(3).substring(0, 10));
    assertEquals(OPEN_WHOLE, steps.get(4));
    assertEquals(5, steps.size());
    assertEquals(
        List.of(CLOSE, "ovs-vsctl ", "delete vhu1"),
        steps(plugin().unplug(vif, null, plugged(0).build())).stream()
            .map(step -> step.startsWith("ovs-vsctl") ? "ovs-vsctl " : step)
            .toList());
  }

  @Test
  void optionsReachOpenVSwitch() {
    Vif vif = FastPathVifs.switched(FOLDER, 1, VhostUserMode.CLIENT, false);
    List<String> steps =
        steps(plugin("wait_for", "vswitchd", "isolate_vif", "true").plug(vif, null, EMPTY));
    assertEquals("wait for ovs-vswitchd to apply vhu1", steps.get(4));
    assertEquals(true, steps.get(3).contains("4095"), steps.get(3));
    assertEquals(
        "vhostuser_fp.default_qos_type",
        assertThrows(InvalidInputException.class, () -> plugin("default_qos_type", "fast")).path());
  }

  /** It completes and segments frames itself, where that is needed. */
  @Test
  void kernelsDatapathGetsFramesAsTheGuestSendsThem() {
    for (boolean hybrid : new boolean[] {false, true}) {
      Vif vif = FastPathVifs.switched(FOLDER, 1, VhostUserMode.CLIENT, hybrid, "system");
      assertEquals(OPEN, steps(plugin().plug(vif, null, EMPTY)).getLast());
    }
  }

  @Test
  void aHybridPortIsOnABridgeOfItsOwn() {
    Vif vif = FastPathVifs.switched(FOLDER, 1, VhostUserMode.CLIENT, true);
    List<String> steps = steps(plugin().plug(vif, null, EMPTY));
    assertEquals(
        List.of(
            "create tap vhu1 vnet_hdr",
            "set vhu1: disable_ipv6 1",
            "set vhu1: mtu 1450 address fe:16:3e:20:82:01 master qbrcd613e30-d8 addrgenmode none"
                + " alias "
                + ALIAS
                + " up",
            OPEN_WHOLE),
        steps.subList(steps.size() - 4, steps.size()));
    assertEquals(
        "create bridge qbrcd613e30-d8 forward_delay 0 stp_state 0 mcast_snooping 0 ageing_time 0",
        steps.getFirst());
  }

  @Test
  void aRoutedPortHasNoBridgeButRoutes() throws Exception {
    Vif vif =
        FastPathVifs.routed(
            FOLDER, 1, VhostUserMode.CLIENT, "10.65.0.5", "10.65.0.6", "2001:db8::5");
    PlugPlan plan = plugin().plug(vif, null, EMPTY);
    assertEquals(
        List.of(
            "create tap vhu1 vnet_hdr",
            "set net/ipv4/conf/vhu1/forwarding to 1",
            "set net/ipv4/conf/vhu1/proxy_arp to 1",
            "set net/ipv4/neigh/vhu1/proxy_delay to 0",
            "set net/ipv4/conf/vhu1/rp_filter to 1",
            "set net/ipv6/conf/vhu1/forwarding to 1",
            "set net/ipv6/conf/vhu1/accept_ra to 0",
            "set net/ipv6/conf/vhu1/proxy_ndp to 1",
            "set net/ipv6/neigh/vhu1/proxy_delay to 0",
            "add proxy neighbour 2001:db8:0:0:0:0:0:1 dev vhu1",
            "set vhu1: mtu 1450 address "
                + FastPathVifs.ROUTER_MAC
                + " addrgenmode eui64 alias "
                + ALIAS
                + " up",
            "add route 10.65.0.5/32 dev vhu1",
            "add route 10.65.0.6/32 dev vhu1",
            "add route 2001:db8:0:0:0:0:0:5/128 metric 1024 dev vhu1",
            OPEN),
        steps(plan));
    assertEquals("delete route 10.65.0.5/32 dev vhu1", plan.steps().get(11).undo().toString());
  }

  private static RouteState route(String address) throws Exception {
    return new RouteState(InetAddress.getByName(address), 32, null, null, 0, 3, 253);
  }

  private static SnapshotBuilder routed(String... addresses) throws Exception {
    RouteState[] routes = new RouteState[addresses.length];
    for (int i = 0; i < addresses.length; i++) {
      routes[i] = route(addresses[i]);
    }
    return new SnapshotBuilder()
        .link(
            Links.up(Links.link(8, "vhu1", "tun"), ALIAS, 1450, FastPathVifs.ROUTER_MAC, 0, false))
        .routes(8, List.of(routes));
  }

  @Test
  void routesFollowTheFixedIps() throws Exception {
    Vif vif = FastPathVifs.routed(FOLDER, 1, VhostUserMode.CLIENT, "10.65.0.5", "10.65.0.7");
    assertEquals(
        List.of("delete route 10.65.0.6/32 dev vhu1", "add route 10.65.0.7/32 dev vhu1", OPEN),
        steps(plugin().plug(vif, null, routed("10.65.0.5", "10.65.0.6").build())));
    assertEquals(
        List.of(OPEN), steps(plugin().plug(vif, null, routed("10.65.0.5", "10.65.0.7").build())));
  }

  @Test
  void anAddressThatAnotherLinkReachesIsRefused() throws Exception {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.link(9, "vhu2", "tun"))
            .routes(9, List.of(route("10.65.0.5")))
            .build();
    assertEquals(
        "network.subnets.ips.address: \"10.65.0.5\" is reached by vhu2 already: expected an address"
            + " that no other link on this host has a route to",
        refused(FastPathVifs.routed(FOLDER, 1, VhostUserMode.CLIENT, "10.65.0.5"), host));
  }

  @Test
  void aRoutedPortWithoutIpv6HasNoneAtAll() {
    List<String> steps =
        steps(
            plugin()
                .plug(
                    FastPathVifs.routed(FOLDER, 1, VhostUserMode.CLIENT, "10.65.0.5"),
                    null,
                    EMPTY));
    assertEquals("set vhu1: disable_ipv6 1", steps.get(5));
    assertEquals(
        "set vhu1: mtu 1450 address " + FastPathVifs.ROUTER_MAC + " alias " + ALIAS + " up",
        steps.get(6));
  }

  @Test
  void socketOptionsAndQueuesReachThePort() {
    ServedPort port =
        port(
            plugin(
                    "socket_owner",
                    "107",
                    "socket_group",
                    "36",
                    "socket_permissions",
                    "0600",
                    "queues",
                    "4")
                .plug(FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT), null, EMPTY));
    assertEquals("mode 0600 owner 107 group 36", port.access().toString());
    assertEquals(4, port.queuePairs());
    assertEquals(
        "vhostuser_fp.socket_permissions: \"0999\" is not a file's permissions: expected an octal"
            + " number up to 777",
        assertThrows(InvalidInputException.class, () -> plugin("socket_permissions", "0999"))
            .getMessage());
  }

  @Test
  void refusesWhatItCannotPlug() {
    assertEquals(
        "network.subnets give the port no address: expected one fixed IP at least, to route to",
        refused(FastPathVifs.routed(FOLDER, 1, VhostUserMode.CLIENT), EMPTY));
    assertEquals(
        "port_profile: \"VIFPortProfileOpenVSwitch\" is not taken by the plugin vhostuser_fp:"
            + " expected VIFPortProfileFPBridge, VIFPortProfileFPOpenVSwitch,"
            + " VIFPortProfileFPTap",
        refused(
            FastPathVifs.vif(FOLDER, 1, VhostUserMode.CLIENT)
                .portProfile(PortProfileOpenVSwitch.builder().build())
                .build(),
            EMPTY));
    assertEquals(
        "vif_name: \"a port of any name\" is not the name of a network device: expected 1 to 15"
            + " bytes without slash, colon, percent sign or white space",
        refused(
            FastPathVifs.vif(FOLDER, 1, VhostUserMode.CLIENT).vifName("a port of any name").build(),
            EMPTY));
    assertEquals(
        "path: \"vhu.sock\" is not a socket's path: expected an absolute path of at most 107 bytes",
        refused(FastPathVifs.vif(FOLDER, 1, VhostUserMode.CLIENT).path("vhu.sock").build(), EMPTY));
    assertEquals(
        "network.mtu: \"1279\" is too small for the port's IPv6 address: expected at least 1280",
        refused(
            FastPathVifs.vif(FOLDER, 1, VhostUserMode.CLIENT)
                .portProfile(FastPathVifs.profile())
                .network(
                    Network.builder()
                        .mtu(1279)
                        .subnets(FastPathVifs.subnets("2001:db8::5"))
                        .build())
                .build(),
            EMPTY));
  }

  @Test
  void aTapOfSomebodyElsesIsLeft() {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(
                Links.up(Links.link(8, "vhu1", "tun"), "mine", 1450, "fe:16:3e:20:82:01", 0, false))
            .build();
    PlugPlan plan =
        plugin().unplug(FastPathVifs.bridged(FOLDER, 1, VhostUserMode.CLIENT), null, host);
    assertEquals(List.of(), steps(plan));
    assertEquals(List.of("vhu1 is left: fastvif did not make it for this VIF"), plan.notes());
  }
}
