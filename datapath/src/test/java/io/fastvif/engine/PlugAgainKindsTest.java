package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.config.HostConfiguration;
import io.fastvif.json.PlugRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.testing.Await;
import io.fastvif.testing.FakeVhostUserPorts;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * What others change of a VIF's own links and ports, of each kind of VIF that this kernel takes: a
 * second plug brings it back, which is what the agent's repairs stand on.
 */
class PlugAgainKindsTest {
  private static final int SECONDS = 60;
  private static final int OTHER_MTU = 1333;

  private final FakeVhostUserPorts ports = new FakeVhostUserPorts();

  @TempDir Path folder;

  private final List<String> wrong = new ArrayList<>();

  /** Somebody's change of a link. */
  private enum ByHand {
    SET_DOWN,
    OTHER_MTU,
    TAKEN_OFF_ITS_BRIDGE,
    DELETED
  }

  /** How a link of the VIF's stands, without what another link of that name has another of. */
  private record Shape(String kind, boolean isUp, int mtu, String master) {}

  private VifHostOptions options(DifferCase one, OvsHost ovs) {
    HostConfiguration.Builder configuration = HostConfiguration.builder(Map.of());
    one.options().forEach(configuration::option);
    configuration.option("ovs.ovsdb_connection", ovs.address());
    return VifHostOptions.of(configuration.build()).withForwarder(ports);
  }

  private static Map<String, Shape> own(HostSnapshot host, String vifId) {
    Map<String, Shape> shapes = new TreeMap<>();
    for (LinkState link : host.linksOf(vifId)) {
      String master = host.link(link.master()).map(LinkState::name).orElse("");
      shapes.put(link.name(), new Shape(link.kind(), link.up(), link.mtu(), master));
    }
    return shapes;
  }

  /** The VIF's ports of Open vSwitch's bridge, with what other programs find them by. */
  private static Map<String, String> switched(HostSnapshot host) {
    Map<String, String> found = new TreeMap<>();
    for (OvsSnapshot.InterfaceRow row : host.ovs().interfaces()) {
      if (row.type().equals("internal")) {
        continue; // a bridge's own
      }
      String bridge = host.ovs().port(row.name()).map(OvsSnapshot.PortRow::bridge).orElse("");
      found.put(row.name(), bridge + " " + new TreeMap<>(row.externalIds()));
    }
    return found;
  }

  private static boolean applies(ByHand change, Shape shape) {
    return switch (change) {
      case SET_DOWN, DELETED -> true;
      case OTHER_MTU -> !shape.kind.equals("bridge"); // its ports give it one
      case TAKEN_OFF_ITS_BRIDGE -> !shape.master.isEmpty();
    };
  }

  private static void change(RouteSocket hand, ByHand change, String link) {
    int index = hand.indexOf(link);
    switch (change) {
      case SET_DOWN -> hand.execute(hand.link().set(index).down());
      case OTHER_MTU -> hand.execute(hand.link().set(index).mtu(OTHER_MTU));
      case TAKEN_OFF_ITS_BRIDGE -> hand.execute(hand.link().set(index).master(0));
      case DELETED -> hand.execute(hand.link().delete(index));
    }
  }

  private static PlugResult plug(VifHost host, PlugRequest request) throws Exception {
    PlugResult result = host.plug(request).get(SECONDS, TimeUnit.SECONDS);
    assertTrue(result.outcome() != Outcome.FAILED, () -> request.vif().id() + ": " + result);
    return result;
  }

  /** What a plug would do. */
  private static List<String> missing(VifHost host, PlugRequest request) {
    return host.plan(List.of(VifOperation.plug(request))).getFirst().plan().steps().stream()
        .filter(step -> !step.keeping())
        .map(step -> step.step().toString())
        .toList();
  }

  private void expect(Object expected, Object found, String what) {
    if (!expected.equals(found)) {
      wrong.add(what + ":\n  expected " + expected + "\n  found    " + found);
    }
  }

  private void bringBack(DifferCase one, OvsHost ovs, RouteSocket hand) throws Exception {
    PlugRequest request = new PlugRequest("vif", one.vif(), Optional.empty());
    String id = one.vif().id().get();
    try (VifHost host = VifHost.open(options(one, ovs))) {
      plug(host, request);
      Map<String, Shape> links = own(host.snapshotWithOvs(), id);
      for (Map.Entry<String, Shape> link : links.entrySet()) {
        for (ByHand change : ByHand.values()) {
          if (applies(change, link.getValue())) {
            change(hand, change, link.getKey());
            String what = one.name() + ": " + link.getKey() + " " + change;
            plug(host, request);
            expect(links, own(host.snapshot(), id), what + ", plugged again");
            expect(List.of(), missing(host, request), what + ", plugged again, lacks");
          }
        }
      }
      Map<String, String> switched = switched(host.snapshotWithOvs());
      for (String port : switched.keySet()) {
        for (String command : commands(port, host.snapshotWithOvs())) {
          ovs.vsctl("--no-wait " + command);
          Await.until(command, () -> !switched.equals(switched(host.snapshotWithOvs())));
          plug(host, request);
          expect(switched, switched(host.snapshotWithOvs()), one.name() + ": " + command);
        }
      }
      host.unplug(request).get(SECONDS, TimeUnit.SECONDS);
    }
  }

  private static List<String> commands(String port, HostSnapshot host) {
    List<String> commands = new ArrayList<>();
    commands.add("del-port " + port);
    if (host.ovs().networkInterface(port).orElseThrow().externalIds().containsKey("iface-id")) {
      commands.add("remove Interface " + port + " external_ids iface-id");
    }
    return commands;
  }

  @KernelTest
  void bringsBackWhatOthersHaveChanged() throws Exception {
    new GeneratedHost(11).make();
    List<DifferCase> cases = new ArrayList<>(DifferCases.links(folder));
    cases.addAll(DifferCases.switched(folder));
    cases.addAll(DifferCases.withoutDevices(folder));
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"));
        RouteSocket hand = RouteSocket.open()) {
      ovs.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      for (DifferCase one : cases) {
        bringBack(one, ovs, hand);
      }
    }
    assertEquals("", String.join("\n", wrong));
  }
}
