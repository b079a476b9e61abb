package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.HostView;
import io.fastvif.Orphans;
import io.fastvif.PluggedVif;
import io.fastvif.SyncReport;
import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.json.PlugRequest;
import io.fastvif.netns.Netns;
import io.fastvif.testing.FakeVhostUserPorts;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.Vif;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sync of each kind of VIF that this kernel takes, repeated, and by a process that starts anew.
 */
class SyncKindsTest {
  private static final int SECONDS = 60;

  private final FakeVhostUserPorts ports = new FakeVhostUserPorts();

  @TempDir Path folder;

  private VifHostOptions options(DifferCase one, OvsHost ovs) {
    HostConfiguration.Builder configuration = HostConfiguration.builder(Map.of());
    one.options().forEach(configuration::option);
    if (ovs != null) {
      configuration.option("ovs.ovsdb_connection", ovs.address());
    }
    return VifHostOptions.of(configuration.build()).withForwarder(ports);
  }

  private static List<PlugRequest> request(Vif vif) {
    return List.of(new PlugRequest("vif", vif, Optional.empty()));
  }

  private static List<String> ids(List<PluggedVif> vifs) {
    return vifs.stream().filter(PluggedVif::isMarked).map(PluggedVif::id).toList();
  }

  /** But for the settings of links, some of which the kernel still changes. */
  private static List<String> listed(List<PluggedVif> vifs) {
    return vifs.stream()
        .flatMap(
            vif ->
                vif.devices().stream()
                    .map(
                        of ->
                            String.join(
                                " ",
                                vif.id(),
                                vif.isMarked() ? "marked" : "",
                                of.name(),
                                of.kind(),
                                of.master(),
                                of.ovsBridge(),
                                of.interfaceId())))
        .toList();
  }

  private static void isUnchanged(SyncReport report, int results, String what) {
    assertTrue(report.isUnchanged() && report.isOvsKnown(), () -> what + ": " + report);
    assertEquals(results, report.results().size(), what);
    assertEquals(List.of(), report.kept(), what);
  }

  private void sync(DifferCase one, OvsHost ovs) throws Exception {
    String name = one.name();
    List<PlugRequest> desired = request(one.vif());
    boolean isListed = one.leavesTrace();
    List<String> ids = isListed ? List.of(one.vif().id().get()) : List.of();
    VifHostOptions options = options(one, ovs);
    try (VifHost host = VifHost.open(options)) {
      SyncReport first = host.sync(desired, Orphans.UNPLUG);
      assertEquals(List.of(), first.failed(), name);
      assertEquals(ids, ids(host.plugged()), name);
      if (ports.open().isEmpty()) {
        assertEquals(listed(host.plugged()), listed(HostView.of(options).plugged()), name);
      }
      isUnchanged(host.sync(desired, Orphans.UNPLUG), 1, name + ", again");
    }
    try (VifHost restarted = VifHost.open(options)) {
      isUnchanged(restarted.sync(desired, Orphans.UNPLUG), 1, name + ", restarted");
      SyncReport without = restarted.sync(List.of(), Orphans.UNPLUG);
      assertEquals(List.of(), without.failed(), name);
      assertEquals(ids, without.results().stream().map(PlugResult::vifId).toList(), name);
      assertEquals(List.of(), ids(restarted.plugged()), name);
      isUnchanged(restarted.sync(List.of(), Orphans.UNPLUG), 0, name + ", without it");
      if (!isListed) {
        restarted.unplug(desired.getFirst()).get(SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  @KernelTest
  void aSecondSyncDoesNothing() throws Exception {
    new GeneratedHost(11).make();
    List<DifferCase> cases = new ArrayList<>(DifferCases.links(folder));
    DifferCases.devices(folder).stream().filter(one -> one.kinds().isEmpty()).forEach(cases::add);
    cases.addAll(DifferCases.switched(folder));
    cases.addAll(DifferCases.withoutDevices(folder));
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"))) {
      ovs.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      for (DifferCase one : cases) {
        sync(one, ovs);
      }
    }
  }

  @KernelTest
  void aSecondSyncDoesNothingToAnUplink() throws Exception {
    for (DifferCase one : DifferCases.uplinks()) {
      if (!one.kinds().isEmpty()) {
        continue; // needs a kind of link that not every kernel has, and adds no trace
      }
      try (Netns namespace = Netns.createPrivate()) {
        namespace.call(
            () -> {
              new GeneratedHost(11).make();
              sync(one, null);
              return null;
            });
      }
    }
  }
}
