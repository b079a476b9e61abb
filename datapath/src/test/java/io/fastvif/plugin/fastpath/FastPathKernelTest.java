package io.fastvif.plugin.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.FakeVhostUserPorts;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's half of the fast path's ports: all but the forwarder. */
class FastPathKernelTest {
  private static final Map<String, String> OPTIONS =
      Map.of("vhostuser_fp.default_qos_type", "", "vhostuser_fp.wait_for", "vswitchd");

  private final FakeVhostUserPorts ports = new FakeVhostUserPorts();
  private final VifPlugins plugins = VifPlugins.installed(OPTIONS);
  @TempDir Path folder;

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static String sysctl(String path) throws Exception {
    // A file of the namespace of the thread that opens it.
    return Files.readString(Path.of("/proc/sys/net", path)).strip();
  }

  private PlugResult run(PlugEngine engine, boolean plug, Vif vif) throws Exception {
    VifPlugin plugin = plugins.of(vif);
    PlugPlan plan =
        plug
            ? plugin.plug(vif, null, engine.snapshot())
            : plugin.unplug(vif, null, engine.snapshot());
    PlugResult result =
        engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertNull(result.failure(), () -> result.failure().message());
    return result;
  }

  /** Plugs twice, as the second time must change nothing; the checks; unplugs twice. */
  private void cycle(PlugEngine engine, Vif vif, Checks checks) throws Exception {
    assertEquals(Outcome.PLUGGED, run(engine, true, vif).outcome());
    checks.run();
    assertEquals(1, ports.open().size());
    assertEquals(Outcome.UNCHANGED, run(engine, true, vif).outcome());
    checks.run();
    assertEquals(Outcome.UNPLUGGED, run(engine, false, vif).outcome());
    assertEquals(List.of(), ports.open());
    assertEquals(Outcome.UNCHANGED, run(engine, false, vif).outcome());
  }

  private interface Checks {
    void run() throws Exception;
  }

  private static void assertHas(String text, String... words) {
    for (String word : words) {
      assertTrue(text.contains(word), () -> word + " in " + text);
    }
  }

