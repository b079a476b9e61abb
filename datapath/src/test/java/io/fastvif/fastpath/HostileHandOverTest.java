package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FastvifIOException;
import io.fastvif.capture.CaptureOptions;
import io.fastvif.forward.HostileVm;
import io.fastvif.forward.Idle;
import io.fastvif.handover.HandOverException;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.NumberedTraffic;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ports go from one forwarder to another while hostile guests use them: with nonsense in frames and
 * rings, migrations, sessions that vanish and memory that does. An honest guest among them loses no
 * frame.
 *
 * <p>Runs for two seconds, and three hand-overs; {@code -Dfastvif.fuzz-seconds=3600} for an hour.
 * Prints its seed; {@code -Dfastvif.seed} repeats a run, but for what depends on time.
 */
class HostileHandOverTest {
  private static final Logger LOG = Logger.getLogger("io.fastvif");
  private static final int HOSTILE = 3;
  private static final int PAIRS = 2;
  private static final int LEAST = 3;

  /** What a busy machine may be refused with; guests may not bring about any other. */
  private static final List<String> REFUSALS =
      List.of("try again", "the rings do not stop", "did not take the ports in time");

  private static final long PATIENCE_MILLIS = 60_000;

  @TempDir Path folder;

  private final long seed = Long.getLong("fastvif.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final List<HostileVm> guests = new ArrayList<>();
  private final List<SessionDevice> devices = new ArrayList<>();
  private final Map<String, Integer> refusals = new TreeMap<>();

  /** Held by who captures, and by who ends the forwarder that has no ports any more. */
  private final Object changing = new Object();

  private volatile ForwardingPorts current;
  private volatile Throwable failed;
  private final AtomicInteger handOvers = new AtomicInteger();
  private volatile boolean ending;
  private HandOverServer server;
  private PortCapture capture;
  private long captured;

  /** Or there would be a line for each of many thousand sessions. */
  @BeforeEach
  void logNothing() {
    LOG.setLevel(Level.OFF);
  }

  @AfterEach
  void close() {
    LOG.setLevel(null);
    guests.forEach(HostileVm::close);
    if (server != null) {
      server.close();
    }
    if (current != null) {
      current.close();
    }
  }

  /**
   * One for the honest guest: the kernel moves flows between a tap's queues, and frames then
   * overtake others.
   */
  private static int pairs(int number) {
    return number == 0 ? 1 : PAIRS;
  }

  private ServedPort port(int number) {
    return new ServedPort(
        "vif" + number,
        "vhu" + number,
        folder.resolve("vhu" + number).toString(),
        VhostUserMode.CLIENT,
        new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0600),
        1500,
        pairs(number),
        "vhu" + number);
  }

  private String socket() {
    return folder.resolve("hand-over").toString();
  }

  private static int descriptors() {
    String[] names = Path.of("/proc/self/fd").toFile().list();
    return names.length;
  }

