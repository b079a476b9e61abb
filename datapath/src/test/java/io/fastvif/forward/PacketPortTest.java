package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.bindings.Memory;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;

/** A guest whose port is on one end of a veth pair, and the host on the other. */
class PacketPortTest {
  private static byte[] receiveUdp(TestVm vm) {
    for (int i = 0; i < 100; i++) {
      byte[] frame = vm.receiveWithHeader();
      if (UdpFrame.isUdp(frame, VirtioNetHeader.LONG)) {
        return frame;
      }
    }
    return fail("no UDP among 100 frames");
  }

  @KernelTest
  void udpWithAGuestThatTakesUnfinishedChecksums() throws Exception {
    exchange(NetFeatures.CSUM | NetFeatures.GUEST_CSUM, PacketRingSize.forPages(Memory.pageSize()));
  }

  /** A veth's other end leaves checksums open; they are completed on the way. */
  @KernelTest
  void udpWithAGuestThatWantsWholeChecksums() throws Exception {
    exchange(0, PacketRingSize.forPages(Memory.pageSize()));
  }

  /** What a kernel with larger pages is asked for, one with smaller pages takes too. */
  @KernelTest
  void udpThroughRingsForOtherPages() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    for (int page : new int[] {16 << 10, 64 << 10}) {
      exchange(0, PacketRingSize.forPages(page));
      ip.run("link del v0");
    }
  }

  private static void exchange(long offloads, PacketRingSize size) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add v0 type veth peer name v1");
    ip.run("link set v0 up");
    ip.run("link set v1 address 02:00:00:00:00:01 up");
    ip.run("addr add 10.0.0.1/24 dev v1");
    ip.run("neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev v1");
    long features = VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF | offloads;
    VhostUserPort guest = VhostUserPort.toHost("guest", 1);
    try (PacketPort link = PacketPort.open("v0", size);
        Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        TestVm vm = new TestVm(guest, features, 2048, 2);
        DatagramChannel socket = DatagramChannel.open()) {
      forwarder.connect(guest, link);
      socket.bind(new InetSocketAddress("10.0.0.1", 7000));
      // More than the ring has slots.
      for (int i = 0; i < 400; i++) {
        byte[] payload = UdpFrame.payload(1 + 3 * i);
        boolean unfinished = (features & NetFeatures.CSUM) != 0;
        vm.send(
            unfinished ? UdpFrame.UNFINISHED : 0,
            UdpFrame.CHECKSUM_OFFSET,
            UdpFrame.toHost(payload, !unfinished));
        ByteBuffer arrived = ByteBuffer.allocate(2000);
        InetSocketAddress from = UdpFrame.receive(socket, arrived);
        assertArrayEquals(payload, Arrays.copyOf(arrived.array(), arrived.position()));
        socket.send(ByteBuffer.wrap(payload), from);
        byte[] back = receiveUdp(vm);
        assertArrayEquals(payload, UdpFrame.payloadOf(back, VirtioNetHeader.LONG));
        boolean finished = (back[0] & 1) == 0;
        assertTrue(finished || (features & NetFeatures.GUEST_CSUM) != 0);
        assertEquals(finished, UdpFrame.hasChecksum(back, VirtioNetHeader.LONG));
      }
      assertNull(forwarder.failure());
    }
  }
}
