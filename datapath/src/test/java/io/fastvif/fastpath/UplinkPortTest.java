package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.DropReason;
import io.fastvif.forward.Idle;
import io.fastvif.forward.bridge.AntiSpoofing;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.PacketSocket;
import io.fastvif.testing.Peer;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;

/** Ports that are joined to a link of the host by AF_XDP. */
class UplinkPortTest {
  @TempDir Path folder;

  private ServedPort port(String name, String uplink) {
    return new ServedPort(
        "vif-" + name,
        name,
        folder.resolve(name + ".sock").toString(),
        VhostUserMode.CLIENT,
        new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0600),
        1500,
        1,
        "",
        uplink,
        PortRates.UNLIMITED,
        SwitchPortSettings.DEFAULT.withGuard(
            AntiSpoofing.ON, new MacAddress(0x02_0000_000000L + name.charAt(0)), List.of()));
  }

  private static int program() {
    LinkMessage link = new LinkMessage();
    int[] found = {-1};
    try (RouteSocket route = RouteSocket.open()) {
      route.query(route.link().get("v0"), message -> found[0] = link.wrap(message).xdpProgram());
    }
    return found[0];
  }

  private static String refused(ForwardingPorts ports, ServedPort port) {
    String message = assertThrows(IOException.class, () -> ports.open(port)).getMessage();
    assertTrue(Files.notExists(Path.of(port.path())), "the socket");
    return message;
  }

  @KernelTest
  void uplinkIsOpenFromItsFirstGuestToItsLast() throws Exception {
    Peer.require("ip", "iproute2").run("link add v0 type veth peer name v1");
    ServedPort port = port("a", "v0");
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      assertTrue(ports.open(port));
      assertFalse(ports.open(port));
      assertEquals(List.of(port), ports.open());
      int id = program();
      assertTrue(id > 0);
      assertEquals(
          "the uplink af_xdp:v0 has the MAC address 02:00:00:00:00:61 at the VIF vif-a already:"
              + " expected another, or another VLAN",
          refused(ports, port("another", "v0")));
      assertTrue(ports.open(port("b", "v0")));
      assertEquals(id, program());
      assertTrue(Files.exists(Path.of(port.path())));
      assertTrue(ports.close(port));
      assertFalse(ports.close(port));
      assertEquals(id, program());
      assertTrue(ports.close(port("b", "v0")));
      assertEquals(0, program());
      assertTrue(ports.open(port("b", "v0")));
    }
    assertEquals(0, program());
  }

  @KernelTest
  void uplinkTellsWhatCameByIt() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add v0 type veth peer name v1");
    ip.run("link set v0 addrgenmode none up");
    ip.run("link set v1 addrgenmode none up");
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
        PacketSocket other = new PacketSocket("v1")) {
      assertEquals(List.of(), ports.uplinks());
      ports.open(port("a", "v0"));
      ports.open(port("b", "v0"));
      // To an address that no port has: both are guarded, and get none of these.
      other.send(PacketSocket.frame(60, 1));
      Await.until("it came", () -> ports.uplinks().getFirst().fromLink().dropped() == 1);
      UplinkReport uplink = ports.uplinks().getFirst();
      assertEquals("v0", uplink.link());
      assertEquals(2, uplink.ports());
      assertEquals(Map.of(DropReason.NO_RECEIVER, 1L), uplink.fromLink().drops());
      assertEquals(0, uplink.toLink().frames());
    }
  }

  @KernelTest
  void uplinkThatCannotBeOpenedIsNamed() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      assertEquals(
          "there is no link v0: expected one of this network namespace",
          refused(ports, port("a", "v0")));
      ip.run("link add v0 type veth peer name v1");
      try (ForwardingPorts others = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
        others.open(port("a", "v0"));
        assertTrue(refused(ports, port("b", "v0")).contains("attached: expected none"));
      }
      assertTrue(ports.open(port("a", "v0")));
    }
  }

  @KernelTest
  void uplinkThatWasDeletedIsOpenedAgain() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add v0 type veth peer name v1");
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      ports.open(port("a", "v0"));
      ports.open(port("b", "v0"));
      ip.run("link del v0");
      Await.until(
          "it is told",
          () -> ports.reports().getFirst().problem().equals("the link v0 was deleted"));
      ip.run("link add v0 type veth peer name v1");
      assertTrue(ports.open(port("a", "v0")));
      assertEquals("", ports.reports().getFirst().problem());
      assertEquals("the link v0 was deleted", ports.reports().getLast().problem());
      assertTrue(ports.open(port("b", "v0")));
      assertEquals("", ports.reports().getLast().problem());
      assertTrue(ports.close(port("a", "v0")));
      assertTrue(program() > 0);
    }
  }
}
