package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Faults;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.List;
import java.util.Map;

/** Somebody else's bridge that an uplink is to join has things of its own, which it keeps. */
class OthersBridgeTest {
  private static final Map<String, String> TAP = Map.of("linux_bridge.create_port", "tap");
  private static final String UPLINK = "address add 10.0.0.5/24 dev eth1\n";
  private static final String TAKEN = "link add tap0 type veth peer name other\n";
  private static final String BRIDGE =
      "link add br0 address 02:00:00:00:00:b0 type bridge\nlink set br0 addrgenmode none\n";
  private static final String PORT = "link set eth2 mtu 9000 master br0\n";
  private static final String ROUTES =
      BRIDGE
          + PORT
          + "link set br0 up\nroute add 10.66.0.0/16 dev br0\n"
          + "route add 10.67.0.0/16 dev br0 table 88 metric 7\n";
  private static final String MACVLAN =
      BRIDGE
          + PORT
          + "link set br0 mtu 9000 up\nlink add mv0 link br0 address 02:00:00:00:00:c0 mtu 9000"
          + " type macvlan\nlink set mv0 addrgenmode none\n";
  private static final String IPV6 = "address add 2001:db8:9:0:0:0:0:1/64 dev br0 nodad\n";

  private static VifBridge vif(int mtu) {
    return vif(Network.builder().shouldProvideBridge(true).bridgeInterface("eth1").mtu(mtu));
  }

  private static VifBridge vif(Network.Builder network) {
    return UplinkHost.vif(network.build());
  }

  private static void refused(String commands) throws Exception {
    new UplinkHost(UPLINK + TAKEN + commands);
    HostStateReader reader = new HostStateReader();
    HostState before = reader.readSettled();
    refuse();
    before.assertUnchanged(commands, reader);
  }

  private static void refuse() throws Exception {
    PlugResult failed = UplinkHost.plug(Faults.none(), vif(1500), TAP);
    UplinkHost.assertDone(Outcome.FAILED, failed);
    assertEquals(List.of(), failed.failure().leftBehind());
  }

  /** That a link was up once is to be seen by its queueing for good. */
  private static String addresses(UplinkHost host) throws Exception {
    return host.show("-o address show") + host.show("-6 route show table all");
  }

  private static void refusedAndDown(String commands) throws Exception {
    UplinkHost host = new UplinkHost(UPLINK + TAKEN + commands);
    String before = addresses(host);
    refuse();
    assertEquals(before, addresses(host));
  }

  @KernelTest
  void aLinkThatLiesOnItIsNoReasonToKeepARefusedMove() throws Exception {
    refused(MACVLAN);
  }

  @KernelTest
  void norIsOneInAnotherNamespace() throws Exception {
    try (Netns pod = Netns.createPrivate()) {
      String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + pod.descriptor();
      refused(MACVLAN + "link set mv0 netns " + path + "\n");
    }
  }

  @KernelTest
  void itKeepsIpv4RoutesThatNeedNoAddress() throws Exception {
    refused(ROUTES);
  }

  @KernelTest
  void aBridgeThatIsDownKeepsItsIpv6Addresses() throws Exception {
    refusedAndDown(BRIDGE + IPV6 + "address add 2001:db8:9:0:0:0:0:2/64 dev br0 nodad\n");
  }

  @KernelTest
  void anUplinkThatIsDownKeepsItsIpv6Addresses() throws Exception {
    refusedAndDown("link set eth1 down\naddress add 2001:db8:1:0:0:0:0:5/64 dev eth1 nodad\n");
  }

  @KernelTest
  void anMtuThatWouldTakeItsIpv6AwayIsRefusedBefore() throws Exception {
    isTooSmall(vif(1200));
  }

  @KernelTest
  void soIsOneThatAPortWouldGiveIt() throws Exception {
    isTooSmall(vif(Network.builder().shouldProvideBridge(false).mtu(1200)));
  }

  private static void isTooSmall(VifBridge vif) throws Exception {
    new UplinkHost(UPLINK + BRIDGE + "link set br0 up\n" + IPV6);
    HostStateReader reader = new HostStateReader();
    HostState before = reader.readSettled();
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> UplinkHost.plug(Faults.none(), vif, TAP));
    assertTrue(refused.getMessage().contains("IPv6 addresses of br0"), refused.getMessage());
    before.assertUnchanged("refused", reader);
  }

  /** Others may give the two the same addresses, as with one MAC address for both. */
  @KernelTest
  void whatItHasInCommonWithALinkThatIsNoPortOfItIsNoBrokenOffMove() throws Exception {
    String same = "address add 10.7.7.7/32 dev eth1\n";
    leftByUnplug(UPLINK + BRIDGE + PORT + "link set br0 up\n" + same + same.replace("eth1", "br0"));
  }

  @KernelTest
  void norIsALinkThatIsNoBridgeAtAll() throws Exception {
    leftByUnplug(
        """
        link add br0 address 02:00:00:00:00:01 type veth peer name other
        link set other up
        link set br0 up
        address add 10.7.7.7/32 dev eth1
        address add 10.7.7.7/32 dev br0
        """);
  }

  private static void leftByUnplug(String commands) throws Exception {
    new UplinkHost(commands);
    HostStateReader reader = new HostStateReader();
    HostState before = reader.readSettled();
    UplinkHost.assertDone(Outcome.UNCHANGED, UplinkHost.unplug(Faults.none()));
    before.assertUnchanged("unplugged", reader);
  }

  /** Before the uplink joins, unplugging takes the move back: the bridge goes down again. */
  @KernelTest
  void aKilledMoveToABridgeThatIsDownIsTakenBackWhole() throws Exception {
    takenBackWhole(BRIDGE + IPV6);
  }

  @KernelTest
  void soIsOneToABridgeWithRoutesAlone() throws Exception {
    takenBackWhole(ROUTES);
  }

  private static void takenBackWhole(String commands) throws Exception {
    int takenBack = 0;
    boolean struck = true;
    for (int change = 1; struck; change++) {
      Faults fault = Faults.killAt(change);
      String what = "killed at " + change;
      try (Netns namespace = Netns.createPrivate()) {
        String setup = UPLINK + commands;
        takenBack += namespace.call(() -> killAndUnplug(setup, fault, what)) ? 1 : 0;
      }
      struck = fault.struck();
    }
    assertTrue(takenBack > 1, "taken back: " + takenBack);
  }

  private static String onBridge(UplinkHost host) throws Exception {
    return host.show("-o address show dev br0")
        + host.show("-6 route show table all")
        + host.show("-4 route show table all");
  }

  private static boolean killAndUnplug(String commands, Faults fault, String what)
      throws Exception {
    UplinkHost host = new UplinkHost(commands);
    String before = onBridge(host);
    UplinkHost.plug(fault);
    UplinkHost.unplug(Faults.none());
    boolean isBack = !host.show("-o link show master br0").contains("eth1");
    if (isBack) {
      String after = onBridge(host);
      assertEquals(before, after, what);
    }
    return isBack;
  }
}
