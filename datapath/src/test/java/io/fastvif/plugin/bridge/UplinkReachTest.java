package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Faults;
import io.fastvif.engine.Outcome;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The host is reached by its address, and reaches the world, whatever becomes of its uplink. */
class UplinkReachTest {
  private static final int MIN_LOOKS = 20;
  private static final String BRIDGE =
      """
      link add br0 type bridge
      link set br0 addrgenmode none
      link set eth2 address fe:ff:ff:ff:ff:ff
      link set br0 up
      """;
  private static final String ADDRESSES =
      """
      address add 10.0.0.5/24 dev br0
      neighbour add 10.0.0.9 lladdr 02:00:00:00:00:99 dev br0 nud permanent
      """;

  /** Looks all the time, as a program would, whether the address and a way out are there. */
  private static final class Watcher implements AutoCloseable {
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicReference<Throwable> missed = new AtomicReference<>();
    private final Thread thread;

    Watcher(ProtocolFamily family, String address, String destination) {
      thread =
          new Thread(
              () -> {
                while (!done.get() && missed.get() == null) {
                  look(family, address, destination);
                }
              },
              "watcher");
      thread.start();
    }

    private void look(ProtocolFamily family, String address, String destination) {
      try (DatagramChannel socket = DatagramChannel.open(family)) {
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(destination), 9));
        looks.incrementAndGet();
      } catch (IOException gone) {
        missed.set(gone);
      }
    }

    int looks() {
      return looks.get();
    }

    /** Ends it, and fails if it ever missed something. */
    @Override
    public void close() {
      done.set(true);
      try {
        thread.join();
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
      assertEquals(null, missed.get());
      assertTrue(looks.get() > MIN_LOOKS, () -> "only " + looks.get() + " looks");
    }
  }

  private static void moveAndFail(UplinkHost host, Watcher watcher) throws Exception {
    host.batch("link add tap0 type veth peer name other\n");
    UplinkHost.assertDone(
        Outcome.FAILED,
        UplinkHost.plug(Faults.none(), UplinkHost.VIF, Map.of("linux_bridge.create_port", "tap")));
    int looks = watcher.looks();
    UplinkHost.assertDone(Outcome.PLUGGED, UplinkHost.plug(Faults.none()));
    Await.until("more looks", () -> watcher.looks() > looks + 2 * MIN_LOOKS);
  }

  @KernelTest
  void noInstantIsWithoutAddressAndDefaultRoute() throws Exception {
    UplinkHost host =
        new UplinkHost(
            "address add 10.0.0.5/24 dev eth1\nroute add default via 10.0.0.1 dev eth1\n");
    try (Watcher watcher = new Watcher(StandardProtocolFamily.INET, "10.0.0.5", "192.0.2.1")) {
      moveAndFail(host, watcher);
    }
  }

  @KernelTest
  void noInstantIsWithoutIpv6AddressAndDefaultRoute() throws Exception {
    UplinkHost host =
        new UplinkHost(
            "address add 2001:db8::5/64 dev eth1\n-6 route add default via fe80::1 dev eth1\n");
    try (Watcher watcher =
        new Watcher(StandardProtocolFamily.INET6, "2001:db8::5", "2001:db8:99::1")) {
      moveAndFail(host, watcher);
    }
  }

  @KernelTest
  void theMacAddressOfAMovedAddressStaysWhateverPortsTheBridgeHas() throws Exception {
    UplinkHost host = new UplinkHost("address add 10.0.0.5/24 dev eth1\n");
    host.batch("link add br0 type bridge\n"); // not made by fastvif, and with an address of its own
    UplinkHost.assertDone(Outcome.PLUGGED, UplinkHost.plug(Faults.none()));
    host.assertMoved(host.hanging(), "joined to a bridge that was there");
    host.batch("link set eth2 down\nlink set eth2 address 02:00:00:00:00:00\n");
    host.batch("link set eth2 master br0\n");
    assertTrue(host.show("-o link show br0").contains("02:00:00:00:00:01"));
    host.batch("link set eth1 nomaster\n");
    assertTrue(host.show("-o link show br0").contains("02:00:00:00:00:01"));
  }

  /** Without a VIF's address the kernel makes one up, lower than that of any port here. */
  @KernelTest
  void theMacAddressOfABridgeWithAddressesStaysWhenPortsComeAndGo() throws Exception {
    VifBridge vif =
        VifBridge.builder()
            .id(UplinkHost.VIF.id().get())
            .plugin("linux_bridge")
            .vifName("tap0")
            .bridgeName("br0")
            .network(Network.builder().mtu(1450).build())
            .build();
    for (String kind : new String[] {"tap", "veth"}) {
      Map<String, String> options = Map.of("linux_bridge.create_port", kind);
      for (String ports : new String[] {"", "link set eth2 master br0\n"}) {
        try (Netns namespace = Netns.createPrivate()) {
          namespace.call(
              () -> {
                UplinkHost host = new UplinkHost(BRIDGE + ports + ADDRESSES);
                String before = macAndNeighbours(host);
                assertTrue(before.contains("lladdr"), before);
                UplinkHost.assertDone(
                    Outcome.PLUGGED, UplinkHost.plug(Faults.none(), vif, options));
                assertEquals(before, macAndNeighbours(host), kind + " joins after " + ports);
                UplinkHost.assertDone(
                    Outcome.UNCHANGED, UplinkHost.plug(Faults.none(), vif, options));
                UplinkHost.assertDone(Outcome.UNPLUGGED, UplinkHost.unplug(Faults.none()));
                assertEquals(before, macAndNeighbours(host), kind + " leaves");
                return null;
              });
        }
        try (Netns namespace = Netns.createPrivate()) {
          namespace.call(
              () -> {
                UplinkHost host = new UplinkHost(BRIDGE + ports);
                UplinkHost.assertDone(
                    Outcome.PLUGGED, UplinkHost.plug(Faults.none(), vif, options));
                host.batch(ADDRESSES); // on a bridge that has the port's MAC address by then
                String before = macAndNeighbours(host);
                UplinkHost.assertDone(Outcome.UNPLUGGED, UplinkHost.unplug(Faults.none()));
                assertEquals(before, macAndNeighbours(host), kind + " leaves first " + ports);
                return null;
              });
        }
      }
    }
  }

  private static String macAndNeighbours(UplinkHost host) throws Exception {
    return host.show("-o link show br0").replaceAll(".*link/ether (\\S+) .*", "$1")
        + host.show("neighbour show dev br0 nud permanent");
  }

  /** A move that has begun must show whether the bridge's way to make addresses is set yet. */
  @KernelTest
  void theBridgeMakesAddressesTheSameWayHoweverOftenTheMoveWasKilled() throws Exception {
    for (String mode : new String[] {"none", "eui64"}) {
      String undisturbed = null;
      boolean struck = true;
      for (int change = 0; struck; change++) {
        Faults fault = change == 0 ? Faults.none() : Faults.killAt(change);
        try (Netns namespace = Netns.createPrivate()) {
          String made = namespace.call(() -> addressGeneration(mode, fault));
          undisturbed = change == 0 ? made : undisturbed;
          assertEquals(undisturbed, made, mode + ", killed at " + change);
        }
        struck = change == 0 || fault.struck();
      }
    }
  }

  private static String addressGeneration(String mode, Faults fault) throws Exception {
    UplinkHost host = new UplinkHost("address add 2001:db8::5/64 dev eth1\n");
    host.batch("link add br0 type bridge\nlink set br0 addrgenmode " + mode + " up\n");
    UplinkHost.plug(fault);
    if (fault.struck()) {
      UplinkHost.assertDone(Outcome.PLUGGED, UplinkHost.plug(Faults.none()));
    }
    return host.show("-d -o link show br0").replaceAll(".*(addrgenmode \\w+) .*", "$1").strip();
  }

  /** The kernel drops a link's neighbours when its MAC address is set. */
  @KernelTest
  void theNeighboursThatABridgeHasStay() throws Exception {
    UplinkHost host = new UplinkHost("address add 10.0.0.5/24 dev eth1\n");
    host.batch(
        """
        link add br0 type bridge
        link set br0 up
        neighbour add 10.5.0.9 lladdr 02:00:00:00:00:99 dev br0 nud permanent
        """);
    UplinkHost.assertDone(Outcome.PLUGGED, UplinkHost.plug(Faults.none()));
    assertTrue(host.show("neighbour show dev br0").contains("10.5.0.9 lladdr 02:00:00:00:00:99"));
  }

  @KernelTest
  void aPortOfAnotherBridgeIsRefusedAndLeftAlone() throws Exception {
    UplinkHost host = new UplinkHost("address add 10.0.0.5/24 dev eth1\n");
    host.batch("link add br9 type bridge\nlink set br9 up\nlink set eth1 master br9\n");
    HostStateReader reader = new HostStateReader();
    HostState before = reader.readSettled();
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> UplinkHost.plug(Faults.none()));
    assertTrue(refused.getMessage().contains("br9"), refused.getMessage());
    before.assertUnchanged("refused", reader);
  }

  @KernelTest
  void anUplinkIsFoundByItsAlternativeName() throws Exception {
    UplinkHost host =
        new UplinkHost(
            """
            address add 10.0.0.5/24 dev eth1
            route add default via 10.0.0.1 dev eth1
            link property add dev eth1 altname enp0s31f6
            """);
    String before = host.hanging();
    for (Outcome outcome : new Outcome[] {Outcome.PLUGGED, Outcome.UNCHANGED}) {
      UplinkHost.assertDone(
          outcome, UplinkHost.plug(Faults.none(), UplinkHost.vif("enp0s31f6"), Map.of()));
      host.assertMoved(before, "by its alternative name");
    }
  }
}
