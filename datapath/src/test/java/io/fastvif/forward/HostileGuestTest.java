package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import io.fastvif.capture.FrameFilter;
import io.fastvif.capture.PcapngBlock;
import io.fastvif.capture.PcapngReader;
import io.fastvif.forward.bridge.AntiSpoofing;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.xdp.XdpOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/**
 * Guests whose rings, headers and frames are nonsense, before each kind of port: another guest, a
 * switch with an AF_XDP uplink, AF_XDP, a packet socket, a tap; with captures and rates that come
 * and go. One loop serves them together with guests that are honest: whose frames arrive as they
 * were sent.
 *
 * <p>Runs for two seconds; {@code -Dfastvif.fuzz-seconds=3600} for an hour. Prints its seed; {@code
 * -Dfastvif.seed} repeats a run, but for what depends on time.
 */
class HostileGuestTest {
  private static final long FEATURES = VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF;
  private static final long TAKES_MERGED =
      NetFeatures.GUEST_CSUM | NetFeatures.GUEST_TSO4 | NetFeatures.GUEST_TSO6;
  private static final XdpOptions SMALL = XdpOptions.DEFAULT.withRingSize(64);
  private static final String[] FILTERS = {"", "arp", "udp", "vlan", "ip6 and tcp port 80"};
  private static final long A = 0x0200_0000_000aL;
  private static final long B = 0x0200_0000_000bL;
  private static final long FAR = 0x0200_0000_0001L;

  private static final long PATIENCE_SECONDS = 60;

  private final long seed = Long.getLong("fastvif.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<HostileVm> hostile = new ArrayList<>();
  private final List<VhostUserPort> ports = new ArrayList<>();
  private final List<PortPair> pairs = new ArrayList<>();
  private int number;
  private FrameCapture capture;
  private PortPair captured;
  private PcapngReader reader;
  private long seen;
  private long received;
  private long restarts;

  @AfterEach
  void close() throws Exception {
    forwarder.close();
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @KernelTest
  void neitherTheLoopNorHonestGuestsSuffer() throws Exception {
    System.out.println("guests fuzzed with -Dfastvif.seed=" + seed);
    links();
    UplinkSwitch bridge = new UplinkSwitch("v0");
    XdpPort card = open(XdpPort.open("v0", SMALL));
    XdpPort wire = open(XdpPort.open("v1", SMALL));
    forwarder.connect(card, bridge.uplink(card.queues()));
    TestVm far = honest(wire);
    TestVm near = honest(bridge.port("near", 1, guarded(A, "10.0.0.10")));
    VhostUserPort one = VhostUserPort.toGuest("one", 1);
    TestVm first = honest(one);
    TestVm second = open(new TestVm(one, FEATURES, 512, 2));
    // One may send from its own address only, and so to anybody; the other is believed all.
    hostile(bridge.port("spoofer", 1, guarded(B, "10.0.0.66")), FAR, A);
    hostile(bridge.port("anybody", 1, SwitchPortSettings.DEFAULT), A);
    VhostUserPort victim = VhostUserPort.toGuest("victim", 1);
    TestVm filled = open(new TestVm(victim, FEATURES | TAKES_MERGED, 2048, 1));
    hostile(victim);
    hostile(open(XdpPort.open("x0", SMALL)));
    hostile(open(PacketPort.open("p0")));
    Tap.createPersistent("t0", TapPort.options(1));
    Peer.require("ip", "iproute2").run("link set t0 up");
    hostile(open(TapPort.attach("t0", 1)));
    Thread processor = interfering();
    long end =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("fastvif.fuzz-seconds", 2));
    long steps = 0;
    try {
      for (; System.nanoTime() < end || steps < 600; steps++) {
        step();
        while (filled.poll() != null) {
          received++;
        }
        if (steps % 20 == 0) {
          exchange(near, far, FAR, A);
          exchange(far, near, A, FAR);
          exchange(first, second, FAR, A);
        }
      }
    } finally {
      processor.interrupt();
      processor.join();
    }
    endCapture();
    report(steps);
  }

  private static void links() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    for (String pair : new String[] {"v", "x", "p"}) {
      ip.run("link add " + pair + "0 type veth peer name " + pair + "1");
      for (String end : new String[] {pair + "0", pair + "1"}) {
        // Without addresses of their own they send nothing of themselves.
        ip.run("link set " + end + " addrgenmode none");
        ip.run("link set " + end + " up");
      }
    }
  }

  private <T extends AutoCloseable> T open(T resource) {
    open.add(resource);
    return resource;
  }

  private static SwitchPortSettings guarded(long mac, String ip) {
    return SwitchPortSettings.DEFAULT.withGuard(
        AntiSpoofing.ON, new MacAddress(mac), List.of(new IpNetwork(ip)));
  }

  private TestVm honest(Port other) {
    VhostUserPort port = VhostUserPort.toGuest("honest", 1);
    TestVm vm = open(new TestVm(port, FEATURES, 2048, 1));
    forwarder.connect(port, other);
    return vm;
  }

  private void hostile(Port other, long... targets) {
    boolean isHost = other instanceof TapPort || other instanceof PacketPort;
    String name = "hostile to " + other.name();
    VhostUserPort port = isHost ? VhostUserPort.toHost(name, 1) : VhostUserPort.toGuest(name, 1);
    HostileVm vm = open(new HostileVm(random, new RingDevice(port), B + hostile.size(), targets));
    vm.restart();
    ports.add(port);
    hostile.add(vm);
    pairs.add(forwarder.connect(port, other));
  }

