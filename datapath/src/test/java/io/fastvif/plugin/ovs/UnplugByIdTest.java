package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** VIFs in Open vSwitch, unplugged by somebody who knows nothing but their ids. */
@Timeout(300)
class UnplugByIdTest {
  private static final int SECONDS = 240;

  @TempDir Path folder;

  private static VifHost host(OvsTestBed bed, String... options) {
    HostConfiguration.Builder configuration =
        HostConfiguration.builder(Map.of()).option("ovs.ovsdb_connection", bed.host().address());
    for (String option : options) {
      configuration.option(option, "true");
    }
    return VifHost.open(VifHostOptions.of(configuration.build()).withNamespace(bed.namespace()));
  }

  private static void leavesNothing(OvsTestBed bed, Vif vif, String... options) throws Exception {
    String before = bed.state();
    try (VifHost host = host(bed, options)) {
      PlugResult plugged =
          host.submit(VifOperation.plug(vif, OvsTestBed.INSTANCE)).get(SECONDS, TimeUnit.SECONDS);
      assertNull(plugged.failure());
      assertEquals(Outcome.PLUGGED, plugged.outcome());
      assertTrue(
          host.plugged().stream().anyMatch(listed -> listed.id().equals(vif.id().get())),
          vif::toString);
    }
    try (VifHost other = host(bed)) {
      PlugResult unplugged = other.unplug(vif.id().get()).get(SECONDS, TimeUnit.SECONDS);
      assertNull(unplugged.failure());
      assertEquals(Outcome.UNPLUGGED, unplugged.outcome());
      assertEquals(Outcome.UNCHANGED, other.unplug(vif.id().get()).get().outcome());
    }
    assertEquals(before, bed.state(), vif::toString);
  }

  @Test
  void nothingIsLeft() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder)) {
      bed.host().vsctl("add-br br-int -- set Bridge br-int datapath_type=netdev");
      leavesNothing(bed, OvsVifs.hybrid(1));
      leavesNothing(bed, OvsVifs.tap(2));
      leavesNothing(bed, OvsVifs.tap(3), "ovs.per_port_bridge");
      // The iface-id is not the VIF's id, and there is no device.
      leavesNothing(bed, OvsVifs.vhostUser(4, VhostUserMode.CLIENT, OvsVifs.profile(4).build()));
      leavesNothing(bed, OvsVifs.vhostUser(5, VhostUserMode.SERVER, OvsVifs.profile(5).build()));
      leavesNothing(bed, OvsVifs.created(6));
    }
  }

  /** Whether there are ports of the VIF cannot be known then, so that nothing is touched. */
  @Test
  void withoutTheDatabaseItFails() throws Exception {
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of())
            .option("ovs.ovsdb_connection", "unix:" + folder.resolve("none"))
            .option("ovs.ovs_vsctl_timeout", "1")
            .build();
    try (VifHost host = VifHost.open(VifHostOptions.of(configuration))) {
      PlugResult result = host.unplug("vif").get(SECONDS, TimeUnit.SECONDS);
      assertEquals(Outcome.FAILED, result.outcome());
      assertTrue(result.failure().message().contains("does not answer"), result::toString);
    }
  }
}
