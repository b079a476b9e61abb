package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.IFF_LOWER_UP;
import static io.fastvif.bindings.linux.linux_h.IFF_RUNNING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.netns.Netns;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.FakeVhostUserPorts;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every plan, refused something at each of its changes and killed at each of its sends, leaves
 * nothing and takes nothing: the whole namespace is compared before and after. What failed is
 * undone; what was killed is finished by plugging again and undone by unplugging. On hosts made up
 * at random; {@code -Dfastvif.seed=SEED} repeats one, {@code -Dfastvif.differ-hosts=N} tries more,
 * {@code -Dfastvif.differ-case=NAME} one plan alone.
 */
class PlugDifferTest {
  private static final String ID = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final long SETTLE_NANOS = 4_000_000_000L;
  private static final long PAUSE_NANOS = 5_000_000L;
  private static final int RESULT_SECONDS = 60;

  /** What is left of an object once what is drawn anew each time is taken away. */
  private static final List<String> DRAWN =
      List.of("index", "BRIDGE_ID", "ROOT_ID", "DESIGNATED_BRIDGE", "DESIGNATED_ROOT");

  /** What the kernel makes of a link by itself, by its ports, and when it comes to it. */
  private static final List<String> FOUND_OUT =
      List.of("OPERSTATE", "CARRIER", "TSO_MAX_SIZE", "TSO_MAX_SEGS", "SLAVE_DATA/STATE");

  private static final int IFF_FOUND_OUT = IFF_RUNNING | IFF_LOWER_UP;

  private final FakeVhostUserPorts ports = new FakeVhostUserPorts();
  private final List<String> problems = new ArrayList<>();
  private int plans;
  private int refusals;
  private int kills;
  private HostStateReader reader = new HostStateReader();
  private OvsHost ovs;
  private HostState base;

  /** A VIF, and how it is plugged. */
  private record Case(String name, Map<String, String> options, Vif vif) {}

  private static Network.Builder network() {
    return Network.builder().multiHost(false).mtu(1450);
  }

  private static VifBridge bridged(String bridge, Network network) {
    return VifBridge.builder()
        .id(ID)
        .address(MacAddress.parse("fa:16:3e:20:82:3c"))
        .plugin("linux_bridge")
        .preserveOnDelete(false)
        .hasTrafficFiltering(true)
        .vifName("port0")
        .bridgeName(bridge)
        .network(network)
        .build();
  }

