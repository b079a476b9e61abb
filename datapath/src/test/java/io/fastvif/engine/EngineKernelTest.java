package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfSettings;
import io.fastvif.plugin.LinkChange;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The engine on the real kernel. */
class EngineKernelTest {
  /** Port numbers have ten bits, and 0 is none (BR_PORT_BITS of net/bridge/br_private.h). */
  private static final int BRIDGE_PORTS = 1023;

  private final VifPlugins veths = VifPlugins.installed(Map.of("linux_bridge.create_port", "veth"));
  private final VifPlugins taps = VifPlugins.installed(Map.of("linux_bridge.create_port", "tap"));

  private static VifBridge bridged(int number, String name, String bridge, int mtu) {
    return bridged(new UUID((long) number << 32, number).toString(), number, name, bridge, mtu);
  }

  private static VifBridge bridged(String id, int number, String name, String bridge, int mtu) {
    return VifBridge.builder()
        .id(id)
        .address(new MacAddress(0xfa163e000000L + number))
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName(name)
        .bridgeName(bridge)
        .network(Network.builder().shouldProvideBridge(true).mtu(mtu).build())
        .build();
  }

  private static VifGeneric generic(int number, String name, int mtu) {
    return VifGeneric.builder()
        .id(new UUID((long) number << 32, number).toString())
        .address(new MacAddress(0xfa163e000000L + number))
        .plugin("tap")
        .vifName(name)
        .network(Network.builder().mtu(mtu).build())
        .build();
  }

  private static List<PlugResult> await(List<CompletableFuture<PlugResult>> results)
      throws Exception {
    List<PlugResult> ended = new ArrayList<>();
    for (CompletableFuture<PlugResult> result : results) {
      ended.add(result.get(60, TimeUnit.SECONDS));
    }
    return ended;
  }

  private static CompletableFuture<PlugResult> submit(PlugEngine engine, PlugPlan plan) {
    Optional<CompletionStage<PlugResult>> stage = engine.submit(plan);
    while (stage.isEmpty()) {
      Thread.onSpinWait();
      stage = engine.submit(plan);
    }
    return stage.get().toCompletableFuture();
  }

  private static List<PlugResult> plug(
      PlugEngine engine, VifPlugins plugins, List<? extends Vif> vifs) throws Exception {
    HostSnapshot host = engine.snapshot();
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    for (Vif vif : vifs) {
      results.add(submit(engine, plugins.of(vif).plug(vif, null, host)));
    }
    return await(results);
  }

  private static List<PlugResult> unplug(
      PlugEngine engine, VifPlugins plugins, List<? extends Vif> vifs) throws Exception {
    HostSnapshot host = engine.snapshot();
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    for (Vif vif : vifs) {
      results.add(submit(engine, plugins.of(vif).unplug(vif, null, host)));
    }
    return await(results);
  }

  private static Set<String> names(HostSnapshot host) {
    return host.links().stream().map(LinkState::name).collect(Collectors.toSet());
  }