  /** The guests' other processors. */
  private Thread interfering() {
    Random own = new Random(seed);
    return Thread.ofPlatform()
        .name("guests' processor")
        .start(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                hostile.get(own.nextInt(hostile.size())).interfere(own);
              }
            });
  }

  private void step() throws Exception {
    int which = random.nextInt(hostile.size());
    switch (random.nextInt(20)) {
      case 0 -> restart(which);
      case 1 -> ports.get(which).limit(new PortRates(rate(), rate()));
      case 2 -> ports.get(which).limit(new PortRates(null, null));
      case 3 -> beginCapture(which);
      case 4 -> ports.get(which).announce(random.nextLong());
      default -> {
        // the guest alone acts
      }
    }
    hostile.get(which).act();
    readCapture();
    assertNull(forwarder.failure(), this::toString);
    for (PortPair pair : pairs) {
      assertFalse(pair.first().isDead(), () -> this + ": " + pair.first().problem());
      assertFalse(pair.second().isDead(), () -> this + ": " + pair.second().problem());
    }
    if (hostile.get(which).isWild() && random.nextInt(3) == 0) {
      restart(which);
    }
  }

  private void restart(int which) {
    hostile.get(which).restart();
    restarts++;
  }

  private RateLimit rate() {
    long average = 1 + random.nextLong(random.nextBoolean() ? 100 : 100_000_000);
    return new RateLimit(
        average, random.nextBoolean() ? 0 : 2 * average, 1 + random.nextInt(1 << 20));
  }

  private void beginCapture(int which) throws IOException {
    endCapture();
    String filter = FILTERS[random.nextInt(FILTERS.length)];
    captured = pairs.get(which);
    capture =
        Forwarder.capture(
            "hostile",
            new CaptureOptions(
                1 + random.nextInt(random.nextBoolean() ? 100 : 70_000),
                0,
                filter.isEmpty() ? null : FrameFilter.parse(filter)));
    reader = new PcapngReader(this::saw);
    forwarder.beginCapture(captured, captured.first(), capture);
  }

  private void saw(PcapngBlock block) {
    if (block.isFrame()) {
      seen++;
      assertTrue(block.frame().length <= block.length(), this::toString);
    }
  }

  private void readCapture() throws IOException {
    if (capture == null) {
      return;
    }
    byte[] piece = capture.take(1 << 16);
    while (piece != null && piece.length > 0) {
      reader.read(piece, 0, piece.length);
      piece = capture.take(1 << 16);
    }
  }

  private void endCapture() throws IOException {
    if (capture != null) {
      forwarder.endCapture(captured, capture);
      readCapture();
      capture.close();
      capture = null;
    }
  }

  /** Sends a frame until it arrives: others may have filled the receiver's ring. */
  private void exchange(TestVm from, TestVm to, long destination, long source) {
    byte[] frame = new byte[60 + random.nextInt(1400)];
    random.nextBytes(frame);
    ByteBuffer header = ByteBuffer.wrap(frame);
    header.putShort((short) (destination >>> 32)).putInt((int) destination);
    header.putShort((short) (source >>> 32)).putInt((int) source);
    header.putShort((short) 0x0800).putShort((short) 0x4500).putShort((short) (frame.length - 14));
    header.putInt(0).put((byte) 64).put((byte) 253).putShort((short) 0);
    header.putInt(0x0a00000a).putInt(0x0a000001).putInt(number++);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < end) {
      from.offer(0, 0, frame);
      long again = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
      while (System.nanoTime() < again) {
        byte[] came = to.poll();
        if (came != null && isSame(came, frame)) {
          return;
        }
      }
    }
    fail(this + ": frame " + number + " of an honest guest does not arrive");
  }

  /** Whether it is that frame; what has its number must be. */
  private static boolean isSame(byte[] came, byte[] frame) {
    int at = VirtioNetHeader.LONG;
    ByteBuffer bytes = ByteBuffer.wrap(came);
    ByteBuffer sent = ByteBuffer.wrap(frame);
    if (came.length < at + 38
        || bytes.getLong(at + 20) != sent.getLong(20)
        || bytes.getInt(at + 34) != sent.getInt(34)) {
      return false;
    }
    assertArrayEquals(frame, Arrays.copyOfRange(came, at, came.length));
    return true;
  }

  private void report(long steps) {
    ForwarderStatistics all = forwarder.statistics();
    List<FlowStatistics> ofHostile =
        all.flows().stream().filter(flow -> flow.flow().startsWith("hostile")).toList();
    long moved = ofHostile.stream().mapToLong(FlowStatistics::frames).sum();
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    ofHostile.forEach(flow -> flow.drops().forEach((why, n) -> drops.merge(why, n, Long::sum)));
    System.out.printf(
        "guest fuzzer: seed %d, %,d steps, %,d restarts, %,d frames of theirs went on, %,d came"
            + " of others, %,d were captured, dropped %s, %,d frames of others arrived%n",
        seed, steps, restarts, moved, received, seen, drops, number);
    assertTrue(moved > 0 && seen > 0, "no frame of a hostile guest went anywhere");
    assertTrue(drops.containsKey(DropReason.BAD_HEADER), "no header was refused");
    assertEquals(
        0, ofHostile.stream().filter(flow -> flow.frames() == 0).count(), ofHostile::toString);
  }

  @Override
  public String toString() {
    return "seed " + seed;
  }
}
