package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest that moves from one host to another while frames are sent to it: two namespaces with an
 * Open vSwitch each, Neutron's own agent on both, and a veth pair between their provider bridges.
 *
 * <p>Nova plugs the VIF on the destination before the hypervisor starts there. With {@code
 * create_tap} its port has a device then, and the agent wires it while the guest still runs on the
 * source. Without, as with os-vif 3.0.0, which does not know that option, the hypervisor's start
 * brings the device, and the guest may be faster than the agent. The guest here moves as soon as
 * its hypervisor has started.
 */
class LiveMigrationTest {
  private static final MacAddress SENDER = new MacAddress(0xfa163e0000ffL);
  private static final String WITHOUT_QOS = "default_qos_type=";
  private static final String ISOLATED = "isolate_vif=true";

  /** The segment that the script tells Neutron's agent. */
  private static final String VLAN = "77";

  private static final long INTERVAL_NANOS = 1_000_000;
  private static final long ANNOUNCE_NANOS = 20_000_000;
  private static final int SOME_FRAMES = 50;
  private static final int HELD_FRAMES = 1000;
  private static final int SCENES = 3;
  private static final int NUMBER = 1;
  private static final String TAP = "tap" + NUMBER;

  @TempDir Path folder;

  /** A compute node. */
  private record Node(OvsTestBed bed, NeutronAgent agent) implements AutoCloseable {
    static Node start(Path folder, String... options) throws Exception {
      OvsTestBed bed = new OvsTestBed(folder.resolve("ovs"), options);
      try {
        bed.host().vsctl("add-br br-int -- set Bridge br-int datapath_type=netdev");
        return new Node(bed, new NeutronAgent(bed, folder.resolve("neutron")));
      } catch (Exception | AssertionError problem) {
        bed.close();
        throw problem;
      }
    }

    /** What there is to a guest that is not reached. */
    String state() throws Exception {
      return bed.host().vsctl("--columns=name,ofport,error,link_state list Interface")
          + bed.rows()
          + bed.run("ip", "-s link show");
    }

    @Override
    public void close() throws IOException {
      try (bed) {
        agent.close();
      }
    }
  }

  /** No frame gets to the guest. */
  private static final class NotReachedException extends Exception {
    private static final long serialVersionUID = 1;

    NotReachedException(String state) {
      super("the guest is not reached: " + state);
    }
  }

  /** What was received where, by the frames' numbers. */
  private static final class Counted {
    final BitSet onSource = new BitSet();
    final BitSet onDestination = new BitSet();
    final AtomicInteger sent = new AtomicInteger();

    synchronized void receive(BitSet where, int number) {
      where.set(number);
    }

    synchronized int count(BitSet where) {
      return where.cardinality();
    }

    synchronized int lostFrom(int first) {
      BitSet both = (BitSet) onSource.clone();
      both.or(onDestination);
      return sent.get() - first - both.get(first, sent.get()).cardinality();
    }

    synchronized boolean hasAll(BitSet where, int from, int to) {
      return where.nextClearBit(from) >= to;
    }
  }