  @KernelTest
  void portsGoOnWhateverTheirGuestsDo() throws Exception {
    System.out.println("hand-overs fuzzed with -Dfastvif.seed=" + seed);
    current = ForwardingPorts.start(2, Idle.ADAPTIVE);
    for (int i = 0; i <= HOSTILE; i++) {
      Tap.createPersistent("vhu" + i, new TapOptions(pairs(i) > 1, true, -1, -1));
      Peer.require("ip", "iproute2").run("link set vhu" + i + " up");
      assertTrue(current.open(port(i)));
    }
    for (int i = 1; i <= HOSTILE; i++) {
      SessionDevice device = new SessionDevice(random, port(i).path(), PAIRS);
      HostileVm guest = new HostileVm(random, device, 0x0200_0000_000aL + i);
      devices.add(device);
      guests.add(guest);
      guest.restart();
    }
    int before = descriptors();
    try (MemoryFile memory = MemoryFile.sealed("garbled", 1 << 20);
        VhostUserFrontend frontend = VhostUserFrontend.connect(port(0).path(), PATIENCE_MILLIS);
        FrontendGuest honest =
            new FrontendGuest(frontend, VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX);
        NumberedTraffic traffic = new NumberedTraffic(honest, "vhu0")) {
      Thread processor = Thread.ofPlatform().name("guests' processor").start(this::interfere);
      Thread upgrades = Thread.ofPlatform().name("upgrades").start(this::upgrade);
      long end =
          System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("fastvif.fuzz-seconds", 2));
      long bound = end + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      try {
        while (failed == null && (System.nanoTime() < end || handOvers.get() < LEAST)) {
          step(memory);
          traffic.check();
          assertTrue(System.nanoTime() < bound, () -> this + ": only " + handOvers + " hand-overs");
        }
      } finally {
        ending = true;
        processor.join();
        upgrades.join();
      }
      if (failed != null) {
        throw new AssertionError(this + ": " + handOvers + " hand-overs", failed);
      }
      endCapture();
      traffic.end();
      report(traffic);
      assertTrue(frontend.getFeatures() != 0, "the honest frontend was cut off");
    }
    guests.forEach(HostileVm::close);
    guests.clear();
    for (int i = 0; i <= HOSTILE; i++) {
      try (VhostUserFrontend next = VhostUserFrontend.connect(port(i).path(), PATIENCE_MILLIS)) {
        next.setOwner();
        assertTrue(next.getFeatures() != 0, "port " + i + " is served");
      }
    }
    Await.until(this + ": no descriptor more", () -> descriptors() <= before);
  }

  /** The guests' other processors. */
  private void interfere() {
    Random own = new Random(seed);
    while (!ending) {
      guests.get(own.nextInt(HOSTILE)).interfere(own);
    }
  }

  private void step(MemoryFile memory) throws IOException {
    int which = random.nextInt(HOSTILE);
    HostileVm guest = guests.get(which);
    guest.act();
    devices.get(which).act(memory);
    switch (random.nextInt(20)) {
      case 0 -> guest.restart();
      case 1 -> limit(which + 1);
      case 2 -> beginCapture(which + 1);
      default -> {
        // no change
      }
    }
    if (guest.isWild() && random.nextInt(3) == 0) {
      guest.restart();
    }
    readCapture();
  }

  private void limit(int which) throws IOException {
    RateLimit rate = random.nextBoolean() ? null : new RateLimit(1_000_000, 0, 1 << 16);
    ForwardingPorts ports = current;
    try {
      boolean unused = ports.limit(port(which).withRates(new PortRates(rate, rate)));
    } catch (FastvifIOException refused) {
      assertGiven(ports, refused);
    }
  }

  /** What is refused is so because another has the ports. */
  private void assertGiven(ForwardingPorts ports, FastvifIOException refused) {
    assertTrue(
        ports != current || refused.getMessage().contains("another process has taken"),
        () -> this + ": " + refused);
  }

  private void beginCapture(int which) throws IOException {
    endCapture();
    synchronized (changing) {
      capture = current.capture("vhu" + which, new CaptureOptions(1500, 0, null)).orElse(null);
    }
  }

  private void readCapture() {
    byte[] piece = capture == null ? null : capture.take(1 << 16);
    captured += piece == null ? 0 : piece.length;
  }

  private void endCapture() {
    if (capture != null) {
      capture.close();
      capture = null;
    }
  }

  /** Hands all ports over again and again. */
  private void upgrade() {
    try {
      CountDownLatch given = new CountDownLatch(1);
      server = HandOverServer.listen(socket(), current, HandOverSteps.NONE, given::countDown);
      while (!ending) {
        given = handOver(given);
      }
    } catch (Exception | Error e) {
      failed = e;
    }
  }

  private CountDownLatch handOver(CountDownLatch given) throws Exception {
    ForwardingPorts former = current;
    ForwardingPorts next = ForwardingPorts.start(2, Idle.ADAPTIVE);
    try (TakeOver taken = TakeOver.from(socket(), next, HandOverSteps.NONE)) {
      assertEquals(HOSTILE + 1, taken.ports());
      assertTrue(given.await(10, TimeUnit.SECONDS));
      server.close();
      synchronized (changing) {
        current = next;
        assertNull(former.failure());
        former.close();
      }
      CountDownLatch latch = new CountDownLatch(1);
      server = HandOverServer.on(taken.listener(), next, HandOverSteps.NONE, latch::countDown);
      assertEquals(HOSTILE + 1, next.open().size());
      handOvers.incrementAndGet();
      return latch;
    } catch (HandOverException refused) {
      assertTrue(REFUSALS.stream().anyMatch(refused.getMessage()::endsWith), this + ": " + refused);
      refusals.merge(refused.getMessage(), 1, Integer::sum);
      assertFalse(server.isGiven());
      next.close();
      return given;
    }
  }

  private void report(NumberedTraffic traffic) {
    devices.forEach(device -> System.out.println(device.done()));
    System.out.printf(
        "hand-over fuzzer: seed %d, %d hand-overs, refused %s, %,d bytes captured, %,d frames to"
            + " the host and %,d to the guest, none lost%n",
        seed,
        handOvers.get(),
        refusals,
        captured,
        traffic.toHost().received(),
        traffic.toGuest().received());
    assertTrue(handOvers.get() >= LEAST);
  }

  @Override
  public String toString() {
    return "seed " + seed;
  }
}
