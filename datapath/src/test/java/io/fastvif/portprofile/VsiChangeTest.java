package io.fastvif.portprofile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.plan.PortAssociation;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Lldpad;
import io.fastvif.trace.TraceLines;
import io.fastvif.trace.Tracing;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

/** Against two real lldpad in two namespaces: a station on this host, and a bridge. */
class VsiChangeTest {
  private static final int SECONDS = 60;
  private static final UUID INSTANCE = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");

  @TempDir Path folder;

  private interface Body {
    void run(Netns station, Netns bridge) throws Exception;
  }

  private static void between(Body body) throws Exception {
    try (Netns station = Netns.current();
        Netns bridge = Netns.createPrivate();
        RouteSocket socket = RouteSocket.open()) {
      Veth pair = new Veth().peerName("br0").peerNamespaceDescriptor(bridge.descriptor());
      socket.execute(socket.link().create("st0").kind(pair));
      socket.execute(socket.link().set(socket.indexOf("st0")).up());
      bridge.call(
          () -> {
            try (RouteSocket there = RouteSocket.open()) {
              there.execute(there.link().set(there.indexOf("br0")).up());
            }
            return null;
          });
      body.run(station, bridge);
    }
  }

  private static PortAssociation.Vsi vsi(String device, Path pidFile) {
    try (RouteSocket socket = RouteSocket.open()) {
      MacAddress mac = MacAddress.parse("52:54:00:01:aa:bb");
      int index = socket.indexOf(device);
      return new PortAssociation.Vsi(
          device, index, 11, 0x345678, 2, INSTANCE, mac, 7, pidFile.toString());
    }
  }

  @SuppressWarnings("try") // it ends with the block
  @KernelTest
  void aVsiIsAssociatedAndDisassociated() throws Exception {
    between(
        (here, there) -> {
          try (Lldpad station = Lldpad.start(here, "st0", "station", folder);
              Lldpad bridge = Lldpad.start(there, "br0", "bridge", folder)) {
            PortAssociation.Vsi vsi = vsi("st0", station.pidFile());
            StringBuilder trace = new StringBuilder();
            try (Tracing.Scope scope = Tracing.begin(new TraceLines(trace))) {
              assertTrue(PortChanges.associate(vsi, false, SECONDS));
            }
            assertTrue(
                trace
                    .toString()
                    .contains(
                        " lldpad RTM_SETLINK index="
                            + vsi.index()
                            + " IFNAME=\"st0\" VFINFO_LIST={VF={MAC={vf -1 52:54:00:01:aa:bb}"
                            + " VLAN={vf -1 7 0}}} VF_PORTS={PORT={VF=-1 VSI_TYPE={manager 11"
                            + " type 3430008 version 2} INSTANCE_UUID="
                            + INSTANCE
                            + " REQUEST=ASSOCIATE}} = ack <"),
                trace::toString);
            assertTrue(
                trace.toString().contains(" = VSI " + INSTANCE + ": success <"), trace::toString);
            assertFalse(PortChanges.associate(vsi, false, SECONDS));
            String log = station.log();
            assertTrue(log.contains("IFLA_IFNAME:st0 index:" + vsi.index()), log);
            assertTrue(log.contains("mgr_id:11 type_id:" + 0x345678 + " typeid_version:2\n"), log);
            assertTrue(log.contains("IFLA_PORT_INSTANCE_UUID:" + INSTANCE), log);
            assertTrue(log.contains("IFLA_VF_MAC:52:54: 0: 1:aa:bb\n"), log);
            assertTrue(log.contains("IFLA_VF_VLAN:7 QOS:0\n"), log);
            assertTrue(log.contains("IFLA_PORT_REQUEST:2\n"), log);
            assertTrue(bridge.log().contains("id:" + 0x345678), bridge.log());
            assertTrue(PortChanges.disassociate(vsi, SECONDS), station.log());
            assertTrue(station.log().contains("IFLA_PORT_REQUEST:3\n"));
            assertFalse(PortChanges.disassociate(vsi, SECONDS));
            assertTrue(PortChanges.associate(vsi, true, SECONDS));
            assertTrue(station.log().contains("IFLA_PORT_REQUEST:1\n"), station.log());
          }
        });
  }

  @KernelTest
  void withoutASwitchNothingIsAssociated() throws Exception {
    between(
        (here, there) -> {
          try (Lldpad station = Lldpad.start(here, "st0", "station", folder)) {
            PortAssociation.Vsi vsi = vsi("st0", station.pidFile());
            long deadline = System.nanoTime() + 60_000_000_000L;
            String reason = refusal(vsi);
            while (!reason.contains("EVB") && System.nanoTime() < deadline) {
              reason = refusal(vsi); // lldpad is starting
            }
            assertEquals("lldpad and the switch have not agreed on EVB for st0 in 1 s", reason);
            assertFalse(PortChanges.disassociate(vsi, 1));
          }
        });
  }

  private static String refusal(PortAssociation.Vsi vsi) {
    return assertThrows(IOException.class, () -> PortChanges.associate(vsi, false, 1)).getMessage();
  }

  @KernelTest
  void withoutLldpadNothingIsAssociated() throws Exception {
    Path pidFile = folder.resolve("lldpad.pid");
    PortAssociation.Vsi vsi = vsi("lo", pidFile);
    assertEquals(pidFile.toString(), refusal(vsi));
    assertFalse(PortChanges.disassociate(vsi, 1));
    Files.writeString(pidFile, "1\n");
    assertEquals(
        "no lldpad is at the process id of " + pidFile + " in this network namespace",
        refusal(vsi));
    assertFalse(PortChanges.disassociate(vsi, 1));
    Files.writeString(pidFile, "\n");
    assertEquals(pidFile + " does not begin with a process id: expected lldpad's", refusal(vsi));
  }
}
