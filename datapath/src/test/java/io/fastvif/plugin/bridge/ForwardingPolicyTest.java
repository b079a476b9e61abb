package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.ForwardingRule;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which rules are planned for a bridge, by which options, and what is said beside. */
class ForwardingPolicyTest {
  private static final String ID = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final String PREFIX = "iptables -A fastvif-FORWARD ";
  private static final List<ForwardingRule> OPEN =
      List.of(
          new ForwardingRule("br0", "", "ACCEPT"),
          new ForwardingRule("", "br0", "ACCEPT"),
          new ForwardingRule("", "br0", "DROP"));

  private static VifPlugin plugin(String... options) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    return new LinuxBridgePlugin.Factory().create(new PluginOptions("linux_bridge", values));
  }

  private static VifBridge.Builder vif() {
    return vif(Network.builder().shouldProvideBridge(true).build());
  }

  private static VifBridge.Builder vif(Network network) {
    return VifBridge.builder()
        .id(ID)
        .plugin("linux_bridge")
        .vifName("tap0")
        .bridgeName("br0")
        .network(network);
  }

  private static HostSnapshot host(FilterSnapshot filters) {
    return new SnapshotBuilder().build().withFilters(() -> filters);
  }

  private static FilterSnapshot filters(
      Map<String, List<ForwardingRule>> rules, Map<String, Set<String>> vifs) {
    return new FilterSnapshot(true, rules, vifs, List.of(), true, () -> false);
  }

  /** The steps on rules; with the undo behind {@code <-}. */
  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream()
        .filter(planned -> planned.step().toString().startsWith("iptables"))
        .map(planned -> planned.step() + " <- " + planned.undo())
        .toList();
  }

  private static String rules(VifPlugin plugin, VifBridge vif) {
    PlugPlan plan = plugin.plug(vif, null, host(FilterSnapshot.NONE));
    assertTrue(plan.steps().getFirst().step().toString().startsWith("iptables"));
    return plan.steps().getFirst().step().toString().replace(PREFIX, "");
  }

  @Test
  void everythingIsForwardedByDefault() {
    assertEquals(
        "-i br0 -j ACCEPT; -o br0 -j ACCEPT; -o br0 -j DROP", rules(plugin(), vif().build()));
    assertEquals(
        "-i br0 -j ACCEPT; -o br0 -j ACCEPT; -o br0 -j DROP",
        rules(plugin("forward_bridge_interface", "eth2\nall"), vif().build()));
  }

  @Test
  void onlyTheGivenInterfacesAreForwardedTo() {
    assertEquals(
        "-i br0 -o eth2 -j ACCEPT; -i eth2 -o br0 -j ACCEPT; -i br0 -o tun+ -j ACCEPT;"
            + " -i tun+ -o br0 -j ACCEPT; -i br0 -o br0 -j ACCEPT; -i br0 -j REJECT;"
            + " -o br0 -j REJECT; -o br0 -j REJECT",
        rules(
            plugin("forward_bridge_interface", "eth2\n\ntun+", "iptables_drop_action", "REJECT"),
            vif().build()));
    assertEquals(
        "-i br0 -o br0 -j ACCEPT; -i br0 -j DROP; -o br0 -j DROP; -o br0 -j DROP",
        rules(plugin("forward_bridge_interface", ""), vif().build()));
  }

  @Test
  void aBridgeOnAVlanForwardsNothingAndItIsSaid() {
    Network vlan =
        Network.builder()
            .shouldProvideBridge(true)
            .shouldProvideVlan(true)
            .vlan(5)
            .bridgeInterface("eth1")
            .build();
    assertEquals("-i br0 -j DROP; -o br0 -j DROP", rules(plugin(), vif(vlan).build()));
    PlugPlan plan = plugin().plug(vif(vlan).build(), null, host(FilterSnapshot.NONE));
    assertEquals(
        List.of(
            "br0 is on a VLAN: nothing in IPv4 is forwarded from or to it, with"
                + " net.bridge.bridge-nf-call-iptables=1 not even between its own ports"),
        plan.notes());
  }

  @Test
  void nothingIsPlannedWhereTheNetworkFiltersOrMakesNoBridge() {
    HostSnapshot host = host(FilterSnapshot.NONE);
    assertEquals(
        List.of(), steps(plugin().plug(vif().hasTrafficFiltering(true).build(), null, host)));
    assertEquals(
        List.of(), steps(plugin().plug(vif(Network.builder().build()).build(), null, host)));
    Network multiHost = Network.builder().shouldProvideBridge(true).multiHost(true).build();
    assertEquals(List.of(), steps(plugin().plug(vif(multiHost).build(), null, host)));
  }

  @Test
  void existingRulesAreNotPlannedAgain() {
    HostSnapshot host = host(filters(Map.of("br0", OPEN), Map.of("br0", Set.of(ID))));
    assertEquals(List.of(), steps(plugin().plug(vif().build(), null, host)));
    HostSnapshot others = host(filters(Map.of("br0", OPEN), Map.of("br0", Set.of("other"))));
    assertEquals(1, steps(plugin().plug(vif().build(), null, others)).size());
  }

  @Test
  void aVifThatIsFilteredNowOrOnAnotherBridgeGivesItsRulesUp() {
    HostSnapshot host = host(filters(Map.of("br0", OPEN), Map.of("br0", Set.of(ID))));
    String undo = OPEN.stream().map(rule -> PREFIX + rule).reduce((a, b) -> a + "; " + b).get();
    assertEquals(
        List.of("iptables -D fastvif-FORWARD: the rules for br0 after its last VIF <- " + undo),
        steps(plugin().plug(vif().hasTrafficFiltering(true).build(), null, host)));
    List<String> moved = steps(plugin().plug(vif().bridgeName("br1").build(), null, host));
    assertEquals(2, moved.size());
    assertTrue(moved.getFirst().startsWith("iptables -D fastvif-FORWARD: the rules for br0"));
  }

  @Test
  void unpluggingGivesUpWhatTheVifIsNotedFor() {
    HostSnapshot host = host(filters(Map.of("br0", OPEN, "br7", OPEN), Map.of("br7", Set.of(ID))));
    assertEquals(1, steps(plugin().unplug(vif().build(), null, host)).size());
    assertTrue(
        steps(plugin().unplug(vif().build(), null, host)).getFirst().contains("rules for br7"));
    assertEquals(List.of(), steps(plugin().unplug(vif().build(), null, host(FilterSnapshot.NONE))));
    assertEquals(
        List.of("iptables -D fastvif-FORWARD: the rules for br0 after its last VIF <- null"),
        steps(plugin().unplug(vif().build(), null, host(FilterSnapshot.UNKNOWN))));
  }

  @Test
  void badOptionsNamesAndIdsAreRefused() {
    refused("linux_bridge.iptables_drop_action", "iptables_drop_action", "");
    refused("linux_bridge.iptables_drop_action", "iptables_drop_action", "-j DROP");
    refused("linux_bridge.iptables_drop_action", "iptables_drop_action", "c".repeat(29));
    refused("linux_bridge.forward_bridge_interface", "forward_bridge_interface", "! eth0");
    refused("linux_bridge.forward_bridge_interface", "forward_bridge_interface", "i".repeat(16));
    refused("linux_bridge.iptables_top_regex", "iptables_top_regex", "(");
    refused("linux_bridge.iptables_bottom_regex", "iptables_bottom_regex", "*");
    refused("linux_bridge.use_ipv6", "use_ipv6", "maybe");
    HostSnapshot host = host(FilterSnapshot.NONE);
    VifBridge wildcard = vif().bridgeName("br+").build();
    assertEquals(
        "bridge_name",
        assertThrows(InvalidInputException.class, () -> plugin().plug(wildcard, null, host))
            .path());
    assertEquals(
        "id",
        assertThrows(
                InvalidInputException.class,
                () -> plugin().plug(vif().id("i".repeat(246)).build(), null, host))
            .path());
  }

  private static void refused(String path, String option, String value) {
    assertEquals(
        path, assertThrows(InvalidInputException.class, () -> plugin(option, value), value).path());
  }

  @Test
  void saysWhichRulesOfOthersOsVifWouldMove() {
    FilterSnapshot filters =
        new FilterSnapshot(
            true,
            Map.of(),
            Map.of(),
            List.of(
                new FilterSnapshot.OtherRule("[0:0] -A FORWARD -j top1", true),
                new FilterSnapshot.OtherRule("[0:0] -A FORWARD -j bottom1", true),
                new FilterSnapshot.OtherRule("[0:0] -A FORWARD -j plain", true),
                new FilterSnapshot.OtherRule("[0:0] -A FORWARD -j top2", true)),
            false,
            () -> true);
    PlugPlan plan =
        plugin("iptables_top_regex", "top", "iptables_bottom_regex", "bottom")
            .plug(vif().build(), null, host(filters));
    assertEquals(
        List.of(
            "iptables-legacy's table filter is in use beside nf_tables: what it drops is dropped"
                + " whatever fastvif's rules accept",
            "iptables_bottom_regex: left below rules that it matches: [0:0] -A FORWARD -j plain",
            "iptables_top_regex: left below rules that it does not match: [0:0] -A FORWARD -j"
                + " top2"),
        plan.notes());
  }
}
