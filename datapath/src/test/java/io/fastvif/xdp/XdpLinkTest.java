package io.fastvif.xdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.Memory;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.PacketSocket;
import io.fastvif.testing.Peer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Frames through one end of a veth pair, with a packet socket on the other. */
class XdpLinkTest {
  private static final int RING = 64;
  private static final XdpOptions SMALL = XdpOptions.DEFAULT.withRingSize(RING);

  static Peer pair(int queues, int mtu) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    String of = " numtxqueues " + queues + " numrxqueues " + queues;
    ip.run("link add v0" + of + " type veth peer name v1" + of);
    ip.run("link set v0 mtu " + mtu + " up");
    ip.run("link set v1 mtu " + mtu + " up");
    return ip;
  }

  private static byte[] bytes(XdpSocket socket, int frame) {
    MemorySegment memory = Memory.segment(socket.address(frame), socket.length(frame));
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  /** Takes what is there. */
  private static void take(XdpSocket socket, List<byte[]> into) {
    int n = socket.receive(RING);
    for (int i = 0; i < n; i++) {
      byte[] frame = bytes(socket, i);
      if (PacketSocket.isOurs(frame)) {
        into.add(frame);
      }
    }
    socket.giveBack(n);
  }

  private static byte[] next(XdpSocket socket) throws Exception {
    List<byte[]> frames = new ArrayList<>();
    Await.until(
        "a frame",
        () -> {
          take(socket, frames);
          return !frames.isEmpty();
        });
    assertEquals(1, frames.size());
    return frames.getFirst();
  }

  private static void put(XdpSocket socket, byte[] frame) {
    long address = socket.claim();
    assertNotEquals(0, address);
    Memory.segment(address, frame.length).copyFrom(MemorySegment.ofArray(frame));
    socket.send(frame.length);
  }

  /** Several times around rings of 64. */
  private static void exchange(XdpLink link, int mtu) throws Exception {
    XdpSocket socket = link.sockets().getFirst();
    try (PacketSocket other = new PacketSocket("v1")) {
      for (int length = 14; length <= mtu + 14; length += length < 100 ? 1 : 37) {
        byte[] frame = PacketSocket.frame(length, length);
        other.send(frame);
        assertArrayEquals(frame, next(socket));
        put(socket, frame);
        assertEquals(0, socket.flush());
        assertArrayEquals(frame, other.receive());
      }
      byte[] longest = PacketSocket.frame(mtu + 14, 1);
      other.send(longest);
      assertArrayEquals(longest, next(socket));
      put(socket, longest);
      assertEquals(0, socket.flush());
      assertArrayEquals(longest, other.receive());
    }
    assertEquals(new XdpStatistics(0, 0, 0, 0, 0), socket.statistics());
  }

  @KernelTest
  void framesOfAllSizesInTheDriver() throws Exception {
    pair(1, 3400);
    try (XdpLink link = XdpLink.open("v0", SMALL)) {
      assertEquals(XdpMode.NATIVE, link.mode());
      assertFalse(link.sockets().getFirst().isZeroCopy());
      exchange(link, 3400);
    }
    assertEquals(0, LinkFacts.of("v0").program());
  }

  @KernelTest
  void framesOfAllSizesInTheNetworkStack() throws Exception {
    pair(1, 3818);
    try (XdpLink link = XdpLink.open("v0", SMALL.withMode(XdpMode.GENERIC))) {
      assertEquals(XdpMode.GENERIC, link.mode());
      exchange(link, 3818);
    }
  }

  @KernelTest
  void busyPollingMovesFrames() throws Exception {
    pair(1, 1500);
    try (XdpLink link = XdpLink.open("v0", SMALL.withBusyPoll(20))) {
      exchange(link, 1500);
    }
  }

  /** What is sent by a queue of one end comes by the same queue of the other. */
  @KernelTest
  void eachQueueHasItsSocket() throws Exception {
    pair(2, 1500);
    try (XdpLink link = XdpLink.open("v0", SMALL);
        XdpLink other = XdpLink.open("v1", SMALL)) {
      assertEquals(2, link.sockets().size());
      for (int i = 0; i < 3 * RING; i++) {
        XdpSocket from = other.sockets().get(i % 2);
        XdpSocket to = link.sockets().get(i % 2);
        byte[] frame = PacketSocket.frame(60 + i, i);
        put(from, frame);
        assertEquals(0, from.flush());
        assertArrayEquals(frame, next(to));
        put(to, frame);
        assertEquals(0, to.flush());
        assertArrayEquals(frame, next(from));
      }
    }
  }

  @KernelTest
  void framesOfAQueueThatIsNotOpenGoToTheHost() throws Exception {
    pair(2, 1500);
    try (XdpLink link = XdpLink.open("v0", SMALL.withQueues(1));
        XdpLink other = XdpLink.open("v1", SMALL);
        PacketSocket host = new PacketSocket("v0")) {
      assertEquals(1, link.sockets().size());
      for (int i = 0; i < 2; i++) {
        put(other.sockets().get(i), PacketSocket.frame(60, i));
        assertEquals(0, other.sockets().get(i).flush());
      }
      assertArrayEquals(PacketSocket.frame(60, 0), next(link.sockets().getFirst()));
      assertArrayEquals(PacketSocket.frame(60, 1), host.receive());
    }
  }

  @KernelTest
  void fullRingDropsAndGoesOn() throws Exception {
    pair(1, 1500);
    try (XdpLink link = XdpLink.open("v0", SMALL);
        PacketSocket other = new PacketSocket("v1")) {
      XdpSocket socket = link.sockets().getFirst();
      for (int i = 0; i < 5 * RING; i++) {
        other.send(PacketSocket.frame(60 + i, i));
      }
      Await.until("frames are dropped", () -> socket.statistics().noFrames() > 0);
      List<byte[]> came = new ArrayList<>();
      assertEquals(RING, socket.receive(2 * RING));
      take(socket, came);
      int i = 0;
      for (byte[] frame : came) {
        assertArrayEquals(PacketSocket.frame(60 + i, i), frame);
        i++;
      }
      Await.until(
          "the ring is empty and all frames are the kernel's again",
          () -> {
            take(socket, came);
            return socket.receive(1) == 0;
          });
      byte[] last = PacketSocket.frame(99, 99);
      other.send(last);
      assertArrayEquals(last, next(socket));
    }
  }

  @KernelTest
  void linkThatIsDownKeepsFramesUntilItIsUp() throws Exception {
    Peer ip = pair(1, 1500);
    try (XdpLink link = XdpLink.open("v0", SMALL);
        PacketSocket other = new PacketSocket("v1")) {
      XdpSocket socket = link.sockets().getFirst();
      ip.run("link set v0 down");
      for (int i = 0; i < RING; i++) {
        put(socket, PacketSocket.frame(60 + i, i));
      }
      assertEquals(Errno.ENETDOWN, socket.flush());
      assertTrue(socket.isUnflushed());
      assertEquals(0, socket.claim(), "all frames are under way");
      ip.run("link set v0 up");
      Await.until("the link takes them", () -> socket.flush() == 0 && !socket.isUnflushed());
      for (int i = 0; i < RING; i++) {
        assertArrayEquals(PacketSocket.frame(60 + i, i), other.receive());
      }
      assertNotEquals(0, socket.claim());
    }
  }

  @KernelTest
  void deletedLinkIsTold() throws Exception {
    Peer ip = pair(1, 1500);
    try (XdpLink link = XdpLink.open("v0", SMALL)) {
      XdpSocket socket = link.sockets().getFirst();
      assertEquals(0, socket.takeError());
      ip.run("link del v0");
      assertEquals(Errno.ENETDOWN, socket.takeError());
      put(socket, PacketSocket.frame(60, 1));
      assertEquals(Errno.ENXIO, socket.flush());
    }
  }
}
