package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.fastvif.bindings.Errno;
import io.fastvif.plan.Action;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.BridgeKeeping;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.Await;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.MacAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** Retired bridges that are kept for the next plug, on the real kernel. */
class KeptBridgesKernelTest {
  static final BridgeKeeping KEPT = new BridgeKeeping(4, Duration.ofHours(1));

  /** What somebody may do to a retired bridge, so that it is not as a new one. */
  private static final List<String> CHANGES =
      List.of(
          "ip address add 192.0.2.9/24 dev X",
          "ip link set X mtu 1400",
          "ip link set X up",
          "ip link set X address 02:00:00:00:00:99",
          "ip link set X promisc on",
          "ip link set X allmulticast on",
          "ip link set X txqueuelen 77",
          "ip link set X arp off",
          "ip link set X alias mine",
          "ip link set X addrgenmode none",
          "ip link set X gso_max_size 1500",
          "ip link property add dev X altname mine",
          "ip link set X type bridge ageing_time 500",
          "ip link set X type bridge forward_delay 400",
          "ip link set X type bridge stp_state 1",
          "ip link set X type bridge priority 7",
          "ip link set X type bridge mcast_snooping 1",
          "ip link set X type bridge group_fwd_mask 8",
          "ip link set X type bridge nf_call_iptables 1",
          "ip link add name port master X type veth",
          "ip link add link X name upper type macvlan",
          "bridge fdb add 02:00:00:00:00:77 dev X self permanent",
          "ip neighbor add 192.0.2.77 lladdr 02:00:00:00:00:55 dev X nud permanent",
          "ip neighbor add 2001:db8::77 lladdr 02:00:00:00:00:55 dev X nud permanent",
          "ip neighbor add proxy 192.0.2.78 dev X",
          "tc qdisc add dev X clsact",
          "tc qdisc add dev X ingress",
          "tc qdisc add dev X root pfifo",
          "sysctl net.ipv4.conf.X.rp_filter",
          "sysctl net.ipv4.conf.X.proxy_arp",
          "sysctl net.ipv6.conf.X.accept_ra_mtu");

  private static PlugEngine engine(BridgeKeeping keeping) throws InterruptedException {
    return PlugEngine.builder().keptBridges(keeping).build().start();
  }

  private static LinkSettings own(String id) {
    return LinkSettings.NONE.withAlias(Aliases.of(id)).withUp(true);
  }

  private static PlugPlan plan(String id, Action action, List<PlannedStep> steps) {
    return new PlugPlan(id, id, action, List.of(id), null, steps, List.of());
  }

  /** As a hybrid VIF's, without its port of Open vSwitch. */
  private static PlugPlan plug(String id) {
    List<PlannedStep> steps = new ArrayList<>();
    String bridge = "qbr" + id;
    String end = "qvb" + id;
    String peer = "qvo" + id;
    steps.add(
        PlannedStep.own(
            new NetlinkStep.CreateBridge(bridge, OptionalInt.of(0)), new DeleteLink(bridge, 0, 0)));
    steps.add(PlannedStep.own(new LocalStep.DisableIpv6(bridge, true), null));
    LinkSettings settings = own(id).withArp(1, 2);
    steps.add(PlannedStep.own(new NetlinkStep.ConfigureLink(bridge, 0, settings), null));
    MacAddress mac = MacAddress.parse("fa:16:3e:00:00:01");
    steps.add(
        PlannedStep.own(
            new NetlinkStep.CreateVeth(end, mac, peer, MacAddress.parse("fa:16:3e:00:00:02"), 1450),
            new DeleteLink(end, 0, 0)));
    for (String each : List.of(end, peer)) {
      steps.add(PlannedStep.own(new LocalStep.DisableIpv6(each, true), null));
      LinkSettings wanted = each.equals(end) ? own(id).withMaster(bridge) : own(id);
      steps.add(PlannedStep.own(new NetlinkStep.ConfigureLink(each, 0, wanted), null));
    }
    return plan(id, Action.PLUG, steps);
  }

  static int plugged(PlugEngine engine, String id) throws Exception {
    execute(engine, plug(id));
    return engine.snapshot().link("qbr" + id).orElseThrow().index();
  }

  /** The name of the bridge then. */
  static String unplugged(PlugEngine engine, String id) throws Exception {
    HostSnapshot host = engine.snapshot();
    int index = host.link("qbr" + id).orElseThrow().index();
    int end = host.link("qvb" + id).orElseThrow().index();
    execute(
        engine,
        plan(
            id,
            Action.UNPLUG,
            List.of(
                PlannedStep.own(new DeleteLink("qvb" + id, end, 0), null),
                PlannedStep.own(new NetlinkStep.RetireBridge("qbr" + id, index, 0), null))));
    return "fvgone" + Integer.toHexString(index);
  }

