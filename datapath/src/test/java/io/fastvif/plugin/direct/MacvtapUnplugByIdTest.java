package io.fastvif.plugin.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.Orphans;
import io.fastvif.QuickSync;
import io.fastvif.SyncReport;
import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Macvlan;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VifDirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** Macvtaps, unplugged by somebody who knows nothing but their VIFs' ids. */
class MacvtapUnplugByIdTest {
  private static final PciAddress DEVICE = PciAddress.parse("0000:03:00.0");
  private static final String SOURCE = "eth7";
  private static final int SECONDS = 60;

  @TempDir Path dev;

  private VifHost open() {
    return VifHost.open(VifHostOptions.of(configuration()));
  }

  private HostConfiguration configuration() {
    return HostConfiguration.builder(Map.of())
        .option("direct.device_folder", dev.toString())
        .build();
  }

  /** The host, on which one end of a veth pair passes for a PCI device's. */
  private static HostSnapshot withDevice(HostSnapshot host) {
    LinkState source = host.link(SOURCE).orElseThrow();
    HostSnapshot functions =
        new SnapshotBuilder()
            .physicalFunction(
                new PhysicalFunctionState(
                    DEVICE, new LinkId(source.index(), SOURCE), "veth", 0, 0, EswitchMode.LEGACY))
            .build();
    return host.withSriov(functions::sriov);
  }

  private static Outcome outcome(CompletableFuture<PlugResult> result) throws Exception {
    PlugResult done = result.get(SECONDS, TimeUnit.SECONDS);
    assertNull(done.failure(), () -> done.failure().message());
    return done.outcome();
  }

  @KernelTest
  void theDeviceIsAsItWas() throws Exception {
    try (RouteSocket socket = RouteSocket.open()) {
      socket.execute(socket.link().create(SOURCE).kind(new Veth().peerName("eth8")));
      // A link that has never been up differs from one that is down.
      socket.execute(socket.link().set(SOURCE).up());
      socket.execute(socket.link().set(SOURCE).down());
    }
    HostStateReader reader = new HostStateReader().folder(dev);
    HostState before = reader.readSettled();
    ComparableState comparable = new ComparableState(before, true);
    for (DirectMode mode : List.of(DirectMode.BRIDGE, DirectMode.PASSTHROUGH)) {
      VifDirect vif =
          VifDirect.builder()
              .id("macvtap-vif")
              .plugin("direct")
              .address(MacAddress.parse("fa:16:3e:00:00:01"))
              .vifName("tap1")
              .devAddress(DEVICE)
              .mode(mode)
              .build();
      try (VifHost host = open()) {
        HostSnapshot seen = withDevice(host.snapshot());
        assertEquals(
            Outcome.PLUGGED,
            outcome(host.execute(configuration().plugins().of(vif).plug(vif, null, seen))));
        assertNotEquals(List.of(), before.differences(reader.read()));
        HostSnapshot again = withDevice(host.snapshot());
        assertEquals(
            Outcome.UNCHANGED,
            outcome(host.execute(configuration().plugins().of(vif).plug(vif, null, again))));
      }
      try (VifHost other = open()) {
        assertEquals(Outcome.UNPLUGGED, outcome(other.unplug("macvtap-vif")));
        assertEquals(
            List.of(),
            comparable.of(before).differences(comparable.of(reader.readSettled())),
            mode.toString());
        assertEquals(Outcome.UNCHANGED, outcome(other.unplug("macvtap-vif")));
      }
    }
  }

  /** As after SIGKILL when the macvtap was gone and its device was still up. */
  @KernelTest
  void syncSetsADeviceDownThatWasLeftUp() throws Exception {
    try (RouteSocket socket = RouteSocket.open();
        VifHost host = open()) {
      socket.execute(socket.link().create(SOURCE).kind(new Veth().peerName("eth8")));
      int index = socket.indexOf(SOURCE);
      socket.execute(socket.link().set(index).alias(Aliases.BROUGHT_UP).up());
      socket.execute(socket.link().create("mv0").lowerLink(index).kind(new Macvlan()));
      assertEquals(List.of(), QuickSync.sync(host, List.of(), Orphans.UNPLUG).results());
      socket.execute(socket.link().delete(socket.indexOf("mv0")));
      SyncReport report = QuickSync.sync(host, List.of(), Orphans.UNPLUG);
      assertEquals(
          List.of(Outcome.UNPLUGGED), report.results().stream().map(PlugResult::outcome).toList());
      LinkState source = host.snapshot().link(SOURCE).orElseThrow();
      assertFalse(source.up());
      assertEquals("", source.alias());
      assertEquals(List.of(), QuickSync.sync(host, List.of(), Orphans.UNPLUG).results());
    }
  }
}
