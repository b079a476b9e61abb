package io.fastvif.plugin.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileIo;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.MacvlanInfo;
import io.fastvif.netlink.route.kind.MacvlanMode;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.MacvtapGuest;
import io.fastvif.testing.Reach;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VifDirect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** Macvtaps on the real kernel, on one end of a veth pair that passes for a PCI device's. */
class DirectKernelTest {
  private static final PciAddress DEVICE = PciAddress.parse("0000:03:00.0");
  private static final String SOURCE = "eth7";

  @TempDir Path dev;

  private PlugEngine engine;
  private Netns outside;

  private interface Body {
    void run() throws Exception;
  }

  /** With an engine, and the other end of the pair outside, at 192.0.2.1. */
  private void onHost(Body body) throws Exception {
    try (PlugEngine started = PlugEngine.builder().build().start();
        Netns other = Netns.createPrivate();
        RouteSocket socket = RouteSocket.open()) {
      engine = started;
      outside = other;
      Veth pair = new Veth().peerName("eth0").peerNamespaceDescriptor(other.descriptor());
      socket.execute(socket.link().create(SOURCE).kind(pair));
      other.call(
          () -> {
            try (RouteSocket there = RouteSocket.open()) {
              int index = there.indexOf("eth0");
              there.execute(there.address().add(index, ip(1), 24));
              there.execute(there.link().set(index).up());
            }
            return null;
          });
      body.run();
    }
  }

  private static byte[] ip(int last) {
    return new byte[] {(byte) 192, 0, 2, (byte) last};
  }

  private HostSnapshot host() {
    HostSnapshot kernel = engine.snapshot();
    LinkState source = kernel.link(SOURCE).orElseThrow();
    HostSnapshot functions =
        new SnapshotBuilder()
            .physicalFunction(
                new PhysicalFunctionState(
                    DEVICE, new LinkId(source.index(), SOURCE), "veth", 0, 0, EswitchMode.LEGACY))
            .build();
    return kernel.withSriov(functions::sriov);
  }

  private LinkState link(String name) {
    return engine.snapshot().link(name).orElseThrow();
  }

  private Set<LinkState> links() {
    return new HashSet<>(engine.snapshot().links());
  }

  private VifPlugin plugin(String... options) {
    Map<String, String> values = new HashMap<>(Map.of("device_folder", dev.toString()));
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    return new DirectPlugin.Factory().create(new PluginOptions("direct", values));
  }

  private static MacAddress mac(int number) {
    return new MacAddress(0xfa163e000000L + number);
  }

  private static VifDirect.Builder vif(int number, DirectMode mode) {
    return VifDirect.builder()
        .id(new UUID(0, number).toString())
        .address(mac(number))
        .plugin("direct")
        .vifName("tap" + number)
        .devAddress(DEVICE)
        .mode(mode);
  }

