package io.fastvif.cli;

import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.memory.Backing;
import io.fastvif.vhostuser.memory.InflightArea;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.session.VhostUserFrontend.InflightFile;
import io.fastvif.vhostuser.virtqueue.DriverQueue;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.vhostuser.virtqueue.RingText;
import io.fastvif.vhostuser.virtqueue.TestGuest;
import io.fastvif.vhostuser.virtqueue.TestRing;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code vhost-user serve} killed at any moment, under a frontend that negotiated in-flight
 * tracking and gives the next process what the last one had noted.
 *
 * <p>Each buffer comes back to the guest once, in its turn. Each frame that the guest sends
 * arrives; of those that were under way at a kill some arrive twice, at most a burst: no order of
 * writing to a tap and noting it in memory excludes both that and losing them.
 */
class ServeInflightTest {
  private static final int SIZE = 128;
  private static final int KILLS = Integer.getInteger("fastvif.kills", 6);
  private static final int BURST = 64;
  private static final int FRAME = 14 + 20 + 8 + Integer.BYTES;
  private static final int HEADER = 12;
  private static final int BUFFER = 2048;
  private static final int PORT = 7000;
  private static final String GATEWAY = "10.65.0.1";
  private static final String GUEST = "10.65.0.5";
  private static final long PATIENCE_MILLIS = 60_000;

  @TempDir Path folder;

  private final Random random = new Random(11);

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static FileDescriptor eventfd() {
    return FileDescriptor.check(Polling.eventfd(0, EFD_NONBLOCK), "eventfd");
  }

  @KernelTest
  void eachBufferComesBackOnceFromSplitRings() throws Exception {
    survivesKills(VirtioFeatures.VERSION_1);
  }

  @KernelTest
  void eachBufferComesBackOnceFromPackedRings() throws Exception {
    survivesKills(VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED);
  }

