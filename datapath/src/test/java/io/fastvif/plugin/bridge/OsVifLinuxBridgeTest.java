package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.netns.Netns;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** os-vif's own linux_bridge plugin and this one leave the same host behind. */
class OsVifLinuxBridgeTest {
  private static final List<String> SETTINGS =
      List.of(
          "/proc/sys/net/ipv4/conf/%s/arp_ignore",
          "/proc/sys/net/ipv4/conf/%s/arp_announce", "/proc/sys/net/ipv6/conf/%s/disable_ipv6");

  private final Peer ip = Peer.require("ip", "iproute2");
  private final Peer python = Peer.requirePythonModule("os_vif", "python3-os-vif");

  @TempDir Path folder;

  private static Network.Builder network() {
    return Network.builder().shouldProvideBridge(true).bridgeInterface("eth1").mtu(1450);
  }

  private static VifBridge vif(Network network) {
    return VifBridge.builder()
        .id("7204e52d-b222-4a58-808a-05a6c4647159")
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("tap0")
        .bridgeName("br0")
        .network(network)
        .build();
  }

  @KernelTest
  void aNewBridgeWithAnUplink() throws Exception {
    compare(vif(network().build()), true);
  }

  @KernelTest
  void anUplinkThatDoesNotExist() throws Exception {
    compare(vif(network().build()), false);
  }

  @KernelTest
  void noBridgeInterface() throws Exception {
    compare(vif(network().bridgeInterface(null).build()), true);
  }

  @KernelTest
  void noMtu() throws Exception {
    compare(vif(network().mtu(null).build()), true);
  }

  @KernelTest
  void aBridgeThatIsNotToBeMade() throws Exception {
    compare(vif(network().shouldProvideBridge(false).build()), true);
  }

  private void compare(VifBridge vif, boolean uplink) throws Exception {
    try (Netns theirs = Netns.createPrivate();
        Netns ours = Netns.createPrivate()) {
      List<String> expected =
          theirs.call(
              () -> {
                prepare(uplink);
                python.run(script() + " " + file(vif));
                python.run(script() + " " + file(vif));
                return state();
              });
      List<String> actual =
          ours.call(
              () -> {
                prepare(uplink);
                plug(vif, Outcome.PLUGGED, Outcome.UNCHANGED);
                plug(vif, Outcome.UNCHANGED);
                return state();
              });
      assertEquals(String.join("\n", expected), String.join("\n", actual));
      assertTrue(expected.size() > 2, expected::toString);
    }
  }

  private void prepare(boolean uplink) throws Exception {
    if (uplink) {
      ip.run("link add eth1 address 02:00:00:00:00:01 type veth peer name far");
      ip.run("link set far up");
      ip.run("link set eth1 up");
      ip.run("address add 192.0.2.9/24 dev eth1");
      ip.run("address add 198.51.100.9/24 dev eth1");
      ip.run("route add default via 192.0.2.1");
    }
  }

  private static void plug(VifBridge vif, Outcome... possible) throws Exception {
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      PlugPlan plan = VifPlugins.installed().of(vif).plug(vif, null, engine.snapshot());
      Outcome outcome =
          engine
              .submit(plan)
              .orElseThrow()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS)
              .outcome();
      assertTrue(List.of(possible).contains(outcome), outcome::toString);
    }
  }

  /** What of the host the plugin may touch, without what differs from run to run. */
  private List<String> state() throws Exception {
    List<String> state = new ArrayList<>();
    for (String link : List.of("eth1", "br0")) {
      String shown =
          ip.run("-o -d link show")
              .lines()
              .filter(line -> isAbout(line, link))
              .findFirst()
              .orElse("");
      state.add(
          shown
              .replaceFirst("^[0-9]+: ", "")
              .replaceAll("@[a-z0-9]+:", ":")
              .replaceAll(
                  "link/ether (?!02:00)[0-9a-f:]+", "") // a bridge without ports draws its own
              .replaceAll("(link-netnsid|gc_timer|_timer) +[0-9.]+", "")
              .replaceAll("(bridge_id|designated_root|designated_bridge) [0-9a-f.:]+", "")
              .replaceAll("\\\\ +alias fastvif-bridge:[^ ]+", "") // fastvif's mark
              .replaceAll("NO-CARRIER,|LOWER_UP,?|state [A-Z]+", ""));
      if (!shown.isEmpty()) {
        for (String setting : SETTINGS) {
          state.add(
              link
                  + " "
                  + setting
                  + " "
                  + Files.readString(Path.of(setting.formatted(link))).strip());
        }
        state.add(ip.run("-4 -o address show dev " + link).replaceAll("(?m)^[0-9]+: ", ""));
      }
    }
    state.add(ip.run("-4 route show"));
    return state;
  }

  private static boolean isAbout(String line, String link) {
    return line.matches("[0-9]+: " + link + "[@:].*");
  }

  private String script() throws Exception {
    Path script = folder.resolve("plug.py");
    try (InputStream in =
        OsVifLinuxBridgeTest.class.getResourceAsStream("/os-vif-plug-linux-bridge.py")) {
      Files.write(script, in.readAllBytes());
    }
    return script.toString();
  }

  private String file(VifBridge vif) throws Exception {
    InstanceInfo instance =
        InstanceInfo.builder()
            .uuid("37730edf-afbd-47f9-a196-99cfe1988ad9")
            .name("instance")
            .projectId("project")
            .build();
    String json =
        "{\"vif\":"
            + VersionedObjectWriter.write(vif)
            + ",\"instance\":"
            + VersionedObjectWriter.write(instance)
            + "}";
    return Files.writeString(folder.resolve("vif.json"), json).toString();
  }
}
