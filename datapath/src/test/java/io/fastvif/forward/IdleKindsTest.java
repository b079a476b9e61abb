package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.xdp.XdpOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Loops of each kind of port with a guest that is quiet: the kernel counts how often their threads
 * have waited, and that stays as it is.
 */
class IdleKindsTest {
  private static final long NEW = VirtioFeatures.VERSION_1;
  private static final int LOOPS = 2;

  /** As long as several hundred of the shortest sleeps. */
  private static final long WINDOW_MILLIS = 500;

  private static final Path TASKS = Path.of("/proc/self/task");

  /**
   * How often the loops' threads have given their processor back of their own will; -1 as long as
   * they are not all there, or others of a test before are.
   */
  private static long waits() throws IOException {
    long sum = 0;
    int threads = 0;
    try (Stream<Path> tasks = Files.list(TASKS)) {
      for (Path task : tasks.toList()) {
        if (Files.readString(task.resolve("comm")).startsWith("forward-")) {
          threads++;
          sum += waits(task);
        }
      }
    }
    return threads == LOOPS ? sum : -1;
  }

  private static long waits(Path task) throws IOException {
    String prefix = "voluntary_ctxt_switches:";
    return Files.readAllLines(task.resolve("status")).stream()
        .filter(line -> line.startsWith(prefix))
        .mapToLong(line -> Long.parseLong(line.substring(prefix.length()).strip()))
        .sum();
  }

  private static boolean isQuiet(Forwarder forwarder) throws InterruptedException {
    try {
      long sleeps = forwarder.sleeps();
      long waits = waits();
      TimeUnit.MILLISECONDS.sleep(WINDOW_MILLIS);
      return waits >= 0 && waits() == waits && forwarder.sleeps() == sleeps && forwarder.isAsleep();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static void ip(String... commands) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    for (String command : commands) {
      ip.run(command);
    }
  }

  /** A pair of which neither end says anything of its own accord. */
  private static void veth() throws Exception {
    ip("link add v0 type veth peer name v1");
    ip("link set v0 addrgenmode none", "link set v1 addrgenmode none");
    ip("link set v0 up", "link set v1 up");
  }

  /** What a kind of port is connected with. */
  interface Kind {
    void connect(Forwarder forwarder, VhostUserPort guest) throws Exception;
  }

  private static void staysAsleep(VhostUserPort guest, Port host, Kind kind) throws Exception {
    for (Idle idle : new Idle[] {Idle.ADAPTIVE, Idle.KICKS}) {
      List<TestVm> vms = new ArrayList<>();
      try (Forwarder forwarder = Forwarder.start(LOOPS, idle)) {
        for (int i = 0; i < guest.queues(); i++) {
          vms.add(new TestVm(guest, NEW, 2048, 1, i));
        }
        kind.connect(forwarder, guest);
        for (TestVm vm : vms) {
          vm.send(UdpFrame.payload(100));
        }
        Await.until("nothing wakes the loops", () -> isQuiet(forwarder));
        long frames = frames(forwarder);
        vms.forEach(vm -> vm.send(UdpFrame.payload(100)));
        Await.until("it wakes for a frame", () -> frames(forwarder) >= frames + vms.size());
        assertNull(forwarder.failure());
        forwarder.pairs().forEach(forwarder::disconnect);
        vms.forEach(TestVm::close);
      }
    }
    host.close();
  }

  private static long frames(Forwarder forwarder) {
    return forwarder.statistics().flows().stream()
        .mapToLong(flow -> flow.frames() + flow.dropped())
        .sum();
  }

  @KernelTest
  void tap() throws Exception {
    TapPort tap = TapPort.attach("tap0", 2);
    ip("link set tap0 addrgenmode none", "link set tap0 up");
    staysAsleep(
        VhostUserPort.toHost("guest", 2), tap, (forwarder, guest) -> forwarder.connect(guest, tap));
  }

  @KernelTest
  void packetSocket() throws Exception {
    veth();
    PacketPort link = PacketPort.open("v0");
    staysAsleep(
        VhostUserPort.toGuest("guest", 1),
        link,
        (forwarder, guest) -> forwarder.connect(guest, link));
  }

  @KernelTest
  void afXdp() throws Exception {
    veth();
    XdpPort card = XdpPort.open("v0", XdpOptions.DEFAULT.withRingSize(64));
    staysAsleep(
        VhostUserPort.toGuest("guest", 1),
        card,
        (forwarder, guest) -> forwarder.connect(guest, card));
  }

  @KernelTest
  void uplinkSwitch() throws Exception {
    veth();
    XdpPort card = XdpPort.open("v0", XdpOptions.DEFAULT.withRingSize(64));
    staysAsleep(
        VhostUserPort.toGuest("guest", 1),
        card,
        (forwarder, guest) -> {
          UplinkSwitch bridge = new UplinkSwitch("v0");
          forwarder.connect(card, bridge.uplink(1));
          forwarder.connect(guest, bridge.port("guest", 1, SwitchPortSettings.DEFAULT));
        });
  }

  @KernelTest
  void anotherGuestAndAHandler() throws Exception {
    VhostUserPort other = VhostUserPort.toGuest("other", 2);
    try (TestVm first = new TestVm(other, NEW, 2048, 1, 0);
        TestVm second = new TestVm(other, NEW, 2048, 1, 1)) {
      staysAsleep(
          VhostUserPort.toGuest("guest", 2),
          other,
          (forwarder, guest) -> forwarder.connect(guest, other));
      assertArrayEquals(UdpFrame.payload(100), first.receive());
      assertArrayEquals(UdpFrame.payload(100), second.receive());
    }
    FrameHandlerPort echo =
        FrameHandlerPort.of("echo", 1, (frames, toGuest) -> toGuest.send(frames));
    staysAsleep(
        VhostUserPort.toHandler("guest", 1),
        echo,
        (forwarder, guest) -> forwarder.connect(guest, echo));
  }
}
