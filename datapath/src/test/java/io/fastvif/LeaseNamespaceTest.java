package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netns.Netns;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.FormerDevice;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** Hosts of several namespaces share the machine's leases, and have devices of their own. */
class LeaseNamespaceTest {
  private static final PciAddress DEVICE = PciAddress.parse("0000:7f:1f.1");
  private static final PciAddress OTHER = PciAddress.parse("0000:7f:1f.2");
  private static final FormerDevice FORMER = new FormerDevice("igbvf", null, null, null, null);

  @TempDir Path folder;

  private VifHost open(Netns namespace) {
    return VifHost.open(
        VifHostOptions.of(HostConfiguration.byDefault())
            .withNamespace(namespace)
            .withLeases(folder));
  }

  private void lease(PciAddress device, DeviceLease lease) throws IOException {
    new DeviceLeases(folder).change(device, null, lease);
  }

  private Set<PciAddress> leased() throws IOException {
    return new DeviceLeases(folder).all().keySet();
  }

  private static Set<String> ids(List<PluggedVif> vifs) {
    return vifs.stream()
        .map(vif -> vif.id() + (vif.isMarked() ? " marked" : ""))
        .collect(Collectors.toSet());
  }

  @KernelTest
  void onlyAHostOfTheNamespaceThatLeasedADeviceTakesItForAnOrphan() throws Exception {
    try (Netns here = Netns.current();
        Netns pod = Netns.createPrivate();
        VifHost host = open(here);
        VifHost inPod = open(pod)) {
      lease(DEVICE, DeviceLease.reserved("a").plugged(FORMER, here.identity()));
      lease(OTHER, new DeviceLease("b", false, FORMER, pod.identity()));
      assertEquals(Set.of("a marked"), ids(host.plugged()));
      assertEquals(Set.of("b marked"), ids(inPod.plugged()));
      SyncReport report = inPod.sync(List.of(), Orphans.UNPLUG);
      assertEquals(1, report.results().size(), report::toString);
      assertEquals(Outcome.UNPLUGGED, report.results().getFirst().outcome());
      assertEquals(List.of(), report.kept());
      assertEquals(Set.of(DEVICE), leased());
      host.sync(List.of(), Orphans.UNPLUG);
      assertEquals(DeviceLease.reserved("a"), new DeviceLeases(folder).read(DEVICE).orElseThrow());
      assertEquals(List.of(), host.plugged());
    }
  }

  @KernelTest
  void aLeaseThatDoesNotSayWhereIsKeptUntilItsIdIsUnplugged() throws Exception {
    try (Netns here = Netns.current();
        VifHost host = open(here)) {
      Files.writeString(
          folder.resolve(DEVICE.toString()),
          "holder=old\nreserved=false\nplugged=true\ndriver=igbvf\n");
      assertEquals(Set.of("old"), ids(host.plugged()));
      assertEquals(List.of("old"), host.sync(List.of(), Orphans.UNPLUG).kept());
      assertEquals(Set.of(DEVICE), leased());
      assertEquals(Outcome.UNPLUGGED, host.unplug("old").join().outcome());
      assertEquals(Set.of(), leased());
    }
  }

  @KernelTest
  void aNamespacesIdentityIsNeverAnothers() {
    try (Netns here = Netns.current();
        Netns again = Netns.of(Path.of("/proc/thread-self/ns/net"))) {
      assertEquals(here.identity(), again.identity());
      assertEquals(
          3, Stream.of(here.identity(), identityOfOne(), identityOfOne()).distinct().count());
    }
  }

  /** Of a namespace that is gone by the return. */
  private static String identityOfOne() {
    try (Netns one = Netns.createPrivate()) {
      return one.identity();
    }
  }
}
