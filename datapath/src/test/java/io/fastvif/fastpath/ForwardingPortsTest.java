package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.Idle;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;

/** Ports that are opened and closed, with fastvif's own frontend. */
class ForwardingPortsTest {
  private static final TapOptions TAP = new TapOptions(false, true, -1, -1);
  private static final long PATIENCE_MILLIS = 60_000;

  @TempDir Path folder;

  private ServedPort port(int permissions) {
    return new ServedPort(
        "vif",
        "vhu1",
        folder.resolve("vhu1.sock").toString(),
        VhostUserMode.CLIENT,
        new SocketAccess(OptionalInt.of(7), OptionalInt.empty(), permissions),
        1450,
        1,
        "vhu1");
  }

  private static boolean hasCarrier() throws Exception {
    return Peer.require("ip", "iproute2").run("link show vhu1").contains("LOWER_UP");
  }

  @KernelTest
  void aPortIsOpenUntilItIsClosed() throws Exception {
    Tap.createPersistent("vhu1", TAP);
    Peer.require("ip", "iproute2").run("link set vhu1 up");
    Path socket = Path.of(port(0600).path());
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      assertTrue(ports.open(port(0600)));
      assertFalse(ports.open(port(0600)));
      assertEquals(List.of(port(0600)), ports.open());
      assertEquals(0600, (Integer) Files.getAttribute(socket, "unix:mode") & 0777);
      assertEquals(7, Files.getAttribute(socket, "unix:uid"));
      assertTrue(hasCarrier());
      assertTrue(
          assertThrows(IOException.class, () -> ports.open(port(0666)))
              .getMessage()
              .startsWith("the VIF has another port open"));
      assertTrue(ports.close(port(0600)));
      assertFalse(ports.close(port(0600)));
      assertEquals(List.of(), ports.open());
      assertTrue(Files.notExists(socket));
      assertFalse(hasCarrier());
      assertNull(ports.failure());
    }
  }

  @KernelTest
  void aTapThatIsMissingOrTakenIsSaid() throws Exception {
    Path socket = Path.of(port(0600).path());
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      String missing = assertThrows(IOException.class, () -> ports.open(port(0600))).getMessage();
      assertTrue(missing.startsWith("the tap vhu1 is not there"), missing);
      Tap.createPersistent("vhu1", TAP);
      try (Tap taken = Tap.attach("vhu1", TAP)) {
        assertEquals(
            "another process has the tap " + taken.name(),
            assertThrows(IOException.class, () -> ports.open(port(0600))).getMessage());
      }
      assertTrue(Files.notExists(socket));
      assertEquals(List.of(), ports.open());
      assertTrue(ports.open(port(0600)));
    }
    assertTrue(Files.notExists(socket), "closed with the rest");
  }

  @KernelTest
  void theReportSaysWhoIsThere() throws Exception {
    Tap.createPersistent("vhu1", TAP);
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      ports.open(port(0600));
      assertFalse(ports.reports().getFirst().connected());
      try (VhostUserFrontend guest =
          VhostUserFrontend.connect(port(0600).path(), PATIENCE_MILLIS)) {
        long features = guest.getFeatures();
        long protocol = guest.getProtocolFeatures();
        guest.setProtocolFeatures(protocol);
        assertTrue(ProtocolFeature.MTU.isIn(protocol));
        guest.setOwner();
        guest.setFeatures(features);
        guest.setMtu(9000);
        PortReport report = ports.reports().getFirst();
        assertTrue(report.connected());
        assertEquals(1, report.connections());
        assertEquals("the guest goes by an MTU of 9000", report.problem());
      }
      Await.until("gone", () -> !ports.reports().getFirst().connected());
      assertEquals(1, ports.reports().getFirst().connections());
    }
  }
}
