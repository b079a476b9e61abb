package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.LogLines;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That what goes wrong at one port of a loop is said there, and stops no other port. */
class ForwardingFaultTest {
  private static final FrameHandler ECHO = (frames, toGuest) -> toGuest.send(frames);

  private static TestVm vm(VhostUserPort port) {
    return new TestVm(port, VirtioFeatures.VERSION_1, 2048, 1);
  }

  private static void assertEchoes(TestVm vm, int length) {
    byte[] frame = UdpFrame.payload(length);
    vm.send(frame);
    assertArrayEquals(frame, vm.receive());
  }

  @ParameterizedTest
  @EnumSource(Idle.class)
  void aHandlerThatThrowsStopsItsOwnPortOnly(Idle idle) throws Exception {
    VhostUserPort bad = VhostUserPort.toHandler("bad", 1);
    VhostUserPort good = VhostUserPort.toHandler("good", 1);
    AtomicInteger calls = new AtomicInteger();
    FrameHandlerPort throwing =
        FrameHandlerPort.of(
            "throwing",
            1,
            (frames, toGuest) -> {
              calls.incrementAndGet();
              throw new IllegalStateException("a fault of the handler's");
            });
    try (Forwarder forwarder = Forwarder.start(1, idle);
        TestVm first = vm(bad);
        TestVm second = vm(good)) {
      PortPair pair = forwarder.connect(bad, throwing);
      forwarder.connect(good, FrameHandlerPort.of("echo", 1, ECHO));
      assertEchoes(second, 100);
      first.send(UdpFrame.payload(60));
      Await.until("said", throwing::isDead);
      assertTrue(throwing.problem().contains("a fault of the handler's"), throwing.problem());
      assertEquals(throwing.problem(), bad.problem());
      for (int i = 0; i < 100; i++) {
        assertEchoes(second, 60 + i);
      }
      assertEquals(1, calls.get(), "it is not called again");
      assertEquals("", good.problem());
      assertEquals("a fault of the handler's", forwarder.failure().getMessage());
      forwarder.disconnect(pair);
      forwarder.connect(bad, FrameHandlerPort.of("another", 1, ECHO));
      assertEchoes(second, 100);
    }
  }

  @Test
  void impossibleReturnCountIsAFault() throws Exception {
    VhostUserPort guest = VhostUserPort.toHandler("guest", 1);
    FrameHandlerPort lying = FrameHandlerPort.of("lying", 1, (frames, toGuest) -> 65);
    try (Forwarder forwarder = Forwarder.start(1, Idle.KICKS);
        TestVm vm = vm(guest)) {
      forwarder.connect(guest, lying);
      vm.send(UdpFrame.payload(60));
      Await.until("said", lying::isDead);
      assertTrue(lying.problem().contains("says 65 of 1 frames"), lying.problem());
    }
  }

  @Test
  void throwingFailureListenerStopsNoLoop() throws Exception {
    VhostUserPort guest = VhostUserPort.toHandler("guest", 1);
    VhostUserPort other = VhostUserPort.toHandler("other", 1);
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = vm(guest);
        TestVm otherVm = vm(other)) {
      forwarder.onFailure(
          thrown -> {
            throw new AssertionError("a listener");
          });
      forwarder.connect(
          guest,
          FrameHandlerPort.of(
              "bad",
              1,
              (frames, toGuest) -> {
                throw new AssertionError("a handler");
              }));
      forwarder.connect(other, FrameHandlerPort.of("echo", 1, ECHO));
      vm.send(UdpFrame.payload(60));
      Await.until("told", () -> forwarder.failure() != null);
      assertEchoes(otherVm, 90);
    }
  }

  @KernelTest
  void deletedTapIsReportedAndNoLongerPolled() throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    VhostUserPort other = VhostUserPort.toHandler("other", 1);
    Peer ip = Peer.require("ip", "iproute2");
    try (LogLines log = new LogLines("io.fastvif.forward");
        Forwarder forwarder = Forwarder.start(1, Idle.KICKS);
        TapPort tap = TapPort.attach("tap0", 1);
        TestVm vm = new TestVm(guest, VirtioFeatures.VERSION_1, 2048, 1);
        TestVm otherVm = vm(other)) {
      PortPair pair = forwarder.connect(guest, tap);
      forwarder.connect(other, FrameHandlerPort.of("echo", 1, ECHO));
      ip.run("link set tap0 up");
      assertEquals("", tap.problem());
      assertFalse(tap.isDead());
      ip.run("link del tap0");
      Await.until("said", tap::isDead);
      assertTrue(
          tap.problem().startsWith("the tap tap0 was deleted: readv: EBADFD"), tap.problem());
      Await.until("asleep", forwarder::isAsleep);
      long sleeps = forwarder.sleeps();
      assertEchoes(otherVm, 100);
      Await.until("asleep", forwarder::isAsleep);
      assertTrue(forwarder.sleeps() - sleeps < 10, "it spins");
      vm.send(UdpFrame.payload(60));
      Await.until("dropped", () -> forwarder.statistics().flows().getFirst().dropped() == 1);
      assertNull(forwarder.failure());
      forwarder.disconnect(pair);
      assertEquals(
          List.of("WARNING the port tap0 forwards nothing any more: " + tap.problem()),
          log.lines());
    }
  }

  /** A guest that gives no buffers has its tap not read; that it is gone shows all the same. */
  @KernelTest
  void deletedTapIsNoticedThoughNobodyReadsIt() throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    try (LogLines log = new LogLines("io.fastvif.forward");
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TapPort tap = TapPort.attach("tap0", 2)) {
      PortPair pair = forwarder.connect(guest, tap);
      Peer.require("ip", "iproute2").run("link del tap0");
      Await.until("said", tap::isDead);
      assertTrue(tap.problem().contains("EBADFD"), tap.problem());
      forwarder.disconnect(pair);
      assertEquals(
          List.of("WARNING the port tap0 forwards nothing any more: " + tap.problem()),
          log.lines(),
          "one line for both queues");
    }
  }

  @KernelTest
  void deletedLinkIsReported() throws Exception {
    VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add veth0 type veth peer name veth1");
    ip.run("link set veth0 up");
    try (Forwarder forwarder = Forwarder.start(1, Idle.KICKS);
        PacketPort link = PacketPort.open("veth0");
        TestVm vm = new TestVm(guest, VirtioFeatures.VERSION_1, 2048, 1)) {
      PortPair pair = forwarder.connect(guest, link);
      assertEquals("", link.problem());
      ip.run("link del veth0");
      Await.until("said", () -> link.problem().contains("ENETDOWN"));
      vm.send(UdpFrame.payload(60));
      Await.until("dropped", () -> forwarder.statistics().flows().getFirst().dropped() == 1);
      assertTrue(link.isDead(), link.problem());
      forwarder.disconnect(pair);
    }
  }
}
