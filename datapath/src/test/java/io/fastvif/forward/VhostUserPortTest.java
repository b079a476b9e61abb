package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session tells a port, and what a port tells its session. */
class VhostUserPortTest {
  private static final long NEW = VirtioFeatures.VERSION_1;

  @TempDir private Path folder;

  @Test
  void sendRarpAnnouncesTheGuest() {
    try (ConnectedVms vms = new ConnectedVms(NEW, NEW)) {
      vms.portA.announce(0x0200_0a0b_0c0dL);
      // Ethernet broadcast, type 0x8035; RFC 903: request 3, both addresses the guest's.
      String expected =
          "ffffffffffff"
              + "02000a0b0c0d"
              + "8035"
              + "0001"
              + "0800"
              + "06"
              + "04"
              + "0003"
              + "02000a0b0c0d"
              + "00000000"
              + "02000a0b0c0d"
              + "00000000";
      String frame = HexFormat.of().formatHex(vms.b.receive());
      assertEquals(120, frame.length());
      assertTrue(frame.startsWith(expected), frame);
      assertNull(vms.a.poll());
    }
  }

  /** A frontend that shrinks the file of its memory stops its own rings, and nobody else's. */
  @Test
  void shrunkMemoryEndsOnlyItsSession() {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    VhostUserPort portC = VhostUserPort.toGuest("c", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.BUSY_SPIN);
        TestVm a = new TestVm(portA, NEW, 2048, 1);
        TestVm b = new TestVm(portB, NEW, 2048, 1);
        TestVm c = new TestVm(portC, NEW, 2048, 1)) {
      forwarder.connect(portA, portB);
      forwarder.connect(portC, portC);
      ToldSession told = new ToldSession(a.guest.memory());
      portA.connected(told);
      byte[] frame = UdpFrame.payload(100);
      a.send(frame);
      assertArrayEquals(frame, b.receive());
      a.guest.shrink();
      // Whichever comes first: the fault, or the zeros that are in the memory's place then.
      String what = told.await();
      assertTrue(what.startsWith("end: the guest's memory") || what.startsWith("1: "), what);
      for (int i = 0; i < 100; i++) {
        c.send(frame);
        assertArrayEquals(frame, c.receive());
      }
    }
  }

  @Test
  void aConnectedPortCannotBeClosedOrConnectedAgain() {
    VhostUserPort portA = VhostUserPort.toGuest("a", 1);
    VhostUserPort portB = VhostUserPort.toGuest("b", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.KICKS)) {
      PortPair pair = forwarder.connect(portA, portB);
      assertThrows(IllegalStateException.class, portA::close);
      assertThrows(IllegalStateException.class, () -> forwarder.connect(portB, portB));
      assertEquals(List.of(pair), forwarder.pairs());
      forwarder.disconnect(pair);
      portA.close();
      assertEquals(List.of(), forwarder.pairs());
    }
  }

  @Test
  void changesOfStateAreFlightRecorderEvents() throws Exception {
    Path file = folder.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("io.fastvif.PortState");
      recording.start();
      VhostUserPort port = VhostUserPort.toGuest("observed", 1);
      try (TestVm vm = new TestVm(port, NEW, 2048, 1)) {
        assertFalse(vm.kick.toString().isEmpty());
      }
      port.disconnected("gone");
      recording.stop();
      recording.dump(file);
    }
    List<String> states =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> "observed".equals(event.getString("port")))
            .map(event -> event.getInt("ring") + " " + event.getString("state"))
            .toList();
    assertEquals(
        List.of("0 started", "1 started", "0 stopped", "1 stopped", "-1 disconnected"), states);
    assertTrue(Files.size(file) > 0);
  }

  @Test
  void loopIsPinnedToAProcessor() {
    VhostUserPort port = VhostUserPort.toGuest("a", 1);
    try (Forwarder forwarder = Forwarder.startOn(new int[] {0}, Idle.ADAPTIVE);
        TestVm vm = new TestVm(port, NEW, 2048, 1)) {
      forwarder.connect(port, port);
      byte[] frame = UdpFrame.payload(100);
      vm.send(frame);
      assertArrayEquals(frame, vm.receive());
    }
    assertThrows(
        io.fastvif.bindings.SystemCallException.class,
        () -> Forwarder.startOn(new int[] {1000}, Idle.ADAPTIVE));
  }
}
