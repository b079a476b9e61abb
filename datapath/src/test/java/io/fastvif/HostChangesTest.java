package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.config.HostConfiguration;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostChanges.Seen;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.MacAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;

/** What a host tells of its changes, without being asked. */
class HostChangesTest {
  private static final int SECONDS = 60;

  private final Semaphore woken = new Semaphore(0);
  private final HostChanges changes = new HostChanges(woken::release);

  private final Set<String> vifs = new HashSet<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> otherNames = new HashSet<>();
  private boolean isOvsAnew;

  /** Looks at each wake, which is at the first of some changes, until all is told. */
  private void await(BooleanSupplier told) throws Exception {
    while (!told.getAsBoolean()) {
      assertTrue(woken.tryAcquire(SECONDS, TimeUnit.SECONDS), "nothing more was told");
      Seen seen = changes.take();
      vifs.addAll(seen.vifs());
      names.addAll(seen.names());
      otherNames.addAll(seen.otherNames());
      isOvsAnew |= seen.openVSwitch();
    }
  }

  private void forget() {
    vifs.clear();
    names.clear();
    otherNames.clear();
  }

  @KernelTest
  void tellsOfLinksThatOthersChange() throws Exception {
    try (VifHost host = VifHost.open();
        RouteSocket other = RouteSocket.open()) {
      host.snapshot();
      host.watch(changes);
      assertThrows(IllegalStateException.class, () -> host.watch(changes));
      host.unwatch();
      host.watch(changes);
      other.execute(other.link().create("v0").kind(new Veth().peerName("v1")));
      await(() -> names.contains("v0"));
      forget();
      int index = host.snapshot().link("v0").orElseThrow().index();
      other.execute(other.link().set(index).alias("fastvif:vif-1"));
      other.execute(other.link().set(index).mtu(1400));
      await(() -> vifs.contains("vif-1"));
      other.execute(other.link().set(index).up());
      other.execute(other.link().addAltname(index).alternativeName("other-name"));
      await(() -> otherNames.contains("other-name"));
      forget();
      other.execute(other.link().set(index).mtu(1300));
      await(() -> vifs.contains("vif-1"));
      assertFalse(otherNames.contains("other-name"));
      other.execute(other.link().delete(index));
      await(() -> otherNames.contains("other-name"));
      assertTrue(host.snapshot().link("v0").isEmpty());
    }
  }

  /** The kernel tells of many links without a carrier again, long after they were made. */
  @KernelTest
  void whatChangesNothingIsNotTold() throws Exception {
    try (VifHost host = VifHost.open();
        RouteSocket other = RouteSocket.open()) {
      other.execute(other.link().create("v0").kind(new Veth().peerName("v1")));
      int index = other.indexOf("v0");
      int peer = other.indexOf("v1");
      MacAddress address = host.snapshot().link("v0").orElseThrow().address();
      host.watch(changes);
      other.execute(other.link().set(index).address(address.value()));
      other.execute(other.link().set(peer).mtu(1400));
      await(() -> names.contains("v1"));
      assertFalse(names.contains("v0"));
    }
  }

  @KernelTest
  void tellsOfRowsThatOthersChange(@TempDir Path folder) throws Exception {
    try (OvsHost ovs = OvsHost.database(folder, OvsHost.SCHEMA);
        VifHost host =
            VifHost.open(
                VifHostOptions.of(
                    HostConfiguration.builder(Map.of())
                        .option("ovs.ovsdb_connection", ovs.address())
                        .build()))) {
      ovs.vsctl("--no-wait add-br br-one -- add-br br-two");
      host.watch(changes);
      assertTrue(host.snapshot().ovs().isKnown());
      await(() -> isOvsAnew && names.contains("br-two"));
      ovs.vsctl("--no-wait add-port br-one p1 -- set Interface p1 external_ids:iface-id=vif-1");
      await(() -> vifs.contains("vif-1"));
      forget();
      String port = ovs.vsctl("get Port p1 _uuid").strip();
      ovs.vsctl(
          "--no-wait remove Bridge br-one ports " + port + " -- add Bridge br-two ports " + port);
      await(() -> names.contains("br-two") && names.contains("p1"));
      forget();
      ovs.vsctl("--no-wait del-port p1");
      await(() -> vifs.contains("vif-1"));
    }
  }
}
