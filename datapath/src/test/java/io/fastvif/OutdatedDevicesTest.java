package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.testing.Links;
import io.fastvif.vif.PciAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutdatedDevicesTest {
  private static final String HERE = "cookie 3";
  private static final PciAddress DEVICE = PciAddress.parse("0000:03:02.1");
  private static final PciAddress FORMER = PciAddress.parse("0000:03:02.2");

  private final SnapshotBuilder host = new SnapshotBuilder().namespace(HERE);

  private boolean areThere() {
    PlugPlan plan =
        new PlugPlan(
            "a", "", Action.PLUG, List.of(DEVICE.toString(), "eth0"), null, List.of(), List.of());
    PlugResult plugged = new PlugResult(plan, Outcome.UNCHANGED, null, List.of());
    return new OutdatedDevices(host.build()).existFor(plugged);
  }

  private static DeviceLease lease(String holder, String namespace) {
    FormerDevice before = new FormerDevice("igbvf", null, null, null, null);
    return new DeviceLease(holder, false, before, namespace);
  }

  @Test
  void aLeaseOfAnotherDeviceIsOutdatedIfItIsOfThisNamespace() {
    host.lease(DEVICE, lease("a", HERE));
    assertEquals(false, areThere());
    for (DeviceLease others :
        List.of(
            lease("b", HERE),
            lease("a", "cookie 4"),
            lease("a", null),
            DeviceLease.reserved("a"))) {
      host.lease(FORMER, others);
      assertEquals(false, areThere(), others.toString());
    }
    host.lease(FORMER, lease("a", HERE));
    assertEquals(true, areThere());
  }

  @Test
  void soIsAnotherLinkWithTheVifsAlias() {
    host.link(
        Links.up(Links.link(2, "eth0", ""), "fastvif:a", 1500, "02:00:00:00:00:01", 0, false));
    host.link(
        Links.up(Links.link(3, "eth1", ""), "fastvif:b", 1500, "02:00:00:00:00:01", 0, false));
    assertEquals(false, areThere());
    host.link(
        Links.up(Links.link(4, "eth2", ""), "fastvif:a", 1500, "02:00:00:00:00:01", 0, false));
    assertEquals(true, areThere());
  }
}