  private static void execute(PlugEngine engine, PlugPlan plan) throws Exception {
    PlugResult result =
        engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertEquals(null, result.failure());
  }

  private static List<String> links(PlugEngine engine) {
    return engine.snapshot().links().stream().map(LinkState::name).sorted().toList();
  }

  @KernelTest
  void aBridgeThatIsUsedAgainIsAsOneThatWasMade() throws Exception {
    HostStateReader reader = new HostStateReader();
    HostState before = reader.read();
    try (PlugEngine engine = engine(KEPT)) {
      int index = plugged(engine, "1");
      ComparableState comparable = new ComparableState(before, true);
      HostState made = comparable.of(reader.readSettled());
      unplugged(engine, "1");
      assertEquals(index, plugged(engine, "1"));
      HostState used = comparable.of(reader.readSettled());
      assertEquals(List.of(), made.differences(used));
      assertEquals(index, bridgeOfNext(engine, unplugged(engine, "1")));
    }
    assertEquals(List.of(), before.lastingDifferences(reader));
  }

  /** Another VIF's. */
  private static int bridgeOfNext(PlugEngine engine, String retired) throws Exception {
    assertEquals(true, links(engine).contains(retired));
    int index = plugged(engine, "2");
    unplugged(engine, "2");
    return index;
  }

  @KernelTest
  void oneThatSomebodyHasChangedIsNotUsedAgain() throws Exception {
    changedOnesAreNotUsedAgain(PlugEngine.builder());
  }

  /** Which has ports, and links that lie on a bridge, from the kernel's events. */
  @KernelTest
  void noMonitorMissesWhatSomebodyHasChanged() throws Exception {
    changedOnesAreNotUsedAgain(PlugEngine.builder().monitorHost());
  }

  private static void changedOnesAreNotUsedAgain(PlugEngineBuilder builder) throws Exception {
    try (PlugEngine engine = builder.keptBridges(KEPT).build().start()) {
      plugged(engine, "1");
      int seen = 0;
      for (String change : CHANGES) {
        String retired = unplugged(engine, "1");
        int index = engine.snapshot().link(retired).orElseThrow().index();
        if (change(change.replace("X", retired))) {
          seen++;
          assertNotEquals(index, plugged(engine, "1"), change);
        } else {
          plugged(engine, "1");
        }
      }
      assertEquals(true, seen > CHANGES.size() / 2, "few changes");
    }
  }

  /** False if this kernel knows nothing of the kind. */
  private static boolean change(String command) throws Exception {
    String[] words = command.split(" ", 2);
    try {
      if (words[0].equals("sysctl")) {
        Path file = Path.of("/proc/sys/" + words[1].replace('.', '/'));
        Files.writeString(file, Files.readString(file).strip().equals("0") ? "1" : "0");
      } else {
        Peer.require(words[0], "iproute2").run(words[1]);
      }
      return true;
    } catch (AssertionError lacking) {
      return false;
    }
  }

  @KernelTest
  void thoseOfAKilledProcessAreCollectedAndThoseOfALivingOneAreNot() throws Exception {
    try (PlugEngine engine = engine(KEPT)) {
      plugged(engine, "1");
      String kept = unplugged(engine, "1");
      Peer ip = Peer.require("ip", "iproute2");
      ip.run("link add fvgone77 type bridge");
      ip.run("link set fvgone77 alias fastvif-kept:" + Errno.EPERM); // no socket has that number
      try (PlugEngine other = engine(BridgeKeeping.NONE)) {
        Await.until("it is deleted", () -> other.snapshot().link("fvgone77").isEmpty());
        assertEquals(List.of(kept, "lo"), links(other));
      }
    }
    try (PlugEngine after = engine(BridgeKeeping.NONE)) {
      assertEquals(List.of("lo"), links(after));
    }
  }

  /** The links of a host may be thousands. */
  @KernelTest
  void aMonitorSparesAReuseTheReadingOfAllLinks() throws Exception {
    List<Integer> sends =
        FaultyProcess.run(BridgeReuseCalls.class)
            .lines()
            .filter(line -> line.startsWith(BridgeReuseCalls.SENDS))
            .map(line -> Integer.valueOf(line.substring(BridgeReuseCalls.SENDS.length())))
            .toList();
    assertEquals(2, sends.size());
    assertEquals(sends.getFirst() - 1, sends.getLast());
  }

  @KernelTest
  void theyGoWhenTheirTimeIsUp() throws Exception {
    try (PlugEngine engine = engine(new BridgeKeeping(4, Duration.ofMillis(50)))) {
      plugged(engine, "1");
      unplugged(engine, "1");
      Await.until("it is deleted", () -> links(engine).equals(List.of("lo")));
    }
  }
}