  private static List<Case> linuxCases(Path folder) {
    Network made = network().shouldProvideBridge(true).build();
    Network there = network().shouldProvideBridge(false).build();
    VifGeneric generic =
        VifGeneric.builder()
            .id(ID)
            .plugin("tap")
            .address(MacAddress.parse("fa:16:3e:20:82:3c"))
            .vifName("port0")
            .network(network().build())
            .build();
    return List.of(
        new Case("tap", Map.of(), generic),
        new Case(
            "tap of a user's, with queues",
            Map.of("tap.owner", "7", "tap.multi_queue", "true"),
            generic),
        new Case("bridge alone", Map.of(), bridged("br-new", made)),
        new Case(
            "tap on a new bridge",
            Map.of("linux_bridge.create_port", "tap"),
            bridged("br-new", made)),
        new Case(
            "veth on a new bridge",
            Map.of("linux_bridge.create_port", "veth"),
            bridged("br-new", made)),
        new Case(
            "veth on somebody's bridge",
            Map.of("linux_bridge.create_port", "veth"),
            bridged("br-other", there)),
        new Case(
            "vhost-user on a bridge",
            Map.of(),
            FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT)),
        new Case(
            "vhost-user, routed",
            Map.of(),
            FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "10.65.0.5", "2001:db8::5")));
  }

  private static PortProfileOpenVSwitch.Builder profile() {
    return PortProfileOpenVSwitch.builder()
        .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
        .datapathType("netdev");
  }

  private static List<Case> ovsCases(Path folder) {
    Network network = network().bridge("br-int").build();
    VifBridge hybrid =
        VifBridge.builder()
            .id(ID)
            .address(MacAddress.parse("fa:16:3e:20:82:3c"))
            .plugin("ovs")
            .vifName("tap7204e52d-b2")
            .bridgeName("qbr7204e52d-b2")
            .network(network)
            .portProfile(profile().build())
            .build();
    VifOpenVSwitch tap =
        VifOpenVSwitch.builder()
            .id(ID)
            .address(MacAddress.parse("fa:16:3e:20:82:3c"))
            .plugin("ovs")
            .vifName("port0")
            .bridgeName("br-int")
            .network(network)
            .portProfile(profile().createPort(true).createTap(true).build())
            .build();
    VifVhostUser vhostUser =
        VifVhostUser.builder()
            .id(ID)
            .address(MacAddress.parse("fa:16:3e:20:82:3c"))
            .plugin("ovs")
            .vifName("vhu0")
            .path(folder.resolve("vhu0.sock").toString())
            .mode(VhostUserMode.SERVER)
            .network(network)
            .portProfile(profile().build())
            .build();
    return List.of(
        new Case("hybrid", Map.of(), hybrid),
        new Case("tap on Open vSwitch", Map.of(), tap),
        new Case("vhost-user on Open vSwitch", Map.of(), vhostUser),
        new Case(
            "vhost-user of fastvif's on Open vSwitch",
            Map.of(),
            FastPathVifs.switched(folder, 1, VhostUserMode.CLIENT, false)));
  }

  @KernelTest
  void linuxPlansLeaveAndTakeNothing(@TempDir Path folder) throws Exception {
    everyHost(linuxCases(folder));
  }

  @KernelTest
  void openVSwitchPlansLeaveAndTakeNothing(@TempDir Path folder) throws Exception {
    try (OvsHost host = OvsHost.start(folder.resolve("ovs"))) {
      ovs = host;
      host.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      reader.ovs(host);
      one(ovsCases(folder), Long.getLong("fastvif.seed", System.nanoTime()));
    }
  }

  private void everyHost(List<Case> cases) throws Exception {
    for (int host = 0; host < Integer.getInteger("fastvif.differ-hosts", 1); host++) {
      long seed = Long.getLong("fastvif.seed", System.nanoTime()) + host;
      try (Netns namespace = Netns.createPrivate()) {
        namespace.call(
            () -> {
              one(cases, seed);
              return null;
            });
      }
    }
  }

  private void one(List<Case> cases, long seed) throws Exception {
    new GeneratedHost(seed).make();
    String only = System.getProperty("fastvif.differ-case", "");
    for (Case one : cases) {
      if (only.isEmpty() || one.name().replace(" ", "_").equals(only)) {
        everyFault(one);
      }
    }
    System.out.printf(
        "differ: seed %d: %d plans, %d steps refused, %d sends killed, %d differences%n",
        seed, plans, refusals, kills, problems.size());
    assertEquals("", String.join("\n", problems), "seed " + seed);
    assertTrue(refusals > plans && kills > plans, "the faults did not strike");
  }

  private void everyFault(Case one) throws Exception {
    base = reader.readSettled();
    run(one, true, Faults.none(), "plug");
    HostState plugged = comparable(reader.readSettled());
    run(one, false, Faults.none(), "unplug");
    HostState unplugged = comparable(reader.readSettled());
    clear();
    plans += 2;
    boolean struck = true;
    for (int at = 1; struck; at++) {
      String what = one.name() + ": plug refused at " + at;
      Faults faults = Faults.refuseAt(at);
      run(one, true, faults, null);
      struck = faults.struck();
      if (struck) {
        refusals++;
        expect(what, comparable(base));
      }
      run(one, false, Faults.none(), what + ", unplugged");
      expect(what + ", unplugged", comparable(base), unplugged);
      clear();
    }
    struck = true;
    for (int at = 1; struck; at++) {
      for (boolean again : new boolean[] {true, false}) {
        String what = one.name() + ": plug killed at " + at;
        Faults faults = Faults.killAt(at);
        run(one, true, faults, null);
        struck = faults.struck();
        kills += struck ? 1 : 0;
        if (again) {
          run(one, true, Faults.none(), what + ", plugged again");
          expect(what + ", plugged again", plugged);
        }
        run(one, false, Faults.none(), what + ", unplugged");
        expect(what + ", unplugged (again " + again + ")", comparable(base), unplugged);
        clear();
      }
    }
    everyFaultOfUnplugging(one, plugged, unplugged);
  }

  private void everyFaultOfUnplugging(Case one, HostState plugged, HostState unplugged)
      throws Exception {
    for (boolean kill : new boolean[] {false, true}) {
      boolean struck = true;
      for (int at = 1; struck; at++) {
        for (boolean again : new boolean[] {true, false}) {
          run(one, true, Faults.none(), one.name() + ": plug");
          Faults faults = kill ? Faults.killAt(at) : Faults.refuseAt(at);
          run(one, false, faults, null);
          struck = faults.struck();
          kills += struck && kill ? 1 : 0;
          refusals += struck && !kill ? 1 : 0;
          String what = one.name() + ": unplug " + (kill ? "killed at " : "refused at ") + at;
          if (again) {
            run(one, true, Faults.none(), what + ", plugged again");
            expect(what + ", plugged again", plugged);
          }
          run(one, false, Faults.none(), what + ", unplugged");
          expect(what + ", unplugged (again " + again + ")", unplugged);
          clear();
        }
      }
    }
  }

  /** Plugs or unplugs; must succeed if there is a text that says what it is. */
  private void run(Case one, boolean plug, Faults faults, String mustSucceed) throws Exception {
    // What is thrown where nobody else can be told is a fault of the test's own making.
    PlugEngine.Builder builder = faults.engine().vhostUser(ports).errorHandler(thrown -> {});
    if (ovs != null) {
      builder.ovs(OvsSettings.of(ovs.address()));
    }
    try (PlugEngine engine = builder.build().start()) {
      VifPlugins plugins = VifPlugins.installed(one.options());
      var plugin = plugins.of(one.vif());
      var host = engine.snapshot();
      var plan = plug ? plugin.plug(one.vif(), null, host) : plugin.unplug(one.vif(), null, host);
      PlugResult result =
          engine
              .submit(plan)
              .orElseThrow()
              .toCompletableFuture()
              .get(RESULT_SECONDS, TimeUnit.SECONDS);
      if (mustSucceed != null && result.outcome() == Outcome.FAILED) {
        problems.add(mustSucceed + ": " + result.failure().message());
      }
    }
    if ((!plug && mustSucceed != null) || (faults.struck() && !faults.countsMessages())) {
      ports.open().forEach(ports::close); // they go with their process
    }
  }

  /** The host is soon like one of these. */
  private void expect(String what, HostState... allowed) {
    long deadline = System.nanoTime() + SETTLE_NANOS;
    while (true) {
      HostState now = comparable(reader.read());
      List<String> least = null;
      for (HostState state : allowed) {
        List<String> differences = state.differences(now);
        least = least == null || differences.size() < least.size() ? differences : least;
      }
      if (least == null) {
        fail("nothing is allowed");
      } else if (least.isEmpty()) {
        return;
      } else if (System.nanoTime() > deadline) {
        problems.add(what + ":\n  " + String.join("\n  ", least));
        return;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Takes away what a plan is meant to leave, such as a bridge that others may use. */
  private void clear() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    for (String name : reader.read().objects().keySet()) {
      if (name.startsWith("link ") && !base.objects().containsKey(name)) {
        ip.run("link delete " + name.substring("link ".length()));
      }
    }
    ports.open().forEach(ports::close);
    expect("cleared", comparable(base));
  }

  /** Without what is drawn anew for each link that was made since. */
  private HostState comparable(HostState state) {
    SortedMap<String, SortedMap<String, String>> objects = new TreeMap<>();
    state
        .objects()
        .forEach(
            (name, attributes) -> {
              boolean isNew = !base.objects().containsKey(name);
              boolean isEntry = name.startsWith("neighbour LLADDR");
              if (isNew && isEntry) {
                return;
              }
              SortedMap<String, String> kept = new TreeMap<>(attributes);
              if (name.startsWith("link ")) {
                kept.keySet().removeIf(key -> FOUND_OUT.stream().anyMatch(key::endsWith));
                int flags = Integer.parseInt(kept.get("flags"), 16) & ~IFF_FOUND_OUT;
                kept.put("flags", Integer.toHexString(flags));
              }
              if (isNew) {
                kept.keySet().removeIf(key -> DRAWN.stream().anyMatch(key::endsWith));
                kept.entrySet()
                    .removeIf(
                        entry ->
                            entry.getKey().endsWith("ADDRESS")
                                && !entry.getValue().matches("f[ae]:16:3e.*|00:61.*"));
              }
              objects.put(name, kept);
            });
    return new HostState(objects);
  }
}