  @KernelTest
  void aBridgedPort() throws Exception {
    try (PlugEngine engine = PlugEngine.builder().vhostUser(ports).build().start()) {
      cycle(
          engine,
          FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT),
          () ->
              assertHas(
                  ip("-d link show vhu1"),
                  "mtu 1450",
                  "master br-fp",
                  "fe:16:3e:20:82:01",
                  "vnet_hdr on",
                  "persist on",
                  "alias fastvif:" + FastPathVifs.id(1)));
      assertHas(ip("-o link"), "br-fp");
      assertEquals("", ip("-o link show type tun"));
    }
  }

  @KernelTest
  void aRoutedPort() throws Exception {
    Vif vif = FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "10.65.0.5", "2001:db8::5");
    try (PlugEngine engine = PlugEngine.builder().vhostUser(ports).build().start()) {
      cycle(
          engine,
          vif,
          () -> {
            assertHas(ip("link show vhu1"), "mtu 1450", FastPathVifs.ROUTER_MAC);
            assertHas(ip("route show dev vhu1"), "10.65.0.5 scope link");
            assertHas(ip("-6 route show dev vhu1"), "2001:db8::5 ");
            assertHas(ip("-6 neighbour show proxy"), "2001:db8::1 dev vhu1");
            for (String setting :
                List.of(
                    "ipv4/conf/vhu1/forwarding 1",
                    "ipv4/conf/vhu1/proxy_arp 1",
                    "ipv4/conf/vhu1/rp_filter 1",
                    "ipv4/neigh/vhu1/proxy_delay 0",
                    "ipv6/conf/vhu1/forwarding 1",
                    "ipv6/conf/vhu1/accept_ra 0",
                    "ipv6/conf/vhu1/proxy_ndp 1",
                    "ipv6/neigh/vhu1/proxy_delay 0")) {
              String[] words = setting.split(" ", 2);
              assertEquals(words[1], sysctl(words[0]), setting);
            }
          });
      assertEquals("", ip("-o link show type tun"));
      assertEquals("", ip("route show"));
    }
  }

  @KernelTest
  void twoRoutedPortsWithOneAddressOfWhichOneFails() throws Exception {
    for (String address : List.of("10.65.0.5", "2001:db8::5")) {
      String show = address.contains(":") ? "-6 route show " : "route show ";
      Vif first = FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, address);
      Vif second = FastPathVifs.routed(folder, 2, VhostUserMode.CLIENT, address);
      try (PlugEngine engine = PlugEngine.builder().vhostUser(ports).build().start()) {
        // From one snapshot, so that neither plan sees the other.
        HostSnapshot host = engine.snapshot();
        List<CompletableFuture<PlugResult>> stages = new ArrayList<>();
        for (Vif vif : List.of(first, second)) {
          PlugPlan plan = plugins.of(vif).plug(vif, null, host);
          stages.add(engine.submit(plan).orElseThrow().toCompletableFuture());
        }
        assertEquals(Outcome.PLUGGED, stages.getFirst().get(60, TimeUnit.SECONDS).outcome());
        PlugResult refused = stages.getLast().get(60, TimeUnit.SECONDS);
        assertEquals(Outcome.FAILED, refused.outcome());
        assertHas(refused.failure().message(), "another link has a route there");
        assertEquals(List.of(), refused.failure().leftBehind());
        assertHas(ip(show + address), "dev vhu1");
        assertEquals(Outcome.UNCHANGED, run(engine, false, second).outcome());
        assertHas(ip(show + address), "dev vhu1");
        assertEquals(Outcome.UNPLUGGED, run(engine, false, first).outcome());
        assertEquals("", ip("-o link show type tun"));
      }
    }
  }

  @KernelTest
  void aRouteToTheAddressByAnotherLinkIsLeftAndOneOfAHigherMetricIsNoObstacle() throws Exception {
    ip("link add old type veth peer name oldp");
    ip("link set old up");
    ip("link set oldp up");
    // As a routing daemon has it, of the host that the guest comes from.
    ip("route add 10.65.0.5/32 dev old scope link metric 32 proto 12");
    Vif vif = FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "10.65.0.5");
    try (PlugEngine engine = PlugEngine.builder().vhostUser(ports).build().start()) {
      assertEquals(Outcome.PLUGGED, run(engine, true, vif).outcome());
      assertHas(ip("route get 10.65.0.5"), "dev vhu1");
      assertEquals(Outcome.UNPLUGGED, run(engine, false, vif).outcome());
      assertHas(ip("route show 10.65.0.5"), "dev old", "metric 32");
      // A stale workload's: whose the address is, is not for this to decide.
      ip("route add 10.65.0.5/32 dev old scope link");
      InvalidInputException refused =
          assertThrows(
              InvalidInputException.class,
              () -> plugins.of(vif).plug(vif, null, engine.snapshot()));
      assertHas(refused.getMessage(), "\"10.65.0.5\" is reached by old already");
      assertHas(ip("route get 10.65.0.5"), "dev old");
    }
  }

  @KernelTest
  void portsOfOpenVSwitchHybridOrNot() throws Exception {
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"));
        PlugEngine engine =
            PlugEngine.builder()
                .vhostUser(ports)
                .ovs(OvsSettings.of(ovs.address()))
                .build()
                .start()) {
      cycle(
          engine,
          FastPathVifs.switched(folder, 1, VhostUserMode.CLIENT, false),
          () -> {
            assertEquals("vhu1\n", ovs.vsctl("list-ports br-int"));
            assertHas(ovs.vsctl("get Interface vhu1 external_ids"), FastPathVifs.id(1));
            assertHas(ip("-d link show vhu1"), "mtu 1450", "vnet_hdr on");
          });
      assertEquals("", ovs.vsctl("list-ports br-int"));
      cycle(
          engine,
          FastPathVifs.switched(folder, 1, VhostUserMode.SERVER, true),
          () -> {
            assertEquals("qvocd613e30-d8\n", ovs.vsctl("list-ports br-int"));
            assertHas(ip("-d link show vhu1"), "mtu 1450", "master qbrcd613e30-d8", "vnet_hdr on");
            assertHas(ip("link show qvbcd613e30-d8"), "master qbrcd613e30-d8", "mtu 1450");
          });
      assertEquals("", ovs.vsctl("list-ports br-int"));
      assertEquals("", ip("-o link show type bridge"));
    }
  }
}
