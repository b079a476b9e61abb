package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.forward.Idle;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.testing.VhostUserGuest;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two guests behind each of the fast path's profiles: one connects to its port's socket, the other
 * listens on it, with a user's defaults. Each pings the host and the other.
 */
class ProfilesGuestTest {
  private static final int MTU = 1450;

  private final VifPlugins plugins =
      VifPlugins.installed(
          Map.of("vhostuser_fp.default_qos_type", "", "vhostuser_fp.wait_for", "vswitchd"));
  @TempDir Path folder;

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private void run(PlugEngine engine, boolean plug, Vif vif) throws Exception {
    VifPlugin plugin = plugins.of(vif);
    PlugPlan plan =
        plug
            ? plugin.plug(vif, null, engine.snapshot())
            : plugin.unplug(vif, null, engine.snapshot());
    PlugResult result =
        engine.submit(plan).orElseThrow().toCompletableFuture().get(120, TimeUnit.SECONDS);
    assertNull(result.failure(), () -> result.failure().message());
  }

  private interface Traffic {
    void pass(VhostUserGuest one, VhostUserGuest two) throws Exception;
  }

  /** Plugs both, boots both, lets the traffic pass, and unplugs both while the guests run. */
  private void withGuests(
      ForwardingPorts ports, PlugEngine engine, Vif one, Vif two, Traffic traffic)
      throws Exception {
    run(engine, true, one);
    run(engine, true, two);
    Path first = Files.createDirectory(folder.resolve("guest1"));
    Path second = Files.createDirectory(folder.resolve("guest2"));
    try (VhostUserGuest guest1 =
            VhostUserGuest.of(FastPathVifs.socket(folder, 1), FastPathVifs.mac(1))
                .mtu(MTU)
                .start(first);
        VhostUserGuest guest2 =
            VhostUserGuest.of(FastPathVifs.socket(folder, 2), FastPathVifs.mac(2))
                .mtu(MTU)
                .usual()
                .packed()
                .listening()
                .start(second)) {
      guest1.awaitBoot();
      guest2.awaitBoot();
      assertEquals("" + MTU, guest1.run("cat /sys/class/net/eth0/mtu").strip());
      try {
        traffic.pass(guest1, guest2);
      } catch (AssertionError failed) {
        throw new AssertionError(ports.reports() + ": " + failed.getMessage(), failed);
      }
      for (PortReport report : ports.reports()) {
        assertTrue(report.connected(), report::toString);
        assertTrue(report.fromGuest().frames() > 0, report::toString);
        assertTrue(report.toGuest().frames() > 0, report::toString);
      }
      run(engine, false, one);
      run(engine, false, two);
    }
    assertEquals(List.of(), ports.open());
    assertFalse(ip("-o link").contains("vhu"), () -> "taps are left");
    assertTrue(Files.notExists(FastPathVifs.socket(folder, 1)));
    assertNull(ports.failure());
  }

  @KernelTest
  void onALinuxBridge() throws Exception {
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
        PlugEngine engine = PlugEngine.builder().vhostUser(ports).build().start()) {
      withGuests(
          ports,
          engine,
          FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT),
          FastPathVifs.bridged(folder, 2, VhostUserMode.SERVER),
          (one, two) -> {
            ip("address add 192.0.2.1/24 dev br-fp");
            one.address("192.0.2.2/24").ping("192.0.2.1");
            two.address("192.0.2.3/24").ping("192.0.2.1");
            one.ping("192.0.2.3");
            two.ping("192.0.2.2");
          });
    }
  }

  @KernelTest
  void onOpenVSwitchHybridOrNot() throws Exception {
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"));
        ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
        PlugEngine engine =
            PlugEngine.builder()
                .vhostUser(ports)
                .ovs(OvsSettings.of(ovs.address()))
                .build()
                .start()) {
      withGuests(
          ports,
          engine,
          FastPathVifs.switched(folder, 1, VhostUserMode.CLIENT, false),
          FastPathVifs.switched(folder, 2, VhostUserMode.SERVER, true),
          (one, two) -> {
            ip("address add 192.0.2.1/24 dev br-int");
            ip("link set br-int up");
            one.address("192.0.2.2/24").ping("192.0.2.1");
            two.address("192.0.2.3/24").ping("192.0.2.1");
            one.ping("192.0.2.3");
            two.ping("192.0.2.2");
            GuestStream.bothWays(one, "192.0.2.1");
            GuestStream.bothWays(two, "192.0.2.1");
            GuestStream.between(one, two, "192.0.2.3");
            GuestStream.between(two, one, "192.0.2.2");
            for (PortReport report : ports.reports()) {
              PortReport.Direction sent = report.fromGuest();
              // Segments that no guest has cut: its offloads are on.
              assertTrue(sent.bytes() > (MTU + 14) * sent.frames(), report::toString);
            }
          });
    }
  }

  @KernelTest
  void routed() throws Exception {
    ip("link set lo up");
    ip("address add 10.65.0.1/32 dev lo"); // the gateway, as Calico's agent has it on a link
    ip("address add 2001:db8::1/128 dev lo");
    // As Calico's agent does; the kernel forwards IPv6 only where it forwards all.
    Files.writeString(Path.of("/proc/sys/net/ipv6/conf/all/forwarding"), "1");
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
        PlugEngine engine = PlugEngine.builder().vhostUser(ports).build().start()) {
      withGuests(
          ports,
          engine,
          FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "10.65.0.5", "2001:db8::5"),
          FastPathVifs.routed(folder, 2, VhostUserMode.SERVER, "10.65.0.6", "2001:db8::6"),
          (one, two) -> {
            one.address("10.65.0.5/24").ping("10.65.0.1");
            two.address("10.65.0.6/24").ping("10.65.0.1");
            one.ping("10.65.0.6");
            two.ping("10.65.0.5");
            assertTrue(
                one.run("grep 10.65.0.6 /proc/net/arp").contains(FastPathVifs.ROUTER_MAC),
                "the router answers for the other guest");
            one.address("2001:db8::5/64").ping("2001:db8::1");
            two.address("2001:db8::6/64").ping("2001:db8::1");
            one.ping("2001:db8::6");
            // An address that is not the guest's own is dropped by the reverse path filter.
            one.run("ip address add 10.65.0.9/24 dev eth0");
            one.run("! ping -c 2 -W 1 -I 10.65.0.9 10.65.0.1 >/dev/null");
          });
      assertEquals("", ip("route show dev lo"));
    }
  }
}