  /**
   * The sockets, namespaces, queues and devices that this process has open, but no file of a jar.
   */
  private static Set<String> openDescriptors() throws IOException {
    Set<String> found = new TreeSet<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : open) {
        try {
          String target = Files.readSymbolicLink(each).toString();
          if (!target.startsWith("/") || target.startsWith("/dev/net/")) {
            found.add(each.getFileName() + " " + target);
          }
        } catch (NoSuchFileException closed) {
          // it is not open any more
        }
      }
    }
    return found;
  }

  private static Set<String> engineThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("fastvif") || name.startsWith("netns"))
        .filter(name -> !name.startsWith("fastvif-callback-") && !name.equals("fastvif-netns"))
        .collect(Collectors.toSet());
  }

  @KernelTest
  void fourThreadsPlugTwoThousandVifs() throws Exception {
    int threads = 4;
    int each = 500;
    try (PlugEngine warm = PlugEngine.builder().build().start()) {
      assertTrue(warm.snapshot().link("lo").isPresent());
    }
    Set<String> descriptors = openDescriptors();
    Set<String> threadsBefore = engineThreads();
    List<VifBridge> vifs = new ArrayList<>();
    for (int i = 0; i < threads * each; i++) {
      vifs.add(bridged(i, "tap" + i, "br" + i % 4, 1450));
    }
    try (PlugEngine engine = PlugEngine.builder().queueCapacity(256).build().start()) {
      HostSnapshot empty = engine.snapshot();
      List<List<CompletableFuture<PlugResult>>> results = new ArrayList<>();
      List<Thread> submitters = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        List<CompletableFuture<PlugResult>> own = new ArrayList<>();
        results.add(own);
        List<VifBridge> share = vifs.subList(t * each, (t + 1) * each);
        Thread submitter =
            new Thread(
                () -> {
                  for (VifBridge vif : share) {
                    VifPlugin plugin = veths.of(vif);
                    own.add(submit(engine, plugin.plug(vif, null, empty)));
                  }
                });
        submitters.add(submitter);
        submitter.start();
      }
      for (Thread submitter : submitters) {
        submitter.join();
      }
      for (int t = 0; t < threads; t++) {
        List<PlugResult> ended = await(results.get(t));
        for (int i = 0; i < each; i++) {
          VifBridge vif = vifs.get(t * each + i);
          assertEquals(vif.id().get(), ended.get(i).plan().vifId());
          assertEquals(Outcome.PLUGGED, ended.get(i).outcome(), () -> "" + vif.vifName());
        }
      }
      HostSnapshot full = engine.snapshot();
      for (VifBridge vif : vifs) {
        LinkState link = full.link(vif.vifName().get()).orElseThrow();
        assertEquals("fastvif:" + vif.id().get(), link.alias());
        assertEquals(vif.bridgeName().get(), full.link(link.master()).orElseThrow().name());
      }
      for (PlugResult result : plug(engine, veths, vifs)) {
        assertEquals(Outcome.UNCHANGED, result.outcome());
      }
      for (PlugResult result : unplug(engine, veths, vifs)) {
        assertEquals(Outcome.UNPLUGGED, result.outcome(), () -> "" + result.failure());
      }
      assertEquals(Set.of("lo", "br0", "br1", "br2", "br3"), names(engine.snapshot()));
    }
    Await.until("descriptors are closed", () -> descriptors.containsAll(openDescriptors()));
    Await.until("threads have ended", () -> threadsBefore.containsAll(engineThreads()));
  }

  @KernelTest
  void aPortOfABridgeIsSetUpAsOsVifDoes() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      VifBridge vif = bridged(1, "tap1", "br0", 1400);
      assertEquals(Outcome.PLUGGED, plug(engine, veths, List.of(vif)).getFirst().outcome());
      HostSnapshot host = engine.snapshot();
      assertTrue(host.link("tap1").get().ipv6Disabled());
      assertTrue(host.link("gst00000001-00").get().ipv6Disabled());
    }
    String port = ip.run("-d link show tap1");
    assertTrue(port.contains("master br0"), port);
    assertTrue(port.contains("mtu 1400"), port);
    assertTrue(port.contains("PROMISC,UP"), port);
    assertTrue(port.contains("addrgenmode none"), port);
    assertTrue(port.contains("link/ether fe:16:3e:00:00:01"), port);
    assertTrue(port.contains("alias fastvif:00000001-0000-0000-0000-000000000001"), port);
    String guest = ip.run("-d link show gst00000001-00");
    assertTrue(guest.contains("link/ether fa:16:3e:00:00:01"), guest);
    assertTrue(guest.contains("mtu 1400"), guest);
    assertTrue(guest.contains("numtxqueues 1 ") && guest.contains("numrxqueues 1 "), guest);
    assertTrue(port.contains("numtxqueues 1 ") && port.contains("numrxqueues 1 "), port);
    String bridge = ip.run("-d link show br0");
    assertTrue(bridge.contains("forward_delay 0"), bridge);
    assertTrue(bridge.contains("stp_state 0"), bridge);
    assertTrue(bridge.contains("mcast_snooping 0"), bridge);
    assertTrue(bridge.contains("ageing_time 30000"), bridge);
  }

  @KernelTest
  void aPortWithCarrierThatIsPluggedAgainGetsNoIpv6Address() throws Exception {
    List<VifGeneric> vif = List.of(generic(1, "tap1", 1400));
    try (PlugEngine engine = PlugEngine.builder().build().start();
        RouteSocket socket = RouteSocket.open()) {
      plug(engine, taps, vif);
      try (Tap guest = Tap.attach("tap1", TapOptions.plain())) { // gives it a carrier
        int index = engine.snapshot().link(guest.name()).orElseThrow().index();
        socket.execute(
            socket.link().set(index).down().addressGenerationMode(AddressGenerationMode.EUI64));
        assertEquals(Outcome.PLUGGED, plug(engine, taps, vif).getFirst().outcome());
        LinkState port = engine.snapshot().link(index).orElseThrow();
        assertTrue(port.up());
        assertFalse(port.ipv6AddressGeneration());
        assertEquals(List.of(), engine.snapshot().addresses(index));
        assertEquals(Outcome.UNCHANGED, plug(engine, taps, vif).getFirst().outcome());
      }
    }
  }

  @KernelTest
  void aTapIsPersistentWithItsOptions() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    VifPlugins options =
        VifPlugins.installed(
            Map.of("tap.multi_queue", "true", "tap.vnet_header", "true", "tap.owner", "107"));
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      VifGeneric vif = generic(1, "tap1", 9000);
      assertEquals(Outcome.PLUGGED, plug(engine, options, List.of(vif)).getFirst().outcome());
      String tap = ip.run("-d link show tap1");
      assertTrue(tap.contains("multi_queue"), tap);
      assertTrue(tap.contains("vnet_hdr on"), tap);
      assertTrue(tap.contains("persist on"), tap);
      assertTrue(tap.contains("user 107"), tap);
      assertTrue(tap.contains("mtu 9000"), tap);
      assertTrue(tap.contains("link/ether fa:16:3e:00:00:01"), tap);
      try (Tap guest = Tap.attach("tap1", new TapOptions(true, true, -1, -1))) {
        assertEquals("tap1", guest.name());
        assertEquals(Outcome.UNPLUGGED, unplug(engine, options, List.of(vif)).getFirst().outcome());
      }
      assertEquals(Set.of("lo"), names(engine.snapshot()));
    }
  }

  @KernelTest
  void aVifThatFailsInItsSecondStepLeavesNothingAndFailsAlone() throws Exception {
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      List<PlugResult> results =
          plug(
              engine,
              taps,
              List.of(
                  generic(1, "tap1", 1450), generic(2, "tap2", 65_535), generic(3, "tap3", 1450)));
      assertEquals(Outcome.PLUGGED, results.get(0).outcome());
      assertEquals(Outcome.FAILED, results.get(1).outcome());
      assertEquals(Outcome.PLUGGED, results.get(2).outcome());
      PlugFailure failure = results.get(1).failure();
      assertTrue(failure.step().startsWith("set tap2: mtu 65535"), failure.step());
      assertEquals("mtu greater than device maximum", failure.detail());
      assertTrue(
          failure
              .message()
              .startsWith("VIF 00000002-0000-0000-0000-000000000002: set tap2: mtu 65535"),
          failure.message());
      assertEquals(List.of(), failure.leftBehind());
      assertEquals(Set.of("lo", "tap1", "tap3"), names(engine.snapshot()));
    }
  }

  /** os-vif takes the first eleven characters of an id into the name. */
  @KernelTest
  void idsThatBeginAlikeAreToldWhichDeviceIsInTheWay() throws Exception {
    VifBridge first = bridged("compute-host-1", 1, "tap1", "br0", 1450);
    VifBridge second = bridged("compute-host-2", 2, "tap2", "br0", 1450);
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      assertEquals(Outcome.PLUGGED, plug(engine, veths, List.of(first)).getFirst().outcome());
      PlugResult refused = plug(engine, veths, List.of(second)).getFirst();
      assertEquals(Outcome.FAILED, refused.outcome());
      assertEquals(
          "there is a device gstcompute-hos already, which is not the VIF's",
          refused.failure().detail());
      assertEquals(Set.of("lo", "br0", "tap1", "gstcompute-hos"), names(engine.snapshot()));
    }
  }

  @KernelTest
  void aNameThatIsTakenFailsAlone() throws Exception {
    Tap.createPersistent("tap2", TapOptions.plain());
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      List<PlugResult> results =
          plug(
              engine,
              veths,
              List.of(
                  bridged(1, "tap1", "br0", 1450),
                  bridged(2, "tap2", "br0", 1450),
                  generic(3, "tap2", 1450),
                  bridged(4, "tap4", "br0", 1450)));
      assertEquals(
          List.of(Outcome.PLUGGED, Outcome.FAILED, Outcome.FAILED, Outcome.PLUGGED),
          results.stream().map(PlugResult::outcome).toList());
      assertTrue(results.get(1).failure().message().contains("create veth tap2"));
      assertTrue(results.get(1).failure().message().contains("EEXIST"));
      assertEquals("the name is taken", results.get(2).failure().detail());
      LinkState foreign = engine.snapshot().link("tap2").orElseThrow();
      assertEquals("", foreign.alias());
      assertEquals(1500, foreign.mtu());
      assertEquals(0, foreign.master());
    }
  }

  @KernelTest
  void aFullBridgeFailsOnlyTheVifsTooMany() throws Exception {
    List<VifBridge> vifs = new ArrayList<>();
    for (int i = 0; i < BRIDGE_PORTS + 3; i++) {
      vifs.add(bridged(i, "tap" + i, "br0", 1450));
    }
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      List<PlugResult> results = plug(engine, taps, vifs);
      Set<String> expected = new HashSet<>(Set.of("lo", "br0"));
      int failed = 0;
      for (PlugResult result : results) {
        if (result.outcome() == Outcome.FAILED) {
          failed++;
          assertTrue(result.failure().message().contains("EXFULL"), result.failure().message());
        } else {
          expected.add(result.plan().name());
        }
      }
      assertEquals(3, failed);
      assertEquals(expected, names(engine.snapshot()));
    }
  }

  @KernelTest
  void theOnlyVifOfANewBridgeTakesTheBridgeWithItWhenItFails() throws Exception {
    Tap.createPersistent("tap1", TapOptions.plain());
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      PlugResult result = plug(engine, veths, List.of(bridged(1, "tap1", "br0", 1450))).getFirst();
      assertEquals(Outcome.FAILED, result.outcome());
      assertEquals(Set.of("lo", "tap1"), names(engine.snapshot()));
    }
  }

  @KernelTest
  void anMtuTooSmallForIpv6IsNoReasonToFail() throws Exception {
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      for (VifPlugins plugins : List.of(veths, taps)) {
        VifBridge vif = bridged(1, "tap1", "br0", 576);
        PlugResult plugged = plug(engine, plugins, List.of(vif)).getFirst();
        assertNull(plugged.failure());
        assertEquals(Outcome.PLUGGED, plugged.outcome());
        assertEquals(576, engine.snapshot().link("tap1").orElseThrow().mtu());
        assertEquals(Outcome.UNCHANGED, plug(engine, plugins, List.of(vif)).getFirst().outcome());
        assertEquals(Outcome.UNPLUGGED, unplug(engine, plugins, List.of(vif)).getFirst().outcome());
      }
    }
  }

  @KernelTest
  void linksThatExistAreChangedInTheSameBatches() throws Exception {
    int count = 40;
    List<VifBridge> vifs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      vifs.add(bridged(i, "tap" + i, "br0", 1450));
    }
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      plug(engine, veths, vifs);
      HostSnapshot host = engine.snapshot();
      List<CompletableFuture<PlugResult>> results = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        LinkSettings wanted =
            LinkSettings.NONE
                .withMtu(1400)
                .withAddress(new MacAddress(0x020000000000L + i))
                .withMaster("")
                .withUp(i % 2 == 0);
        // The last one's name is taken, so all of its changes are taken back.
        String name = i == count - 1 ? "br0" : "new" + i;
        PlugPlan plan = LinkChange.of(host, "tap" + i).set(wanted).rename(name).plan();
        results.add(submit(engine, plan));
      }
      List<PlugResult> ended = await(results);
      HostSnapshot after = engine.snapshot();
      for (int i = 0; i < count - 1; i++) {
        assertEquals(Outcome.CHANGED, ended.get(i).outcome(), "" + ended.get(i).failure());
        LinkState link = after.link("new" + i).orElseThrow();
        assertEquals(1400, link.mtu());
        assertEquals(0x020000000000L + i, link.address().value());
        assertEquals(0, link.master());
        assertEquals(i % 2 == 0, link.up());
      }
      assertEquals(Outcome.FAILED, ended.getLast().outcome());
      assertEquals(Errno.EEXIST, ended.getLast().failure().errno());
      assertEquals(host.link("tap" + (count - 1)), after.link("tap" + (count - 1)));
    }
  }

  @KernelTest
  void aVirtualFunctionOfALinkWithoutAnyIsRefused() throws Exception {
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      plug(engine, veths, List.of(bridged(1, "tap1", "br0", 1450)));
      PlugPlan plan =
          LinkChange.of(engine.snapshot(), "tap1")
              .vf(VfSettings.of(0).withTrust(true).withLinkState(VfLinkState.ENABLE), null)
              .plan();
      PlugResult result = await(List.of(submit(engine, plan))).getFirst();
      assertEquals(Outcome.FAILED, result.outcome());
      assertEquals("set tap1: vf 0 trust on state enable", result.failure().step());
      VfSettings trust = VfSettings.of(0).withTrust(true);
      Step optional = new NetlinkStep.ConfigureVf("tap1", 0, trust, true);
      PlugPlan lenient =
          new PlugPlan(
              "x",
              "",
              Action.CHANGE,
              List.of(),
              null,
              List.of(PlannedStep.own(optional, null)),
              List.of("planned"));
      PlugResult ignored = await(List.of(submit(engine, lenient))).getFirst();
      assertEquals(Outcome.UNCHANGED, ignored.outcome());
      assertEquals(
          List.of("planned", "set tap1: vf 0 trust on: left out: the driver does not support it"),
          ignored.notes());
    }
  }

  @KernelTest
  void otherLinksAndTheirGroupsAreNoneOfItsBusiness() throws Exception {
    try (RouteSocket socket = RouteSocket.open()) {
      socket.execute(socket.link().create("other").group(7).kind(new Bridge()));
    }
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      List<VifGeneric> vifs = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        vifs.add(generic(i, "tap" + i, 1450));
      }
      plug(engine, taps, vifs);
      Tap.createPersistent("mine", TapOptions.plain());
      for (PlugResult result : unplug(engine, taps, vifs)) {
        assertEquals(Outcome.UNPLUGGED, result.outcome());
      }
      HostSnapshot left = engine.snapshot();
      assertEquals(Set.of("lo", "other", "mine"), names(left));
      assertEquals(7, left.link("other").orElseThrow().group());
    }
  }
}
