package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A guest's frames to the host's own network stack through a tap, and back. */
class TapPortTest {
  private static final long ALL =
      VirtioFeatures.VERSION_1
          | NetFeatures.MRG_RXBUF
          | NetFeatures.CSUM
          | NetFeatures.GUEST_CSUM
          | NetFeatures.GUEST_TSO4
          | NetFeatures.HOST_TSO4;

  private static void host(String... commands) throws IOException, InterruptedException {
    Peer ip = Peer.require("ip", "iproute2");
    for (String command : commands) {
      ip.run(command);
    }
  }

  /** Skips what the kernel says of its own accord, such as neighbour discovery. */
  private static byte[] receiveUdp(TestVm vm, int header) {
    for (int i = 0; i < 100; i++) {
      byte[] frame = vm.receiveWithHeader();
      if (UdpFrame.isUdp(frame, header)) {
        return frame;
      }
    }
    return fail("no UDP among 100 frames");
  }

  @KernelTest
  void udpToTheHostAndBackWithUnfinishedChecksums() throws Exception {
    exchange(ALL, 2048, 1);
  }

  @KernelTest
  void udpWithAGuestThatFinishesAllItself() throws Exception {
    exchange(VirtioFeatures.VERSION_1, 2048, 2);
  }

  @KernelTest
  void udpWithTheOldShortHeader() throws Exception {
    exchange(NetFeatures.CSUM | NetFeatures.GUEST_CSUM, 2048, 3);
  }

  @KernelTest
  void udpThroughAPackedRing() throws Exception {
    exchange(ALL | VirtioFeatures.RING_PACKED, 256, 1);
  }

