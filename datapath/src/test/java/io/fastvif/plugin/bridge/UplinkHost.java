package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Faults;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Await;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A host with an uplink, in the namespace of the thread, and a VIF of whose bridge it is that. */
final class UplinkHost {
  static final VifBridge VIF = vif("eth1");
  private static final String ADDRESS = "02:00:00:00:00:01";
  private static final String IPV6 = "-6 ";
  private static final List<String> SHOWN =
      List.of(
          "-d -4 route show table all",
          "-d -6 route show table all",
          "-d -4 rule show",
          "-d -6 rule show",
          "neighbour show nud permanent",
          "neighbour show proxy",
          "-d nexthop show");

  private final Peer ip = Peer.require("ip", "iproute2");

  static VifBridge vif(String uplink) {
    return vif(
        Network.builder().shouldProvideBridge(true).bridgeInterface(uplink).mtu(1500).build());
  }

  static VifBridge vif(Network network) {
    return VifBridge.builder()
        .id("7204e52d-b222-4a58-808a-05a6c4647159")
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("tap0")
        .bridgeName("br0")
        .network(network)
        .build();
  }

  /**
   * Makes the uplink {@code eth1} and another link, {@code eth2}, and does as {@code ip} is told.
   *
   * @param commands a line each
   */
  UplinkHost(String commands) throws Exception {
    batch(
        "link set lo up\nlink add eth1 address "
            + ADDRESS
            + " type veth peer name wire\nlink add eth2 type veth peer name wire2\n"
            + "link set wire addrgenmode none\nlink set wire2 addrgenmode none\n"
            + "link set eth2 addrgenmode none\n"
            + (commands.contains("::") ? "" : "link set eth1 addrgenmode none\n"));
    // The uplink's own addresses are there at once; the bridge's are looked for as usual.
    Files.writeString(Path.of("/proc/sys/net/ipv6/conf/eth1/accept_dad"), "0");
    batch("link set wire up\nlink set wire2 up\nlink set eth1 up\nlink set eth2 up\n");
    Await.until(
        "carriers", () -> show("-o link show").lines().filter(UplinkHost::isUp).count() == 4);
    batch(commands);
    if (commands.contains("::")) {
      Await.until("a link-local address", () -> show("-6 address show dev eth1").contains("fe80"));
    }
  }

  private static boolean isUp(String line) {
    return line.contains("state UP") && line.contains("LOWER_UP");
  }

  /** Has {@code ip} do something more: first what is not for IPv6. */
  void batch(String commands) throws Exception {
    run(List.of("-batch"), lines(commands, false));
    run(List.of("-6", "-batch"), lines(commands, true));
  }

  private static String lines(String commands, boolean ipv6) {
    return commands
        .lines()
        .filter(line -> line.startsWith(IPV6) == ipv6)
        .map(line -> ipv6 ? line.substring(IPV6.length()) : line)
        .collect(Collectors.joining("\n"));
  }

  private void run(List<String> options, String commands) throws Exception {
    if (commands.isEmpty()) {
      return;
    }
    Path file = Files.createTempFile("fastvif-uplink", ".ip");
    try {
      Files.writeString(file, commands);
      List<String> arguments = new ArrayList<>(options);
      arguments.add(file.toString());
      ip.run(arguments);
    } finally {
      Files.delete(file);
    }
  }

  String show(String arguments) throws Exception {
    return ip.run(arguments);
  }

  /**
   * What hangs on links, as {@code ip} shows it, with one name for the uplink and the bridge. What
   * every link with IPv6 has, and what changes with time, is left out.
   */
  String hanging() throws Exception {
    Map<String, String> shown = new TreeMap<>();
    shown.put("address", show("-o address show"));
    for (String what : SHOWN) {
      shown.put(what, show(what));
    }
    return shown.entrySet().stream()
        .map(entry -> entry.getKey() + "\n" + text(entry.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String text(String shown) {
    return shown
        .lines()
        .map(line -> line.replaceFirst("^[0-9]+: ", ""))
        .filter(line -> !line.contains("ff00::/8"))
        .map(line -> line.replaceAll("\\b(eth1|br0)\\b", "LINK"))
        .map(line -> line.replaceAll("\\blinkdown\\b", ""))
        .map(line -> line.replaceAll("[0-9]+sec", "SECONDS"))
        .map(line -> line.replaceAll(" +", " ").strip())
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  /**
   * The lines that show that something hangs on a link, which is not what every link has; none if
   * there is no such link.
   */
  List<String> hangingOn(String link) throws Exception {
    try (RouteSocket socket = RouteSocket.open()) {
      if (socket.indexOf(link) == 0) {
        return List.of();
      }
    }
    StringBuilder all = new StringBuilder(show("-o address show dev " + link));
    for (String what : SHOWN) {
      all.append(show(what));
    }
    return all.toString()
        .lines()
        .filter(line -> line.matches(".*\\b" + link + "\\b.*"))
        .filter(line -> !line.contains("ff00::/8"))
        .toList();
  }

  /** Plugs the VIF, whose device is made by nobody. */
  static PlugResult plug(Faults faults) throws Exception {
    return plug(faults, VIF, Map.of());
  }

  static PlugResult plug(Faults faults, VifBridge vif, Map<String, String> options)
      throws Exception {
    VifPlugin plugin = VifPlugins.installed(options).of(vif);
    try (PlugEngine engine = faults.engine().build().start()) {
      return submit(engine, plugin.plug(vif, null, engine.snapshot()));
    }
  }

  static PlugResult unplug(Faults faults) throws Exception {
    try (PlugEngine engine = faults.engine().build().start()) {
      return submit(engine, VifPlugins.installed().of(VIF).unplug(VIF, null, engine.snapshot()));
    }
  }

  private static PlugResult submit(PlugEngine engine, PlugPlan plan) throws Exception {
    return engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  static void assertDone(Outcome outcome, PlugResult result) {
    assertEquals(
        outcome,
        result.outcome(),
        () -> result.failure() == null ? "" : result.failure().message());
  }

  /** Everything is on the bridge as it was on the uplink, of which the bridge is in the place. */
  void assertMoved(String before, String what) throws Exception {
    assertEquals(before, hanging(), what);
    assertEquals(List.of(), hangingOn("eth1"), what);
    assertTrue(show("-o link show master br0").contains("eth1"), what);
    assertTrue(show("-o link show br0").contains("link/ether " + ADDRESS), what);
  }
}