  private PlugResult execute(PlugPlan plan) throws Exception {
    return engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private void plug(VifPlugin plugin, VifDirect vif, Outcome outcome) throws Exception {
    PlugResult result = execute(plugin.plug(vif, null, host()));
    assertNull(result.failure(), () -> result.failure().message());
    assertEquals(outcome, result.outcome());
  }

  private void unplug(VifPlugin plugin, VifDirect vif) throws Exception {
    PlugResult result = execute(plugin.unplug(vif, null, host()));
    assertNull(result.failure(), () -> result.failure().message());
    assertEquals(Outcome.UNPLUGGED, result.outcome());
  }

  private Path node(String name) {
    return dev.resolve("tap" + link(name).index());
  }

  private MacvtapGuest guest(int number) {
    return new MacvtapGuest(node("tap" + number), mac(number), ip(100 + number));
  }

  private int files() throws IOException {
    try (Stream<Path> files = Files.list(dev)) {
      return (int) files.count();
    }
  }

  private static MacvlanMode modeOf(String name) {
    MacvlanMode[] mode = {null};
    try (RouteSocket socket = RouteSocket.open()) {
      LinkMessage link = new LinkMessage();
      socket.query(
          socket.link().get(name),
          message -> mode[0] = new MacvlanInfo().wrap(link.wrap(message)).mode());
    }
    return mode[0];
  }

  private static int promiscuity(String name) {
    int[] count = {-1};
    try (RouteSocket socket = RouteSocket.open()) {
      LinkMessage link = new LinkMessage();
      socket.query(socket.link().get(name), message -> count[0] = link.wrap(message).promiscuity());
    }
    return count[0];
  }

  private void assertNeighbours(DirectMode mode, MacvlanMode made, boolean reach, String... options)
      throws Exception {
    onHost(
        () -> {
          Set<LinkState> before = links();
          VifPlugin plugin = plugin(options);
          plug(plugin, vif(1, mode).build(), Outcome.PLUGGED);
          plug(plugin, vif(2, mode).build(), Outcome.PLUGGED);
          assertEquals(made, modeOf("tap1"));
          LinkState tap = link("tap1");
          assertEquals(mac(1), tap.address());
          assertEquals(link(SOURCE).index(), tap.lower().index());
          assertTrue(tap.up() && !tap.ipv6AddressGeneration());
          assertEquals(List.of(), engine.snapshot().addresses(tap.index()));
          try (MacvtapGuest one = guest(1);
              MacvtapGuest two = guest(2)) {
            assertTrue(Reach.reaches(one.namespace(), outside, ip(1)));
            assertTrue(Reach.reaches(outside, two.namespace(), ip(102)));
            if (reach) {
              assertTrue(Reach.reaches(one.namespace(), two.namespace(), ip(102)));
            } else {
              assertTrue(Reach.staysAway(one.namespace(), two.namespace(), ip(102)));
            }
          }
          plug(plugin, vif(1, mode).build(), Outcome.UNCHANGED);
          unplug(plugin, vif(1, mode).build());
          assertTrue(link(SOURCE).up());
          unplug(plugin, vif(2, mode).build());
          assertEquals(before, links());
          assertEquals(0, files());
        });
  }

  @KernelTest
  void inModeBridgeNeighboursReachEachOther() throws Exception {
    assertNeighbours(DirectMode.BRIDGE, MacvlanMode.BRIDGE, true);
  }

  @KernelTest
  void inModeVepaOnlyASwitchOutsideCouldConnectThem() throws Exception {
    assertNeighbours(DirectMode.VEPA, MacvlanMode.VEPA, false);
  }

  @KernelTest
  void inModePrivateNothingConnectsThem() throws Exception {
    assertNeighbours(DirectMode.BRIDGE, MacvlanMode.PRIVATE, false, "private", "true");
  }

  @KernelTest
  void inModePassthroughTheDeviceIsTheGuests() throws Exception {
    onHost(
        () -> {
          Set<LinkState> before = links();
          MacAddress own = link(SOURCE).address();
          VifDirect vif = vif(1, DirectMode.PASSTHROUGH).build();
          plug(plugin(), vif, Outcome.PLUGGED);
          assertEquals(MacvlanMode.PASSTHRU, modeOf("tap1"));
          assertEquals(mac(1), link(SOURCE).address());
          assertEquals(1, promiscuity(SOURCE));
          try (MacvtapGuest guest = guest(1)) {
            assertTrue(Reach.reaches(guest.namespace(), outside, ip(1)));
            assertTrue(Reach.reaches(outside, guest.namespace(), ip(101)));
          }
          // A second one has no place on the device, and leaves nothing.
          PlugResult second =
              execute(plugin().plug(vif(2, DirectMode.PASSTHROUGH).build(), null, host()));
          assertEquals(Outcome.FAILED, second.outcome());
          assertEquals(List.of(), second.failure().leftBehind());
          assertEquals(mac(1), link(SOURCE).address());
          unplug(plugin(), vif);
          assertEquals(own, link(SOURCE).address());
          assertEquals(0, promiscuity(SOURCE));
          assertEquals(before, links());
          plug(plugin("promiscuous", "off"), vif, Outcome.PLUGGED);
          assertEquals(0, promiscuity(SOURCE));
          unplug(plugin(), vif);
        });
  }

  @KernelTest
  void aFailureUndoesAll() throws Exception {
    onHost(
        () -> {
          Set<LinkState> before = links();
          VifPlugin plugin = plugin("device_folder", "/dev/null/taps");
          for (VifDirect vif :
              List.of(vif(1, DirectMode.BRIDGE).build(), vif(2, DirectMode.PASSTHROUGH).build())) {
            PlugResult result = execute(plugin.plug(vif, null, host()));
            assertEquals(Outcome.FAILED, result.outcome());
            assertTrue(
                result.failure().message().contains("make the device file"),
                result.failure().message());
            assertEquals(List.of(), result.failure().leftBehind());
            assertEquals(before, links());
          }
        });
  }

  @KernelTest
  void aDeviceThatHasAnAliasKeepsItAndStaysUp() throws Exception {
    onHost(
        () -> {
          try (RouteSocket socket = RouteSocket.open()) {
            socket.execute(socket.link().set(socket.indexOf(SOURCE)).alias("uplink to rack 7"));
          }
          VifDirect vif = vif(1, DirectMode.BRIDGE).build();
          plug(plugin(), vif, Outcome.PLUGGED);
          unplug(plugin(), vif);
          assertEquals("uplink to rack 7", link(SOURCE).alias());
          assertTrue(link(SOURCE).up());
        });
  }

  @KernelTest
  void manyAtOnceComeAndGoAndTheLastOneSetsTheDeviceDown() throws Exception {
    onHost(
        () -> {
          Set<LinkState> before = links();
          VifPlugin plugin = plugin("mode", "0660", "group", "36");
          for (int round = 0; round < 3; round++) {
            executeAll(plugin, true);
            assertEquals(Aliases.BROUGHT_UP, link(SOURCE).alias());
            assertEquals(30, files());
            assertEquals(0660 | 0020000, Files.getAttribute(node("tap3"), "unix:mode"));
            assertEquals(36, Files.getAttribute(node("tap3"), "unix:gid"));
            executeAll(plugin, false);
            assertEquals(before, links());
            assertEquals(0, files());
          }
        });
  }

  private void executeAll(VifPlugin plugin, boolean plug) throws Exception {
    HostSnapshot host = host();
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    for (int i = 1; i <= 30; i++) {
      VifDirect vif = vif(i, i % 2 == 0 ? DirectMode.BRIDGE : DirectMode.VEPA).build();
      PlugPlan plan = plug ? plugin.plug(vif, null, host) : plugin.unplug(vif, null, host);
      results.add(engine.submit(plan).orElseThrow().toCompletableFuture());
    }
    for (CompletableFuture<PlugResult> result : results) {
      PlugResult ended = result.get(60, TimeUnit.SECONDS);
      assertNull(ended.failure(), () -> ended.failure().message());
    }
  }

  /** As after kill -9 between two steps: what is there is found again, what is missing is made. */
  @KernelTest
  void aSecondRunFinishesWhatAFirstOneBegan() throws Exception {
    onHost(
        () -> {
          VifDirect vif = vif(1, DirectMode.VEPA).build();
          plug(plugin(), vif, Outcome.PLUGGED);
          assertEquals(0, FileIo.unlink(node("tap1").toString()));
          try (RouteSocket socket = RouteSocket.open()) {
            socket.execute(socket.link().set(socket.indexOf("tap1")).down());
            socket.execute(socket.link().set(socket.indexOf(SOURCE)).down());
          }
          plug(plugin(), vif, Outcome.PLUGGED);
          assertTrue(link("tap1").up() && link(SOURCE).up());
          assertTrue(Files.exists(node("tap1")));
          plug(plugin(), vif(1, DirectMode.BRIDGE).build(), Outcome.PLUGGED);
          assertEquals(MacvlanMode.BRIDGE, modeOf("tap1"));
          unplug(plugin(), vif);
          assertFalse(link(SOURCE).up());
        });
  }
}
