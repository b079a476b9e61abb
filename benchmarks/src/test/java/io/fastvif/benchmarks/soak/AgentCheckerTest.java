package io.fastvif.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.soak.AgentVif.Shape;
import io.fastvif.benchmarks.soak.Links.Link;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each thing that the soak of the agent must see is seen on a host where it is wrong. */
class AgentCheckerTest {
  private static final int BRIDGE = 2;

  private final AgentVif tap = new AgentVif(1, AgentVif.Sort.TAP);
  private final AgentVif port = new AgentVif(2, AgentVif.Sort.BRIDGED);
  private final AgentVif switched = new AgentVif(3, AgentVif.Sort.SWITCHED);
  private final AgentVif absent = new AgentVif(4, AgentVif.Sort.TAP);
  private final Map<Integer, Link> links = new TreeMap<>();
  private final Link bridge = link(BRIDGE, "br-left", 1500, 0);
  private final AgentChecker checker =
      new AgentChecker(List.of(tap, port, switched, absent), Map.of("br-left", bridge));

  private static Link link(int index, String name, int mtu, int master) {
    return new Link(index, name, "", mtu, 0, master, 0, true, "");
  }

  private void add(Link link) {
    links.put(link.index(), link);
  }

  @BeforeEach
  void plugged() {
    tap.acknowledge(new Shape("tapa1", 1400, ""));
    port.acknowledge(new Shape("porta2", 1500, "br-left"));
    switched.acknowledge(new Shape("ovs3", 1500, ""));
    add(bridge);
    add(link(3, "tapa1", 1400, 0));
    add(link(4, "porta2", 1500, BRIDGE));
    add(link(5, "gst00000002-00", 1500, 0));
    add(link(6, "ovs3", 1500, 9));
  }

  private List<Violation> host(String... ports) {
    return checker.host(new Links(links), Set.of(ports));
  }

  private void assertFound(String what, List<Violation> found) {
    assertEquals(1, found.size(), found::toString);
    assertTrue(found.getFirst().text().contains(what), found::toString);
  }

  @Test
  void aHostAsAcknowledgedIsGood() {
    assertEquals(List.of(), host("ovs3"));
  }

  @Test
  void whatIsForgottenOrChangedIsFound() {
    links.remove(3);
    assertFound("no such link", host("ovs3"));
    add(link(3, "tapa1", 1500, 0));
    assertFound("mtu=1400", host("ovs3"));
    add(link(3, "tapa1", 1400, 0));
    add(link(4, "porta2", 1500, 0));
    assertFound("porta2", host("ovs3"));
    add(link(4, "porta2", 1500, BRIDGE));
    assertFound("ports of Open vSwitch", host());
  }

  @Test
  void whatIsPluggedTwiceOrLeftOrOthersIsFound() {
    add(link(7, "tapb1", 1400, 0));
    assertFound("links of nobody", host("ovs3"));
    links.remove(7);
    add(link(8, "gst00000009-00", 1500, 0));
    assertFound("guests' ends", host("ovs3"));
    links.remove(8);
    assertFound("ports of Open vSwitch", host("ovs3", "ovs4"));
    add(link(BRIDGE, "br-left", 1400, 0));
    assertFound("br-left", host("ovs3"));
  }

  @Test
  void whatTheAgentListsIsCompared() {
    Map<String, String> states = new TreeMap<>();
    List.of(tap, port, switched).forEach(vif -> states.put(vif.id(), "plugged"));
    assertEquals(List.of(), checker.list(states));
    states.put(tap.id(), "drifted");
    assertFound("drifted", checker.list(states));
    states.put(tap.id(), "plugged");
    states.put(absent.id(), "orphan");
    assertFound("orphan", checker.list(states));
    states.remove(absent.id());
    states.put("somebody", "plugged");
    assertFound("somebody", checker.list(states));
  }

  @Test
  void whatTheAgentCountsIsCompared() {
    Map<String, Double> metrics =
        AgentInspector.metrics(
            """
            # TYPE fastvif_vifs gauge
            fastvif_vifs{state="plugged"} 3.0
            fastvif_plugs_total 12.0
            fastvif_unplugs_total 5.0
            fastvif_failures_total 0.0
            fastvif_drifts_total 2.0
            fastvif_repairs_total 2.0
            """);
    AgentLife.Answered answered = new AgentLife.Answered(11, 5, 1);
    assertEquals(List.of(), checker.metrics(metrics, answered));
    assertFound("fastvif_plugs_total", checker.metrics(metrics, new AgentLife.Answered(13, 5, 0)));
    for (String name : metrics.keySet().toArray(String[]::new)) {
      Map<String, Double> wrong = new TreeMap<>(metrics);
      wrong.put(name, name.contains("repairs") ? 1.0 : 99.0);
      assertTrue(!checker.metrics(wrong, answered).isEmpty(), name);
    }
  }
}
