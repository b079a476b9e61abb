package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.GuestListener;
import io.fastvif.forward.Idle;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.io.TempDir;

/** Ports that are opened and closed, with fastvif's own frontend. */
class ForwardingPortsTest {
  private static final TapOptions TAP = new TapOptions(false, true, -1, -1);
  private static final long PATIENCE_MILLIS = 60_000;
  private static final long PACKED = VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED;

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
  void portIsOpenUntilItIsClosed() throws Exception {
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
  void limitsChangeWhileTheGuestStays() throws Exception {
    Tap.createPersistent("vhu1", TAP);
    ServedPort limited = port(0600).withRates(new PortRates(new RateLimit(1000, 0, 2000), null));
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      String missing = assertThrows(IOException.class, () -> ports.limit(limited)).getMessage();
      assertEquals("the VIF has no such port open to limit: it has none", missing);
      assertTrue(ports.open(port(0600)));
      try (VhostUserFrontend guest =
          VhostUserFrontend.connect(port(0600).path(), PATIENCE_MILLIS)) {
        guest.setOwner();
        assertTrue(guest.getFeatures() != 0);
        assertTrue(ports.limit(limited));
        assertFalse(ports.limit(limited));
        assertEquals(List.of(limited), ports.open());
        assertTrue(ports.reports().getFirst().connected());
        assertTrue(guest.getFeatures() != 0, "the guest was cut off");
        assertTrue(ports.limit(port(0600)));
        assertEquals(List.of(port(0600)), ports.open());
      }
      assertThrows(IOException.class, () -> ports.limit(port(0666)));
      assertNull(ports.failure());
    }
  }

  @KernelTest
  void missingOrBusyTapIsReported() throws Exception {
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
  void reportTracksTheFrontend() throws Exception {
    Tap.createPersistent("vhu1", TAP);
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      List<String> told = new CopyOnWriteArrayList<>();
      ports.tell(listener(told));
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
        assertTrue(problem(ports).contains("shares no memory"), () -> problem(ports));
        try (MemoryFile file = MemoryFile.sealed("guest", 4096)) {
          guest.setMemory(List.of(new MemoryRegion(0, 4096, 0, 0)), file.fd());
        }
        assertEquals("", problem(ports));
        guest.setMtu(9000);
        PortReport report = ports.reports().getFirst();
        assertTrue(report.connected());
        assertEquals(1, report.connections());
        assertEquals("the guest goes by an MTU of 9000", report.problem());
      }
      Await.until("gone", () -> !ports.reports().getFirst().connected());
      assertEquals(1, ports.reports().getFirst().connections());
      assertEquals("the frontend has closed the connection", problem(ports));
      String path = port(0600).path();
      Await.until("both are told", () -> told.size() == 2);
      assertEquals(
          List.of(path + " up", path + " down: the frontend has closed the connection"), told);
    }
  }

  private static GuestListener listener(List<String> told) {
    return new GuestListener() {
      @Override
      public void connected(ServedPort port) {
        told.add(port.path() + " up");
      }

      @Override
      public void left(ServedPort port, String reason) {
        told.add(port.path() + " down: " + reason);
      }
    };
  }

  private static String problem(ForwardingPorts ports) {
    return ports.reports().getFirst().problem();
  }

  /** What is said of a frontend is what is wrong with it now, and not with an earlier one. */
  @KernelTest
  void problemIsReportedWhileItPersists() throws Exception {
    Tap.createPersistent("vhu1", TAP);
    String path = port(0600).path();
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      ports.open(port(0600));
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(path, PATIENCE_MILLIS);
          FrontendGuest guest = new FrontendGuest(frontend, PACKED)) {
        Await.until("sound", () -> problem(ports).isEmpty());
        assertTrue(guest.send(new byte[64]));
        // The tap is down, and refuses it.
        Await.until("sent", () -> ports.reports().getFirst().fromGuest().dropped() == 1);
        // As QEMU does with a packed ring whose backend was lost: it says where the ring began.
        frontend.setEnabled(1, false);
        guest.startAtBeginning(1);
        frontend.setEnabled(1, true);
        Await.until(
            "the ring is refused",
            () -> problem(ports).startsWith("ring 1: the packed ring was in use before"));
        guest.setUp(PACKED);
        Await.until("sound again", () -> problem(ports).isEmpty());
        // Memory that is not shared looks like a ring that is never filled.
        frontend.setEnabled(0, false);
        frontend.setEnabled(1, false);
        guest.setUpEmpty(PACKED);
        Await.until("no buffers", () -> problem(ports).contains("not shared (share=on)"));
      }
      Await.until("gone", () -> problem(ports).contains("closed the connection"));
      try (VhostUserFrontend next = VhostUserFrontend.connect(path, PATIENCE_MILLIS)) {
        next.setOwner();
        next.getFeatures();
        Await.until("no word of the last", () -> problem(ports).isEmpty());
      }
    }
  }
}