  private void exchange(long features, int bufferLength, int segments) throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    try (TapPort tap = TapPort.attach("tap0", 1);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, features, bufferLength, segments);
        DatagramChannel socket = DatagramChannel.open()) {
      forwarder.connect(guest, tap);
      host(
          "link set tap0 address 02:00:00:00:00:01 up",
          "addr add 10.0.0.1/24 dev tap0",
          "neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev tap0");
      socket.bind(new InetSocketAddress("10.0.0.1", 7000));
      int header = VirtioNetHeader.length(features);
      for (int length : new int[] {1, 2, 100, 1471, 1472}) {
        byte[] payload = UdpFrame.payload(length);
        boolean unfinished = (features & NetFeatures.CSUM) != 0;
        byte[] frame = UdpFrame.toHost(payload, !unfinished);
        vm.send(unfinished ? UdpFrame.UNFINISHED : 0, UdpFrame.CHECKSUM_OFFSET, frame);
        ByteBuffer arrived = ByteBuffer.allocate(2000);
        InetSocketAddress from = UdpFrame.receive(socket, arrived);
        assertEquals("10.0.0.2", from.getAddress().getHostAddress());
        assertArrayEquals(payload, Arrays.copyOf(arrived.array(), arrived.position()));
        socket.send(ByteBuffer.wrap(payload), from);
        byte[] back = receiveUdp(vm, header);
        assertArrayEquals(payload, UdpFrame.payloadOf(back, header));
        boolean finished = (back[0] & 1) == 0;
        if ((features & NetFeatures.GUEST_CSUM) == 0) {
          assertTrue(finished, "a guest that wants whole checksums got a header without one");
        }
        assertEquals(finished, UdpFrame.hasChecksum(back, header), "checksum and header disagree");
      }
      assertNull(forwarder.failure());
    }
  }

  @KernelTest
  void framesOf64KibPassWhole() throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    try (TapPort tap = TapPort.attach("tap0", 1);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, ALL, 4096, 3);
        DatagramChannel socket = DatagramChannel.open()) {
      forwarder.connect(guest, tap);
      host(
          "link set tap0 address 02:00:00:00:00:01 mtu 65521 up",
          "addr add 10.0.0.1/24 dev tap0",
          "neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev tap0");
      socket.bind(new InetSocketAddress("10.0.0.1", 7000));
      for (int length : new int[] {65_000, 100, 9000, 65_000, 65_000}) {
        byte[] payload = UdpFrame.payload(length);
        vm.send(UdpFrame.UNFINISHED, UdpFrame.CHECKSUM_OFFSET, UdpFrame.toHost(payload, false));
        ByteBuffer arrived = ByteBuffer.allocate(66_000);
        InetSocketAddress from = UdpFrame.receive(socket, arrived);
        assertArrayEquals(payload, Arrays.copyOf(arrived.array(), arrived.position()));
        socket.send(ByteBuffer.wrap(payload), from);
        byte[] back = receiveUdp(vm, VirtioNetHeader.LONG);
        assertArrayEquals(payload, UdpFrame.payloadOf(back, VirtioNetHeader.LONG));
      }
      List<FlowStatistics> flows = forwarder.statistics().flows();
      assertEquals(0, flows.get(0).dropped());
      assertEquals(0, flows.get(1).dropped());
    }
  }

  /** Datagrams of one size in one frame, of kernels since 6.2. */
  @KernelTest
  void udpThatIsToBeSegmentedPassesWhole() throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    long features = ALL | NetFeatures.HOST_USO | NetFeatures.GUEST_USO;
    try (TapPort tap = TapPort.attach("tap0", 1);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, features, 2048, 3);
        DatagramChannel socket = DatagramChannel.open()) {
      forwarder.connect(guest, tap);
      host(
          "link set tap0 address 02:00:00:00:00:01 up",
          "addr add 10.0.0.1/24 dev tap0",
          "neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev tap0");
      socket.bind(new InetSocketAddress("10.0.0.1", 7000));
      byte[] payload = UdpFrame.payload(2500);
      byte[] frame = UdpFrame.toHost(payload, false);
      long header = VirtioNetHeader.segmentable(VirtioNetHeader.GSO_UDP_L4, 42, 1000, 34);
      vm.send(header, UdpFrame.CHECKSUM_OFFSET, frame);
      for (int from = 0; from < payload.length; from += 1000) {
        ByteBuffer arrived = ByteBuffer.allocate(2000);
        UdpFrame.receive(socket, arrived);
        assertArrayEquals(
            Arrays.copyOfRange(payload, from, Math.min(payload.length, from + 1000)),
            Arrays.copyOf(arrived.array(), arrived.position()));
      }
      try (OffloadSocket host = new OffloadSocket("tap0")) {
        assertTrue(host.send(header, UdpFrame.CHECKSUM_OFFSET, frame) > 0);
        byte[] back = receiveUdp(vm, VirtioNetHeader.LONG);
        assertEquals(KernelOffloads.SEGMENTS_UDP ? VirtioNetHeader.GSO_UDP_L4 : 0, back[1]);
        assertEquals(KernelOffloads.SEGMENTS_UDP ? frame.length : 1042, back.length - 12);
      }
    }
  }

  @Test
  void olderKernelsAreToldByTheirRelease() {
    assertTrue(KernelOffloads.segmentsUdp("6.2.0"));
    assertTrue(KernelOffloads.segmentsUdp("10.0-rc1\n"));
    assertFalse(KernelOffloads.segmentsUdp("6.1.0-37-amd64\n"));
    assertFalse(KernelOffloads.segmentsUdp("5.14.0-427.el9.x86_64\n"));
    assertFalse(KernelOffloads.segmentsUdp(""));
  }

  /** A tap hands its frames to all its queues; a guest that uses one gets them all. */
  @KernelTest
  void guestWithOneOfTwoQueuesReceivesEverything() throws Exception {
    VhostUserPort guest = VhostUserPort.toHost("guest", 2);
    try (TapPort tap = TapPort.attach("tap0", 2);
        Forwarder forwarder = Forwarder.start(2, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, ALL, 2048, 1)) {
      PortPair pair = forwarder.connect(guest, tap);
      host(
          "link set tap0 address 02:00:00:00:00:01 up",
          "addr add 10.0.0.1/24 dev tap0",
          "neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev tap0");
      // Other source ports are other flows, of which some go to the second queue.
      for (int port = 7000; port < 7032; port++) {
        try (DatagramChannel socket = DatagramChannel.open()) {
          socket.bind(new InetSocketAddress("10.0.0.1", port));
          byte[] payload = UdpFrame.payload(port - 6900);
          socket.send(ByteBuffer.wrap(payload), new InetSocketAddress("10.0.0.2", 7000));
          assertArrayEquals(payload, UdpFrame.payloadOf(receiveUdp(vm, 12), VirtioNetHeader.LONG));
        }
      }
      long second =
          forwarder.statistics().flows().stream()
              .filter(flow -> flow.queue() == 1 && flow.flow().startsWith("tap0"))
              .mapToLong(FlowStatistics::frames)
              .sum();
      assertTrue(second > 0, "the second queue was not used, so nothing was shown");
      assertEquals(List.of(0, 0), pair.loops(), "its frames are delivered by the first one's loop");
    }
  }
}
