package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * os-vif's own linux_bridge plugin and this one write the same rules, and let the same frames pass:
 * over the bridge, routed, IPv4 and IPv6, with other people's rules beside.
 */
class OsVifForwardingTest {
  private static final Path BRIDGE_FILTER = Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables");

  private final Peer iptables = Peer.require("iptables-nft", "iptables");
  private final Peer ip6tables = Peer.require("ip6tables-nft", "iptables");
  private final Peer nft = Peer.require("nft", "nftables");
  private final Peer bash = Peer.require("bash", "bash");
  private final Peer python = Peer.requirePythonModule("os_vif", "python3-os-vif");

  @TempDir Path folder;

  /** What the results were, to see that not all cases are one. */
  private final Set<String> seen = new HashSet<>();

  private int cases;

  @KernelTest
  void theSameRulesAndTheSameFramesAsOsVif() throws Exception {
    Peer.require("ping", "iputils-ping");
    hosts("start");
    try {
      String open = measure();
      assertTrue(open.lines().allMatch(line -> line.endsWith("passes")), open);
      assertEquals(14, open.lines().count());
      boolean filtersBridged = Files.exists(BRIDGE_FILTER);
      if (!filtersBridged) {
        System.out.println("no br_netfilter here: frames over the bridge meet no rules");
      }
      for (boolean bridged : filtersBridged ? new boolean[] {false, true} : new boolean[1]) {
        if (filtersBridged) {
          Files.writeString(BRIDGE_FILTER, bridged ? "1" : "0");
        }
        compare("flat", List.of("-P FORWARD DROP"));
        compare("vlan", List.of());
        compare("flat", List.of("-P FORWARD DROP"), "forward_bridge_interface=eth2");
        compare(
            "flat",
            List.of("-N mine", "-A mine -i eth3 -j ACCEPT", "-A mine -j DROP"),
            "forward_bridge_interface=",
            "iptables_drop_action=mine");
      }
      compare("flat", List.of());
      compare("filtered", List.of("-P FORWARD DROP"));
      compare("flat", List.of("-P FORWARD DROP"), "use_ipv6=true");
      compare(
          "flat",
          List.of(),
          "forward_bridge_interface=eth2",
          "forward_bridge_interface=none+",
          "iptables_drop_action=REJECT");
      String closing = "-A FORWARD -o eth3 -m comment --comment closed3 -j DROP";
      compare("flat", List.of(closing, "-A FORWARD -o eth2 -j DROP"));
      compare(
          "flat", List.of(closing, "-A FORWARD -o eth2 -j DROP"), "iptables_top_regex=closed[0-9]");
      compare(
          "flat",
          List.of("-A FORWARD -o eth2 -j DROP", closing),
          "iptables_bottom_regex=closed[0-9]",
          "iptables_drop_action=LOG");
      assertTrue(seen.size() > cases / 3, seen::toString);
      System.out.println(
          "compared with os-vif: " + cases + " sets of options and rules, 14 flows each");
    } finally {
      hosts("stop");
    }
  }

  private void compare(String kind, List<String> others, String... options) throws Exception {
    prepare(others);
    String before = kind.equals("vlan") ? measure() : "";
    List<String> arguments =
        new ArrayList<>(List.of("-W", "ignore", resource("os-vif-forwarding.py")));
    arguments.add(kind);
    arguments.addAll(List.of(options));
    python.run(arguments);
    List<String> rules = rules("-A os-vif-forwardin-FORWARD ");
    String expected = measure();
    prepare(others);
    List<String> ruleset = List.of(nft.run("-s list ruleset"));
    plug(kind, options, true, kind.equals("filtered") ? Outcome.UNCHANGED : Outcome.PLUGGED);
    String what = kind + " " + others + " " + List.of(options);
    assertEquals(rules, rules("-A fastvif-FORWARD "), what);
    assertEquals(expected, measure(), what);
    plug(kind, options, true, Outcome.UNCHANGED);
    plug(kind, options, false, kind.equals("filtered") ? Outcome.UNCHANGED : Outcome.UNPLUGGED);
    assertEquals(ruleset, List.of(nft.run("-s list ruleset")), what);
    if (kind.equals("vlan")) {
      assertNotEquals(before, expected, "the rules do something");
    }
    seen.add(expected);
    cases++;
  }

  private void prepare(List<String> others) throws Exception {
    nft.run("flush ruleset");
    for (String rule : others) {
      iptables.run(rule);
    }
    if (others.contains("-P FORWARD DROP")) {
      ip6tables.run("-P FORWARD DROP");
    }
  }

  /** The rules of a chain, without the chain's name and comments. */
  private List<String> rules(String prefix) throws Exception {
    return iptables
        .run("-S")
        .lines()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()))
        .map(line -> line.replaceFirst("-m comment --comment \"fastvif:br0\" ", ""))
        .toList();
  }

  private static void plug(String kind, String[] options, boolean plugs, Outcome expected)
      throws Exception {
    Map<String, String> values = new HashMap<>();
    for (String option : options) {
      int equals = option.indexOf('=');
      values.merge(
          "linux_bridge." + option.substring(0, equals),
          option.substring(equals + 1),
          (one, next) -> one + "\n" + next);
    }
    Network.Builder network = Network.builder().shouldProvideBridge(true).mtu(1500);
    VifBridge.Builder vif =
        VifBridge.builder()
            .id("b679325f-ca89-4ee0-a8be-6db1409b69ea")
            .plugin("linux_bridge")
            .vifName("tap0")
            .bridgeName("br0")
            .hasTrafficFiltering(kind.equals("filtered"));
    if (kind.equals("vlan")) {
      // vlan5 is there and on the bridge already
      network.shouldProvideVlan(true).vlan(5).bridgeInterface("eth2");
    }
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      VifPlugin plugin = VifPlugins.installed(values).of(vif.network(network.build()).build());
      PlugPlan plan =
          plugs
              ? plugin.plug(vif.build(), null, host(engine))
              : plugin.unplug(vif.build(), null, host(engine));
      PlugResult result =
          engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertEquals(expected, result.outcome(), () -> kind + ": " + result);
    }
  }

  /** The host, on which a veth is taken for a VLAN, because not every kernel has 802.1Q. */
  private static HostSnapshot host(PlugEngine engine) {
    HostSnapshot host = engine.snapshot();
    SnapshotBuilder links = new SnapshotBuilder();
    for (LinkState link : host.links()) {
      links.link(
          link.name().equals("vlan5")
              ? LinkState.builder(link.index(), link.name(), "vlan")
                  .lower(new LowerLink(host.link("eth2").orElseThrow().index(), 5, null))
                  .master(link.master())
                  .mtu(link.mtu())
                  .address(link.address())
                  .up(link.up())
                  .build()
              : link);
    }
    return links.build().withFilters(host::filters);
  }

  private void hosts(String action) throws Exception {
    bash.run(List.of(resource("forwarding-hosts.sh"), action, folder.resolve("hosts").toString()));
  }

  private String measure() throws Exception {
    return bash.run(
        List.of(resource("forwarding-hosts.sh"), "measure", folder.resolve("hosts").toString()));
  }

  private String resource(String name) throws Exception {
    Path file = folder.resolve(name);
    try (InputStream in = OsVifForwardingTest.class.getResourceAsStream("/" + name)) {
      Files.write(file, in.readAllBytes());
    }
    return file.toString();
  }
}
