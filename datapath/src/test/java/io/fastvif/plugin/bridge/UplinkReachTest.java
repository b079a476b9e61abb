package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Faults;
import io.fastvif.engine.Outcome;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.InvalidInputException;
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
