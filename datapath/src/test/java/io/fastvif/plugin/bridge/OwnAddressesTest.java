package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Faults;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Addresses that the kernel gives links by itself are as they were when a plug is refused. */
class OwnAddressesTest {
  private static final String BRIDGE = "link add br0 address 02:00:00:00:00:b0 type bridge\n";
  private static final String RANDOM_BRIDGE = BRIDGE + "link set br0 addrgenmode random\n";
  private static final Path SETTINGS = Path.of("/proc/sys/net/ipv6/conf");
  private static final int REFUSE_EVERY = Integer.getInteger("fastvif.refuse-every", 4);
  private static final String UP = "link set br0 up\n";
  private static final String IPV4 = "address add 10.0.0.5/24 dev eth1\n";
  private static final String IPV6 = "address add 2001:db8:1::5/64 dev eth1 nodad\n";
  private static final String RANDOM =
      """
      link set eth1 down
      link set eth1 addrgenmode random
      link set eth1 up
      """;

  /** That a link had a carrier once is to be seen for good, by its queueing and its routes. */
  private static String addresses(UplinkHost host) throws Exception {
    List<String> links =
        host.show("-d -o link show")
            .lines()
            .map(line -> line.replaceAll(".*(link/ether \\S+).*(addrgenmode \\S+).*", "$1 $2"))
            .toList();
    List<String> routes =
        host.show("-6 route show table all")
            .lines()
            .filter(line -> !line.contains("ff00::/8"))
            .map(line -> line.replaceAll(" linkdown\\b", ""))
            .toList();
    return links + host.show("-o address show") + routes;
  }

  private static PlugResult plug(VifBridge vif, Faults faults) throws Exception {
    return UplinkHost.plug(faults, vif, Map.of("linux_bridge.create_port", "veth"));
  }

  /**
   * At every fourth change, or each with {@code -Dfastvif.refuse-every=1}; {@code isMade} says what
   * is there when nothing is refused.
   */
  private static void refusedAnywhere(String commands, VifBridge vif, String isMade)
      throws Exception {
    boolean struck = true;
    for (int change = 1 + commands.length() % REFUSE_EVERY; struck; change += REFUSE_EVERY) {
      Faults fault = Faults.refuseAt(change);
      String what = "refused at " + change;
      try (Netns namespace = Netns.createPrivate()) {
        namespace.call(
            () -> {
              Files.writeString(SETTINGS.resolve("default/accept_dad"), "0");
              UplinkHost host = new UplinkHost(commands);
              if (commands.contains(RANDOM_BRIDGE)) {
                Files.writeString(SETTINGS.resolve("br0/disable_ipv6"), "1");
              }
              HostStateReader reader = new HostStateReader();
              reader.readSettled();
              String before = addresses(host);
              PlugResult result = plug(vif, fault);
              if (fault.struck()) {
                UplinkHost.assertDone(Outcome.FAILED, result);
                assertEquals(List.of(), result.failure().leftBehind(), what);
                // When the mark is taken off the bridge has its carrier for good.
                if (!result.failure().message().contains("delete altname")) {
                  reader.readSettled();
                  assertEquals(before, addresses(host), what);
                }
              } else {
                UplinkHost.assertDone(Outcome.PLUGGED, result);
                reader.readSettled();
                String shown = host.show("-o -6 address show dev br0");
                assertTrue(shown.contains(isMade), shown);
              }
              return null;
            });
      }
      struck = fault.struck();
    }
  }

  @KernelTest
  void aBridgeWithoutPortsHasNoneOfTheUplinks() throws Exception {
    refusedAnywhere(IPV4 + BRIDGE + UP, UplinkHost.VIF, "fe80::ff:fe00:1/64");
  }

  @KernelTest
  void norOfAPorts() throws Exception {
    Network.Builder network = Network.builder().shouldProvideBridge(false);
    refusedAnywhere(
        "link add br0 type bridge\n" + UP, UplinkHost.vif(network.mtu(1500).build()), "fe80");
  }

  @KernelTest
  void aBridgeGoesOnToMakeThemAtRandom() throws Exception {
    String random = "link set br0 up addrgenmode random\n";
    refusedAnywhere(IPV4 + BRIDGE + random, UplinkHost.VIF, "stable-privacy");
  }

  @KernelTest
  void soDoesOneThatWasWithoutIpv6() throws Exception {
    refusedAnywhere(RANDOM_BRIDGE + IPV6, UplinkHost.VIF, "2001:db8:1::5");
  }

  @KernelTest
  void anUplinkKeepsItsStableOne() throws Exception {
    refusedAnywhere(RANDOM + IPV6, UplinkHost.VIF, "2001:db8:1::5");
  }
}