  private void survivesKills(long features) throws Exception {
    ip("link set lo up");
    ip("address add " + GATEWAY + "/32 dev lo");
    Path vifs = folder.resolve("vifs.json");
    Files.writeString(
        vifs,
        VersionedObjectWriter.write(FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, GUEST)));
    try (Guest guest = new Guest(features);
        DatagramChannel host = DatagramChannel.open()) {
      host.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
      host.bind(new InetSocketAddress(GATEWAY, PORT));
      host.configureBlocking(false);
      int[] arrived = new int[1 << 20];
      int cutOff = 0;
      for (int kill = 0; kill <= KILLS; kill++) {
        try (ServeProcess server = ServeProcess.start(folder, "serve" + kill, vifs)) {
          guest.connect(FastPathVifs.socket(folder, 1));
          if (kill == 0) {
            ip("neighbour replace " + GUEST + " lladdr " + FastPathVifs.mac(1) + " dev vhu1");
          }
          try {
            passBothWays(guest, host, arrived, kill);
          } catch (AssertionError failed) {
            throw new AssertionError(failed.getMessage() + "\n" + state(guest, server), failed);
          }
          // The server is awake, and has some of these, all or none when it is killed.
          pass(guest, host, arrived);
          guest.sendBurst(SIZE);
          for (int i = random.nextInt(BURST); i > 0; i--) {
            send(guest, host);
          }
          long moment = System.nanoTime() + random.nextInt(300_000);
          while (System.nanoTime() < moment) {
            Thread.onSpinWait();
          }
          server.kill();
          guest.poll();
          cutOff += guest.sent - guest.completed > 0 ? 1 : 0;
          guest.disconnect();
        }
      }
      int repeated = 0;
      for (int i = 0; i < guest.sent; i++) {
        repeated += Math.max(0, arrived[i] - 1);
      }
      assertTrue(repeated <= KILLS * BURST, repeated + " frames were repeated");
      assertTrue(cutOff > 0, "no kill came while frames were under way");
      System.out.println(
          (guest.isPacked() ? "packed" : "split")
              + " rings, "
              + KILLS
              + " kills: "
              + guest
              + ", kills with frames under way: "
              + cutOff
              + ", arrived twice: "
              + repeated);
    }
  }

  private void passBothWays(Guest guest, DatagramChannel host, int[] arrived, int kill)
      throws Exception {
    int received = guest.received;
    int target = guest.sent + 1_000;
    Await.until(
        "frames both ways after " + kill + " kills",
        () -> {
          for (int i = 0; i < 50; i++) {
            pass(guest, host, arrived);
          }
          return guest.completed > target && guest.received > received + 50;
        });
    if (kill == KILLS) {
      Await.until(
          "all frames",
          () -> {
            receive(host, arrived);
            guest.poll();
            return guest.completed == guest.sent && isAll(arrived, guest.sent);
          });
    }
  }

  /** Which of both sides waits for what. */
  private static String state(Guest guest, ServeProcess server) throws Exception {
    String text = server.text();
    return guest
        + "\n"
        + guest.rings()
        + ip("-s link show vhu1")
        + ip("neighbour show")
        + ip("route get " + GUEST)
        + text.substring(Math.max(0, text.length() - 1_000));
  }

  /** Some frames each way. */
  private void pass(Guest guest, DatagramChannel host, int[] arrived) throws IOException {
    guest.sendBurst(random.nextInt(8));
    receive(host, arrived);
    send(guest, host);
    guest.poll();
  }

  private static void send(Guest guest, DatagramChannel host) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).putInt(guest.hostSent++).flip();
    host.send(number, new InetSocketAddress(GUEST, PORT));
  }

  private static void receive(DatagramChannel host, int[] arrived) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(64);
    while (host.receive(number) != null) {
      assertEquals(Integer.BYTES, number.position());
      arrived[number.getInt(0)]++;
      number.clear();
    }
  }

  private static boolean isAll(int[] arrived, int count) {
    for (int i = 0; i < count; i++) {
      if (arrived[i] == 0) {
        return false;
      }
    }
    return true;
  }

  /** A guest and its frontend. */
  private static final class Guest implements AutoCloseable {
    final TestGuest memory = new TestGuest(4 << 20);
    final long features;
    final TestRing receive;
    final TestRing transmit;
    final FileDescriptor kick = eventfd();
    final FileDescriptor call = eventfd();
    final ArrayDeque<Integer> sending = new ArrayDeque<>();
    final ArrayDeque<Integer> receiving = new ArrayDeque<>();
    final long[] receiveBuffers = new long[SIZE];
    final long[] transmitBuffers = new long[SIZE];
    int sent;
    int completed;
    int hostSent;
    int received;
    int lastReceived = -1;
    InflightFile inflight;
    VhostUserFrontend frontend;

    Guest(long features) {
      this.features = features;
      receive = memory.ring(SIZE, features, true);
      transmit = memory.ring(SIZE, features, false);
      for (int i = 0; i < SIZE; i++) {
        transmitBuffers[i] = memory.allocate(BUFFER, 64);
        give(memory.allocate(BUFFER, 64));
      }
      receive.driver().publish();
    }

    private void give(long buffer) {
      int id = receive.driver().add(buffer, BUFFER, true);
      receiveBuffers[id] = buffer;
      receiving.add(id);
    }

    void connect(Path socket) throws Exception {
      Await.until(
          "the socket",
          () -> {
            try {
              frontend = VhostUserFrontend.connect(socket.toString(), PATIENCE_MILLIS);
              return true;
            } catch (SystemCallException notYet) {
              return false;
            }
          });
      assertTrue(ProtocolFeature.INFLIGHT_SHMFD.isIn(frontend.getProtocolFeatures()));
      frontend.setProtocolFeatures(
          ProtocolFeature.bits(ProtocolFeature.INFLIGHT_SHMFD, ProtocolFeature.REPLY_ACK));
      frontend.setOwner();
      frontend.setFeatures(features | 1L << DeviceFeature.PROTOCOL_FEATURES);
      if (inflight == null) {
        inflight = frontend.getInflight(2, SIZE);
      } else {
        frontend.setInflight(inflight);
      }
      frontend.setMemory(memory.regions(), memory.descriptors());
      start(0, receive);
      start(1, transmit);
    }

    private void start(int index, TestRing ring) {
      frontend.setSize(index, SIZE);
      // As it was at first: the frontend does not know better.
      frontend.setBase(index, ring.freshBase());
      frontend.setAddresses(
          new RingAddresses(
              index,
              0,
              TestGuest.user(ring.descriptors()),
              TestGuest.user(ring.deviceArea()),
              TestGuest.user(ring.driverArea()),
              0));
      frontend.setCall(index, call.value());
      // First: frames in a ring that is started and not enabled are dropped.
      frontend.setEnabled(index, true);
      frontend.setKick(index, kick.value());
    }

    void disconnect() {
      if (frontend != null) {
        frontend.close();
        frontend = null;
      }
    }

    /** Sends as many as there is room for. */
    void sendBurst(int count) {
      takeBack();
      DriverQueue driver = transmit.driver();
      for (int i = 0; i < count && sending.size() < SIZE; i++) {
        long buffer = transmitBuffers[sent % SIZE];
        write(memory.host(buffer), sent);
        int id = driver.add(buffer, HEADER + FRAME, false);
        assertTrue(id >= 0);
        sending.add(id);
        sent++;
      }
      if (driver.publish()) {
        kick();
      }
    }

    private void kick() {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
        FileIo.write(kick.value(), one, Long.BYTES);
      }
    }

    /** UDP over IPv4, whose checksum may be left out. */
    private static void write(long at, int number) {
      ByteBuffer frame = ByteBuffer.allocate(FRAME);
      HexFormat hex = HexFormat.ofDelimiter(":");
      frame.put(hex.parseHex(FastPathVifs.ROUTER_MAC)).put(hex.parseHex(FastPathVifs.mac(1)));
      frame.putShort((short) 0x0800).putShort((short) 0x4500).putShort((short) (FRAME - 14));
      frame.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
      frame.put(new byte[] {10, 65, 0, 5, 10, 65, 0, 1});
      int sum = 0;
      for (int i = 14; i < 34; i += 2) {
        sum += frame.getShort(i) & 0xffff;
      }
      frame.putShort(24, (short) ~((sum & 0xffff) + (sum >>> 16)));
      frame.putShort((short) PORT).putShort((short) PORT).putShort((short) 12).putShort((short) 0);
      frame.putInt(number);
      for (int i = 0; i < HEADER; i++) {
        RawMemory.putByte(at + i, 0);
      }
      for (int i = 0; i < FRAME; i++) {
        RawMemory.putByte(at + HEADER + i, frame.get(i));
      }
    }

    /** Takes what the device has used. */
    void poll() {
      takeBack();
      DriverQueue driver = receive.driver();
      for (int id = driver.poll(); id >= 0; id = driver.poll()) {
        assertEquals(receiving.remove(), id, "a buffer that was not given, or not its turn");
        read(memory.host(receiveBuffers[id]) + HEADER, driver.usedLength() - HEADER);
        give(receiveBuffers[id]);
      }
      if (driver.publish()) {
        kick();
      }
    }

    private void takeBack() {
      DriverQueue driver = transmit.driver();
      for (int id = driver.poll(); id >= 0; id = driver.poll()) {
        assertEquals(sending.remove(), id, "a buffer that was not sent, or not its turn");
        completed++;
      }
    }

    private void read(long at, int length) {
      ByteBuffer frame = ByteBuffer.allocate(length);
      for (int i = 0; i < length; i++) {
        frame.put((byte) RawMemory.getByte(at + i));
      }
      if (length >= FRAME && frame.getShort(12) == 0x0800 && frame.get(23) == 17) {
        int number = frame.getInt(42);
        assertTrue(number > lastReceived, number + " after " + lastReceived);
        lastReceived = number;
        received++;
      }
    }

    @Override
    public void close() {
      disconnect();
      if (inflight != null) {
        inflight.close();
      }
      memory.close();
      kick.close();
      call.close();
    }

    String rings() {
      InflightArea area =
          InflightArea.map(
              inflight.descriptor(),
              inflight.description().offset(),
              inflight.description().size(),
              2,
              SIZE,
              isPacked(),
              Backing.ANY_MEMORY);
      try {
        return RingText.of(memory, receive, isPacked(), area.address(0, isPacked()))
            + RingText.of(memory, transmit, isPacked(), area.address(1, isPacked()));
      } finally {
        area.mapping().release();
      }
    }

    private boolean isPacked() {
      return VirtioFeatures.has(features, VirtioFeatures.RING_PACKED);
    }

    @Override
    public String toString() {
      return sent + " sent, " + completed + " back, " + received + " of " + hostSent + " received";
    }
  }
}
