package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.soak.Links.Link;
import io.fastvif.benchmarks.soak.Violation.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares what was read of host and agent with what the clients were told. Reads nothing. */
final class AgentChecker {
  private static final String PLUGGED = "fastvif_vifs{state=\"plugged\"}";
  private static final String BRIDGED_PEER = "gst";

  private final Collection<AgentVif> vifs;
  private final Map<String, Link> others;

  /**
   * @param others the links of others, by name
   */
  AgentChecker(Collection<AgentVif> vifs, Map<String, Link> others) {
    this.vifs = vifs;
    this.others = Map.copyOf(others);
  }

  /**
   * What of the host is not as acknowledged.
   *
   * @param ports of Open vSwitch's bridge
   */
  List<Violation> host(Links links, Set<String> ports) {
    List<Violation> found = new ArrayList<>();
    Map<String, Link> left = new TreeMap<>();
    links.all().forEach(link -> left.put(link.name(), link));
    int pairs = 0;
    Set<String> wantedPorts = new TreeSet<>();
    for (AgentVif vif : vifs) {
      AgentVif.Shape shape = vif.acknowledged();
      if (shape == null) {
        continue;
      }
      Link link = left.remove(shape.name());
      if (link == null) {
        found.add(violation(vif, shape, "no such link"));
        continue;
      }
      if (vif.sort() == AgentVif.Sort.SWITCHED) {
        wantedPorts.add(shape.name());
      } else if (link.mtu() != shape.mtu()
          || !links.name(link.master()).equals(shape.bridge())
          || !link.up()) {
        found.add(violation(vif, shape, link + " on " + links.name(link.master())));
      }
      pairs += vif.sort() == AgentVif.Sort.BRIDGED ? 1 : 0;
    }
    others.forEach((name, before) -> same(found, name, before, left.remove(name)));
    long peers = left.keySet().stream().filter(name -> name.startsWith(BRIDGED_PEER)).count();
    left.keySet().removeIf(name -> name.startsWith(BRIDGED_PEER));
    same(found, "guests' ends", (long) pairs, peers);
    same(found, "links of nobody", Set.of(), left.keySet());
    same(found, "ports of Open vSwitch", wantedPorts, ports);
    return found;
  }

  private static Violation violation(AgentVif vif, AgentVif.Shape shape, String is) {
    return new Violation(
        Rule.ACKNOWLEDGED_STATE, vif.toString(), shape.toString(), is, vif.trace().lines());
  }

  private static void same(List<Violation> found, String what, Object expected, Object is) {
    if (!expected.equals(is)) {
      found.add(Violation.of(Rule.DEVICES, what, expected, is));
    }
  }

  /**
   * What the agent lists that is not so.
   *
   * @param states of its list, by id
   */
  List<Violation> list(Map<String, String> states) {
    List<Violation> found = new ArrayList<>();
    Map<String, String> left = new TreeMap<>(states);
    for (AgentVif vif : vifs) {
      String expected = vif.acknowledged() == null ? null : "plugged";
      String state = left.remove(vif.id());
      if (expected == null ? state != null : !expected.equals(state)) {
        found.add(
            new Violation(
                Rule.OUTCOME,
                vif + " in the agent's list",
                "" + expected,
                "" + state,
                vif.trace().lines()));
      }
    }
    same(found, "VIFs of nobody in the agent's list", Map.of(), left);
    return found;
  }

  /**
   * What the agent counts that cannot be.
   *
   * @param metrics its metrics, by name and labels
   */
  List<Violation> metrics(Map<String, Double> metrics, AgentLife.Answered answered) {
    List<Violation> found = new ArrayList<>();
    long there = vifs.stream().filter(vif -> vif.acknowledged() != null).count();
    within(found, metrics, PLUGGED, there, there);
    long unclear = answered.unclear();
    long plugs = answered.plugs();
    within(found, metrics, "fastvif_plugs_total", plugs, plugs + unclear);
    long unplugs = answered.unplugs();
    within(found, metrics, "fastvif_unplugs_total", unplugs, unplugs + unclear);
    within(found, metrics, "fastvif_failures_total", 0, 0);
    double drifts = metrics.getOrDefault("fastvif_drifts_total", 0.0);
    within(found, metrics, "fastvif_repairs_total", (long) drifts, Long.MAX_VALUE);
    return found;
  }

  private static void within(
      List<Violation> found, Map<String, Double> metrics, String name, long least, long most) {
    Double value = metrics.get(name);
    if (value == null || value < least || value > most) {
      found.add(
          Violation.of(
              Rule.ANSWERED_ONCE, name, least == most ? least : least + " to " + most, value));
    }
  }
}
