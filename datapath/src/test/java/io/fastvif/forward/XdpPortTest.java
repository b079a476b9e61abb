package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.PacketSocket;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.xdp.XdpOptions;
import java.util.Arrays;
import java.util.Map;

/** A guest whose port is on one end of a veth pair, and a packet socket on the other. */
class XdpPortTest {
  private static final long FEATURES = VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF;
  private static final XdpOptions SMALL = XdpOptions.DEFAULT.withRingSize(64);

  private static Peer pair(int queues) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    String of = " numtxqueues " + queues + " numrxqueues " + queues;
    ip.run("link add v0" + of + " type veth peer name v1" + of);
    ip.run("link set v0 up");
    ip.run("link set v1 up");
    return ip;
  }

  private static byte[] receive(TestVm vm) {
    for (int i = 0; i < 100; i++) {
      byte[] frame = vm.receive();
      if (PacketSocket.isOurs(frame)) {
        return frame;
      }
    }
    throw new AssertionError("no frame of ours among 100");
  }

  private static long dropped(Forwarder forwarder, DropReason reason) {
    return forwarder.statistics().flows().stream()
        .map(FlowStatistics::drops)
        .mapToLong((Map<DropReason, Long> drops) -> drops.getOrDefault(reason, 0L))
        .sum();
  }

  private static int promiscuity() {
    LinkMessage link = new LinkMessage();
    int[] found = {-1};
    try (RouteSocket route = RouteSocket.open()) {
      route.query(route.link().get("v0"), message -> found[0] = link.wrap(message).promiscuity());
    }
    return found[0];
  }

  /** The guest's buffers are smaller than its frames, and its frames are in several pieces. */
  @KernelTest
  void framesOfAllSizesPassBothWays() throws Exception {
    pair(1);
    VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
    try (XdpPort link = XdpPort.open("v0", SMALL);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, FEATURES, 1024, 3);
        PacketSocket other = new PacketSocket("v1")) {
      forwarder.connect(guest, link);
      assertEquals(1, promiscuity());
      for (int length = 14; length <= 1514; length += 5) {
        byte[] frame = PacketSocket.frame(length, length);
        vm.send(frame);
        assertArrayEquals(frame, other.receive());
        other.send(frame);
        assertArrayEquals(frame, receive(vm));
      }
      assertNull(forwarder.failure());
      assertEquals("", link.problem());
    }
    assertEquals(0, promiscuity());
  }

  @KernelTest
  void checksumsAreCompletedForTheCard() throws Exception {
    pair(1);
    VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
    try (XdpPort link = XdpPort.open("v0", SMALL);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, FEATURES | NetFeatures.CSUM, 2048, 2);
        PacketSocket other = new PacketSocket("v1")) {
      forwarder.connect(guest, link);
      for (int i = 0; i < 100; i++) {
        byte[] udp = UdpFrame.toHost(UdpFrame.payload(1 + 7 * i), false);
        udp[12] = (byte) (PacketSocket.TYPE >> 8);
        udp[13] = (byte) PacketSocket.TYPE;
        vm.send(UdpFrame.UNFINISHED, UdpFrame.CHECKSUM_OFFSET, udp);
        assertTrue(UdpFrame.hasChecksum(other.receive(), 0));
      }
      // What it names is behind the frame's end.
      vm.send(1 | (60L << 48), 0, PacketSocket.frame(60, 1));
      Await.until("it is dropped", () -> dropped(forwarder, DropReason.BAD_HEADER) == 1);
      vm.send(PacketSocket.frame(4097, 1));
      Await.until("it is dropped", () -> dropped(forwarder, DropReason.TOO_LONG) == 1);
      vm.send(new byte[13]);
      Await.until("it is dropped", () -> dropped(forwarder, DropReason.TOO_SHORT) == 1);
      vm.send(PacketSocket.frame(99, 2));
      assertArrayEquals(PacketSocket.frame(99, 2), other.receive());
    }
  }

  /** A guest of one queue pair gets what comes by both queues. */
  @KernelTest
  void linkWithMoreQueuesThanTheGuest() throws Exception {
    pair(2);
    VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
    VhostUserPort far = VhostUserPort.toGuest("far", 2);
    try (XdpPort link = XdpPort.open("v0", SMALL);
        XdpPort other = XdpPort.open("v1", SMALL);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, FEATURES, 2048, 1);
        TestVm first = new TestVm(far, FEATURES, 2048, 1, 0);
        TestVm second = new TestVm(far, FEATURES, 2048, 1, 1)) {
      assertEquals(2, link.queues());
      forwarder.connect(guest, link);
      forwarder.connect(other, far);
      for (int i = 0; i < 200; i++) {
        byte[] frame = PacketSocket.frame(60 + i, i);
        (i % 2 == 0 ? first : second).send(frame);
        assertArrayEquals(frame, receive(vm));
        vm.send(frame);
        assertArrayEquals(frame, receive(first));
      }
      assertNull(forwarder.failure());
    }
  }

  @KernelTest
  void loopThatSleepsIsWokenByFrames() throws Exception {
    pair(1);
    VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
    try (XdpPort link = XdpPort.open("v0", SMALL);
        Forwarder forwarder = Forwarder.start(1, Idle.KICKS);
        TestVm vm = new TestVm(guest, FEATURES, 2048, 1);
        PacketSocket other = new PacketSocket("v1")) {
      forwarder.connect(guest, link);
      for (int i = 0; i < 100; i++) {
        Await.until("the loop sleeps", forwarder::isAsleep);
        byte[] frame = PacketSocket.frame(60 + i, i);
        other.send(frame);
        assertArrayEquals(frame, receive(vm));
        Await.until("the loop sleeps", forwarder::isAsleep);
        vm.send(frame);
        assertArrayEquals(frame, other.receive());
      }
    }
  }

  @KernelTest
  void linkThatIsDownIsTold() throws Exception {
    Peer ip = pair(1);
    VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
    try (XdpPort link = XdpPort.open("v0", SMALL);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, FEATURES, 2048, 1);
        PacketSocket other = new PacketSocket("v1")) {
      forwarder.connect(guest, link);
      ip.run("link set v0 down");
      vm.send(PacketSocket.frame(60, 1));
      Await.until("it is told", () -> link.problem().contains("ENETDOWN"));
      assertFalse(link.isDead());
      vm.send(PacketSocket.frame(60, 2));
      Await.until("it is dropped", () -> dropped(forwarder, DropReason.REFUSED) == 1);
      ip.run("link set v0 up");
      Await.until("it is well again", () -> link.problem().isEmpty());
      assertArrayEquals(PacketSocket.frame(60, 1), other.receive());
      vm.send(PacketSocket.frame(60, 3));
      assertArrayEquals(PacketSocket.frame(60, 3), other.receive());
    }
  }

  @KernelTest
  void deletedLinkStopsThePortAlone() throws Exception {
    Peer ip = pair(1);
    VhostUserPort guest = VhostUserPort.toGuest("guest", 1);
    VhostUserPort looped = VhostUserPort.toGuest("looped", 1);
    try (XdpPort link = XdpPort.open("v0", SMALL);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, FEATURES, 2048, 1);
        TestVm own = new TestVm(looped, FEATURES, 2048, 1)) {
      forwarder.connect(guest, link);
      forwarder.connect(looped, looped);
      ip.run("link del v0");
      vm.send(PacketSocket.frame(60, 1));
      Await.until("it is told", link::isDead);
      assertEquals("the link v0 was deleted", link.problem());
      own.send(PacketSocket.frame(60, 2));
      assertArrayEquals(PacketSocket.frame(60, 2), Arrays.copyOf(own.receive(), 60));
      assertNull(forwarder.failure());
    }
  }
}
