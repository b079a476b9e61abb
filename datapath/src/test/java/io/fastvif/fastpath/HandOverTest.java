package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileIo;
import io.fastvif.forward.Idle;
import io.fastvif.plan.ServedPort;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.NumberedTraffic;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ports under traffic that go back and forth between two forwarders, over the socket as between two
 * processes. {@code -Dfastvif.hand-overs=N} does it N times.
 */
class HandOverTest {
  private static final int HAND_OVERS = Integer.getInteger("fastvif.hand-overs", 20);
  private static final TapOptions TAP = new TapOptions(false, true, -1, -1);
  private static final long PATIENCE_MILLIS = 60_000;
  private static final long FRAMES_BETWEEN = 200;

  @TempDir Path folder;

  private int pairs = 1;

  private ServedPort port() {
    ServedPort one = HandOverProcess.port(folder);
    return new ServedPort(
        one.vifId(), one.name(), one.path(), one.mode(), one.access(), one.mtu(), pairs, one.tap());
  }

  private static int descriptors() {
    String[] names = Path.of("/proc/self/fd").toFile().list();
    return names.length;
  }

  private void handsOver(long features) throws Exception {
    Tap.createPersistent("vhu1", new TapOptions(pairs > 1, true, -1, -1));
    Peer.require("ip", "iproute2").run("link set vhu1 up");
    String socket = folder.resolve("hand-over").toString();
    ForwardingPorts current = ForwardingPorts.start(pairs, Idle.ADAPTIVE);
    CountDownLatch[] given = {new CountDownLatch(1)};
    HandOverServer server =
        HandOverServer.listen(socket, current, HandOverSteps.NONE, given[0]::countDown);
    try {
      assertEquals(0600, (Integer) Files.getAttribute(Path.of(socket), "unix:mode") & 0777);
      assertTrue(current.open(port()));
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(port().path(), PATIENCE_MILLIS);
          FrontendGuest guest = new FrontendGuest(frontend, features);
          NumberedTraffic traffic = new NumberedTraffic(guest, "vhu1")) {
        int before = 0;
        double[] pauses = new double[HAND_OVERS];
        for (int i = 0; i < HAND_OVERS; i++) {
          long toHost = traffic.toHost().received() + FRAMES_BETWEEN;
          long toGuest = traffic.toGuest().received() + FRAMES_BETWEEN;
          Await.until(
              "frames before hand-over " + i,
              () -> {
                traffic.check();
                return traffic.toHost().received() > toHost
                    && traffic.toGuest().received() > toGuest;
              });
          if (i == 2) {
            before = descriptors();
          }
          ForwardingPorts next = ForwardingPorts.start(pairs, Idle.ADAPTIVE);
          try (TakeOver taken = TakeOver.from(socket, next, HandOverSteps.NONE)) {
            assertEquals(1, taken.ports());
            pauses[i] = taken.pauseNanos() / 1e6;
            ForwardingPorts former = current;
            current = next;
            assertTrue(given[0].await(10, TimeUnit.SECONDS));
            server.close();
            assertNull(former.failure());
            former.close();
            given[0] = new CountDownLatch(1);
            server =
                HandOverServer.on(taken.listener(), next, HandOverSteps.NONE, given[0]::countDown);
          }
          assertFalse(next.open(port()), "the port was taken over just so");
          assertTrue(next.reports().getFirst().connected());
          assertEquals(1, next.reports().getFirst().connections());
          traffic.check();
        }
        traffic.end();
        Arrays.sort(pauses);
        System.out.printf(
            "%d hand-overs, %d frames to the host, %d to the guest, none lost; pause median %.2f"
                + " ms, longest %.2f ms%n",
            HAND_OVERS,
            traffic.toHost().received(),
            traffic.toGuest().received(),
            pauses[HAND_OVERS / 2],
            pauses[HAND_OVERS - 1]);
        int left = before;
        Await.until("no descriptor more", () -> descriptors() <= left + 1);
        assertTrue(frontend.getFeatures() != 0, "the frontend was cut off");
      }
      try (VhostUserFrontend another = VhostUserFrontend.connect(port().path(), PATIENCE_MILLIS)) {
        assertTrue(another.getFeatures() != 0, "the socket that was handed over listens");
      }
    } finally {
      server.close();
      current.close();
    }
    assertTrue(Files.notExists(Path.of(port().path())), "the last one removes the socket");
    assertTrue(Files.notExists(Path.of(socket)));
    assertNotNull(current);
  }

  @KernelTest
  void splitRingsGoOnWithoutALostFrame() throws Exception {
    handsOver(VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX);
  }

  @KernelTest
  void packedRingsGoOnWithoutALostFrame() throws Exception {
    handsOver(VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED);
  }

  @KernelTest
  void queuesOfSeveralLoopsGoOnWithoutALostFrame() throws Exception {
    pairs = 2;
    handsOver(VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED);
  }

  /** A frontend that has sent part of a message, and one that waits for the first one's end. */
  @KernelTest
  void messagesThatAreReadInPartAreReadOn() throws Exception {
    Tap.createPersistent("vhu1", TAP);
    String socket = folder.resolve("hand-over").toString();
    byte[] getFeatures = new byte[12];
    getFeatures[0] = 1;
    getFeatures[4] = 1; // version 1
    byte[] setOwner = getFeatures.clone();
    setOwner[0] = 3;
    CountDownLatch given = new CountDownLatch(1);
    try (ForwardingPorts old = ForwardingPorts.start(1, Idle.ADAPTIVE);
        ForwardingPorts next = ForwardingPorts.start(1, Idle.ADAPTIVE);
        HandOverServer server =
            HandOverServer.listen(socket, old, HandOverSteps.NONE, given::countDown)) {
      assertTrue(old.open(port()));
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(port().path());
      try (SocketChannel owner = SocketChannel.open(address);
          SocketChannel waiting = SocketChannel.open(address)) {
        owner.write(ByteBuffer.wrap(setOwner));
        Await.until("the owner", () -> old.reports().getFirst().connected());
        owner.write(ByteBuffer.wrap(getFeatures, 0, 7));
        waiting.write(ByteBuffer.wrap(setOwner));
        waiting.write(ByteBuffer.wrap(getFeatures));
        try (TakeOver taken = TakeOver.from(socket, next, HandOverSteps.NONE)) {
          assertTrue(given.await(10, TimeUnit.SECONDS));
          owner.write(ByteBuffer.wrap(getFeatures, 7, 5));
          assertEquals(1, reply(owner));
          owner.shutdownOutput();
          assertEquals(1, reply(waiting), "it waits until the owner has left");
          taken.listener().close();
        }
      }
      assertTrue(server.isGiven());
      assertThrows(IOException.class, () -> old.open(port()), "the old one opens nothing more");
    }
  }

  /** Whoever has a routed port answers its guest's neighbour solicitations. */
  @KernelTest
  void neighboursOfARoutedPortAreAnsweredForOn() throws Exception {
    Tap.createPersistent("vhu1", TAP);
    Files.writeString(Path.of("/proc/sys/net/ipv6/conf/vhu1/proxy_ndp"), "1");
    String socket = folder.resolve("hand-over").toString();
    CountDownLatch given = new CountDownLatch(1);
    try (ForwardingPorts next = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      try (ForwardingPorts old = ForwardingPorts.start(1, Idle.ADAPTIVE);
          HandOverServer server =
              HandOverServer.listen(socket, old, HandOverSteps.NONE, given::countDown)) {
        assertEquals(0, answering());
        assertTrue(old.open(port()));
        assertEquals(1, answering());
        try (TakeOver taken = TakeOver.from(socket, next, HandOverSteps.NONE)) {
          assertTrue(given.await(10, TimeUnit.SECONDS));
          taken.listener().close();
        }
        assertTrue(server.isGiven());
      }
      assertEquals(1, answering());
    }
    assertEquals(0, answering());
  }

  /** Sockets that get the IPv6 frames of a link in the calling thread's namespace. */
  private static long answering() throws IOException {
    try (Stream<String> sockets = Files.lines(Path.of("/proc/thread-self/net/packet"))) {
      return sockets.filter(line -> line.contains(" 86dd ")).count();
    }
  }

  /** A frontend that shrinks its memory meanwhile is cut off, and keeps nobody from the upgrade. */
  @KernelTest
  void frontendThatShrinksItsMemoryIsCutOffAlone() throws Exception {
    Tap.createPersistent("vhu1", TAP);
    String socket = folder.resolve("hand-over").toString();
    CountDownLatch given = new CountDownLatch(1);
    long size = 1 << 20;
    try (MemoryFile file = MemoryFile.unsealable("shrunk", size);
        ForwardingPorts old = ForwardingPorts.start(1, Idle.ADAPTIVE);
        ForwardingPorts next = ForwardingPorts.start(1, Idle.ADAPTIVE);
        HandOverServer server =
            HandOverServer.listen(
                socket,
                old,
                step -> {
                  if (step.equals("frozen")) {
                    assertEquals(0, FileIo.ftruncate(file.fd(), size / 2));
                  }
                },
                given::countDown)) {
      assertTrue(old.open(port()));
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(port().path(), PATIENCE_MILLIS)) {
        frontend.setOwner();
        frontend.setFeatures(VirtioFeatures.VERSION_1);
        frontend.setMemory(List.of(new MemoryRegion(1 << 20, size, 1 << 21, 0)), file.fd());
        assertTrue(frontend.getFeatures() != 0);
        try (TakeOver taken = TakeOver.from(socket, next, HandOverSteps.NONE)) {
          assertTrue(given.await(10, TimeUnit.SECONDS));
          assertTrue(server.isGiven());
          assertThrows(ProtocolException.class, frontend::getFeatures);
          try (VhostUserFrontend another =
              VhostUserFrontend.connect(port().path(), PATIENCE_MILLIS)) {
            another.setOwner();
            assertTrue(another.getFeatures() != 0, "the port is served");
          }
          taken.listener().close();
        }
      }
    }
  }

  /** The request that a reply with a number is to. */
  private static int reply(SocketChannel channel) throws IOException {
    ByteBuffer reply = ByteBuffer.allocate(20);
    while (reply.hasRemaining()) {
      assertTrue(channel.read(reply) > 0);
    }
    return reply.get(0);
  }
}