  private static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, what);
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  private static void join(Node source, Node destination) throws Exception {
    source.bed().run("ip", "link add fab1 type veth peer name fab2 netns " + path(destination));
    source.bed().run("ip", "link set fab1 up");
    destination.bed().run("ip", "link set fab2 up");
    source.bed().host().vsctl("add-port br-phys fab1");
    destination.bed().host().vsctl("add-port br-phys fab2");
    source.bed().run("ip", "tuntap add sender mode tap");
    source.bed().run("ip", "link set sender up");
    source.bed().host().vsctl("add-port br-phys sender tag=" + VLAN);
  }

  private static String path(Node node) {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + node.bed().namespace().descriptor();
  }

  /** Who plugs and unplugs. */
  private interface Plugging {
    void apply(Node node, String action) throws Exception;
  }

  /**
   * Returns how many frames did not reach the guest from its start on the destination on; how long
   * that start takes is not the plug's doing.
   */
  private int lost(
      String name, String wired, boolean makesTap, Plugging plugging, String... options)
      throws Exception {
    MacAddress guest = OvsVifs.mac(NUMBER);
    Counted counted = new Counted();
    try (Node source = Node.start(folder.resolve(name + "-1"), options);
        Node destination = Node.start(folder.resolve(name + "-2"), options)) {
      join(source, destination);
      plugging.apply(source, "plug");
      try (FrameEnd sender = new FrameEnd(source.bed(), "sender", false, ignored -> {})) {
        FrameEnd there;
        Thread sending;
        try (FrameEnd here =
            start(source, makesTap, each -> counted.receive(counted.onSource, each))) {
          source.agent().awaitUp(wired);
          sending = Thread.ofPlatform().daemon().start(() -> send(sender, guest, counted));
          announceUntil(source, here, guest, () -> counted.count(counted.onSource) > SOME_FRAMES);
          int first = counted.sent.get();
          plugging.apply(destination, "plug");
          if (makesTap) {
            destination.agent().awaitUp(wired);
          }
          int plugged = counted.sent.get() + SOME_FRAMES;
          await(
              () -> counted.hasAll(counted.onSource, first, plugged),
              "a frame is lost while the guest is on the source");
          // From now on the agent is busy, for half of its usual pause between two looks.
          destination.agent().hold();
          there =
              start(destination, makesTap, each -> counted.receive(counted.onDestination, each));
        }
        int moved = counted.sent.get();
        try (there) {
          announceUntil(destination, there, guest, () -> counted.sent.get() > moved + HELD_FRAMES);
          destination.agent().goOn();
          announceUntil(
              destination, there, guest, () -> counted.count(counted.onDestination) > SOME_FRAMES);
          if (!makesTap) {
            destination.agent().awaitUp(wired);
          }
          int arrived = counted.sent.get();
          plugging.apply(source, "unplug");
          int unplugged = counted.sent.get() + SOME_FRAMES;
          await(
              () -> counted.hasAll(counted.onDestination, arrived, unplugged),
              "a frame is lost when the guest is on the destination");
          sending.interrupt();
          sending.join();
        }
        assertEquals("", ports(source));
        plugging.apply(destination, "unplug");
        assertEquals("", ports(destination));
        return counted.lostFrom(moved);
      }
    }
  }

  /** Those of the guest's taps. */
  private static String ports(Node node) throws Exception {
    return node.bed().host().vsctl("--bare --columns=name find Port name=" + TAP).strip();
  }

  /** The hypervisor's start: it opens the tap, or makes it where plugging has not. */
  private static FrameEnd start(Node node, boolean makesTap, IntConsumer received)
      throws Exception {
    FrameEnd guest = new FrameEnd(node.bed(), TAP, makesTap, received);
    node.bed().run("ip", "link set " + TAP + " up");
    return guest;
  }

  private static void send(FrameEnd sender, MacAddress guest, Counted counted) {
    while (!Thread.currentThread().isInterrupted()) {
      sender.send(SENDER, guest, counted.sent.getAndIncrement());
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  private static void announceUntil(
      Node node, FrameEnd guest, MacAddress mac, BooleanSupplier heard) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!heard.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new NotReachedException(node.state());
      }
      guest.announce(mac);
      LockSupport.parkNanos(ANNOUNCE_NANOS);
    }
  }

  private static Vif withTap() {
    PortProfileOpenVSwitch profile =
        OvsVifs.profile(NUMBER).createPort(true).createTap(true).multiqueue(true).build();
    return OvsVifs.port(NUMBER, profile, OvsVifs.network("br-int"));
  }

  private static Plugging fastvif(Vif vif) {
    return (node, action) -> {
      boolean plug = action.equals("plug");
      assertNull(node.bed().submit(plug, List.of(vif)).getFirst().failure());
      if (plug) {
        assertEquals(Outcome.UNCHANGED, node.bed().plug(vif).getFirst().outcome());
      }
    };
  }

  /**
   * With os-vif all that is sent meanwhile is lost, unless its Neutron agent has seen the port's
   * row before it became busy: how many is told beside, and not the same each time.
   */
  @KernelTest
  void noFramesAreLostForAnAgentThatIsBusy(TestReporter reporter) throws Exception {
    String wired = OvsVifs.profile(NUMBER).build().interfaceId().get();
    int lost = lost("fastvif", wired, true, fastvif(withTap()), WITHOUT_QOS, ISOLATED);
    Vif theirs = OvsVifs.created(NUMBER);
    Plugging osVif = (node, action) -> node.bed().osVif(action, List.of(theirs));
    int lostByOsVif = lostByPeer(wired, osVif);
    reporter.publishEntry("frames lost, one each ms", lost + ", with os-vif " + lostByOsVif);
    assertTrue(lost < HELD_FRAMES / 2, lost + " lost, with os-vif " + lostByOsVif);
  }

  /**
   * With os-vif, a guest was seen that was never reached where it was first, though Neutron's agent
   * had told that it was wired: then all begins anew, and that is told.
   */
  private int lostByPeer(String wired, Plugging osVif) throws Exception {
    for (int i = 1; i < SCENES; i++) {
      try {
        return lost("os-vif-" + i, wired, false, osVif, WITHOUT_QOS, ISOLATED);
      } catch (NotReachedException told) {
        System.err.println("with os-vif, " + told.getMessage());
      }
    }
    return lost("os-vif-" + SCENES, wired, false, osVif, WITHOUT_QOS, ISOLATED);
  }

  /** Where each VIF has a bridge of its own, its patch port is what the agent wires. */
  @KernelTest
  void aGuestMovesBetweenBridgesOfItsOwn(TestReporter reporter) throws Exception {
    Vif vif = withTap();
    String wired = vif.id().get();
    int lost = lost("own", wired, true, fastvif(vif), WITHOUT_QOS, "per_port_bridge=true");
    reporter.publishEntry("frames lost, one each ms", Integer.toString(lost));
    assertTrue(lost < HELD_FRAMES / 2, lost + " lost");
  }
}
