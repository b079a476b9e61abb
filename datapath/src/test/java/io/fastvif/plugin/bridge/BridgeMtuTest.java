package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Faults;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the kernel changes with a bridge's MTU comes back with it when a plug is refused. */
class BridgeMtuTest {
  private static final String TAKEN = "link add tap0 type veth peer name other\n";
  private static final String SET_BY_HAND = "link set br0 mtu 8000\nlink set br0 mtu 9000\n";
  private static final String MACVLAN =
      """
      link add mv0 link br0 address 02:00:00:00:00:c0 mtu 9000 type macvlan
      link set mv0 addrgenmode none
      """;
  private static final String UPPER =
      MACVLAN
          + """
          link set mv0 up
          -6 route add 2001:db8:c0::/48 dev mv0 mtu 8000
          """;
  private static final String BRIDGE =
      """
      link add br0 address 02:00:00:00:00:b0 type bridge
      link set br0 addrgenmode none
      link set eth2 mtu 9000 master br0
      link set wire2 mtu 9000
      link set br0 up
      address add 10.0.0.5/24 dev eth1
      address add 2001:db8:9::1/64 dev br0 nodad
      -6 route add 2001:db8:10::/48 dev br0 mtu 5000
      -6 route add 2001:db8:11::/48 dev br0 mtu 1400
      -6 route add 2001:db8:12::/48 dev br0 mtu 9000
      -6 route add 2001:db8:13::/48 dev br0 mtu lock 6000
      -6 route add 2001:db8:14::/48 dev br0 mtu 5001 table 88
      -6 route add 2001:db8:15::/48 via 2001:db8:9::2 mtu 5002 hoplimit 7 proto 77
      -6 route add 2001:db8:16::/48 mtu 5003 nexthop via 2001:db8:9::2 nexthop via 2001:db8:9::3
      -6 route add 2001:db8:17::/48 mtu 5004 expires 1000 dev br0
      nexthop add id 21 via 2001:db8:9::2 dev br0
      nexthop add id 22 group 21
      -6 route add 2001:db8:18::/48 nhid 21 mtu 5005
      -6 route add 2001:db8:19::/48 nhid 22 mtu 1400
      -6 route add 2001:db8:1a::/48 dev wire mtu 1300 metric 7
      -6 route append 2001:db8:1a::/48 dev br0 mtu 5006 metric 7
      """;

  private static VifBridge vif(Network.Builder network) {
    return UplinkHost.vif(network.mtu(1400).build());
  }

  private static VifBridge withUplink() {
    return vif(Network.builder().shouldProvideBridge(true).bridgeInterface("eth1"));
  }

  private static VifBridge portAlone() {
    return vif(Network.builder().shouldProvideBridge(false));
  }

  private static UplinkHost refused(String commands) throws Exception {
    UplinkHost host = new UplinkHost(BRIDGE + commands + TAKEN);
    HostStateReader reader = new HostStateReader();
    HostState before = reader.readSettled();
    PlugResult failed =
        UplinkHost.plug(Faults.none(), withUplink(), Map.of("linux_bridge.create_port", "tap"));
    UplinkHost.assertDone(Outcome.FAILED, failed);
    assertEquals(List.of(), failed.failure().leftBehind());
    before.assertUnchanged(commands, reader);
    return host;
  }

  /** Nothing but a port's coming and going shows whether somebody has set a bridge's MTU. */
  private static void isStillAutomatic(UplinkHost host, String commands) throws Exception {
    host.batch("link add lower mtu 2000 type veth peer name lower1\nlink set lower master br0\n");
    boolean isAutomatic = host.show("-o link show br0").contains("mtu 2000");
    assertEquals(!commands.contains(SET_BY_HAND), isAutomatic, commands);
  }

  private static void refusedAnywhere(VifBridge vif, String port) throws Exception {
    UplinkHost host = new UplinkHost(BRIDGE + UPPER);
    Files.writeString(Path.of("/proc/sys/net/ipv6/conf/br0/mtu"), "7000");
    HostStateReader reader = new HostStateReader();
    reader.readSettled();
    boolean struck = true;
    for (int change = 1; struck; change++) {
      HostState before = reader.read(); // each puts a route's end off by what it takes
      Faults fault = Faults.refuseAt(change);
      PlugResult result = UplinkHost.plug(fault, vif, Map.of("linux_bridge.create_port", port));
      struck = fault.struck();
      if (struck) {
        UplinkHost.assertDone(Outcome.FAILED, result);
        assertEquals(List.of(), result.failure().leftBehind(), port + " at " + change);
        before.assertUnchanged(port + ", refused at " + change, reader);
      }
    }
    assertTrue(host.show("-o link show br0").contains("mtu 1400"), port);
  }

  @KernelTest
  void routesKeepTheirOwnMtu() throws Exception {
    isStillAutomatic(refused(SET_BY_HAND), SET_BY_HAND);
  }

  @KernelTest
  void soTheyDoWhereAPortGivesTheBridgeItsMtu() throws Exception {
    isStillAutomatic(refused(""), "");
  }

  @KernelTest
  void linksOnTheBridgeKeepTheirs() throws Exception {
    refused(UPPER);
  }

  @KernelTest
  void soDoLinksOnItInOtherNamespaces() throws Exception {
    String name = "fastvif-mtu-" + ProcessHandle.current().pid();
    try (Netns pod = Netns.create(name)) {
      refused(MACVLAN + "link set mv0 netns " + name + "\n");
      String moved = pod.call(() -> Peer.require("ip", "iproute2").run("-o link show mv0"));
      assertTrue(moved.contains("mtu 9000"), moved);
    } finally {
      Netns.delete(name);
    }
  }

  @KernelTest
  void aNoteNamesThoseInNamespacesWithoutAPath() throws Exception {
    try (Netns pod = Netns.createPrivate()) {
      String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + pod.descriptor();
      new UplinkHost(BRIDGE + MACVLAN + "link set mv0 netns " + path + "\n");
      PlugResult plugged = UplinkHost.plug(Faults.none(), withUplink(), Map.of());
      assertTrue(plugged.notes().toString().contains("[mv0 in "), plugged.notes().toString());
    }
  }

  @KernelTest
  void whateverIsRefusedOfAnUplink() throws Exception {
    refusedAnywhere(withUplink(), "tap");
  }

  @KernelTest
  void whateverIsRefusedOfAPort() throws Exception {
    refusedAnywhere(portAlone(), "veth");
  }
}
