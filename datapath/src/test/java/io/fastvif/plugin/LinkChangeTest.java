package io.fastvif.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VfSettings;
import io.fastvif.testing.Links;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinkChangeTest {
  private static final String MAC = "02:00:00:00:00:01";
  private static final HostSnapshot HOST =
      new SnapshotBuilder()
          .link(Links.link(2, "br0", "bridge"))
          .link(Links.up(Links.link(5, "eth0", ""), "", 1500, MAC, 0, false))
          .link(Links.up(Links.link(6, "tap0", "tun"), "fastvif:vif-1", 1500, MAC, 0, false))
          .build();

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  private static List<String> undo(PlugPlan plan) {
    return plan.steps().stream().map(PlannedStep::undo).map(String::valueOf).toList();
  }

  @Test
  void changesWhatDiffersAndKnowsTheWayBack() {
    PlugPlan plan =
        LinkChange.of(HOST, "eth0")
            .set(LinkSettings.NONE.withMtu(9000).withMaster("br0").withUp(true))
            .vf(
                VfSettings.of(1).withAddress(MacAddress.parse(MAC)).withVlan(100, 3),
                VfSettings.of(1).withVlan(0, 0))
            .rename("uplink0")
            .plan();
    assertEquals(Action.CHANGE, plan.action());
    assertEquals(
        List.of(
            "set eth0: mtu 9000 master br0",
            "set eth0: vf 1 mac 02:00:00:00:00:01 vlan 100 qos 3",
            "rename eth0 to uplink0"),
        steps(plan));
    assertEquals(
        List.of(
            "set eth0: mtu 1500 nomaster", "set eth0: vf 1 vlan 0 qos 0", "rename uplink0 to eth0"),
        undo(plan));
  }

  @Test
  void unchangedSettingsNeedNoStep() {
    PlugPlan plan =
        LinkChange.of(HOST, "eth0")
            .set(LinkSettings.NONE.withMtu(1500).withUp(true))
            .rename("eth0")
            .plan();
    assertEquals(List.of(), plan.steps());
    assertEquals(List.of("eth0"), plan.devices());
  }

  @Test
  void isAnOperationOnTheVifThatOwnsTheLink() {
    assertEquals("vif-1", LinkChange.of(HOST, "tap0").plan().vifId());
    assertEquals("link eth0", LinkChange.of(HOST, "eth0").plan().vifId());
  }

  @Test
  void aLinkThatIsNotThereIsRefused() {
    InvalidInputException wrong =
        assertThrows(InvalidInputException.class, () -> LinkChange.of(HOST, "eth9"));
    assertEquals("link", wrong.path());
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> VfSettings.of(-1));
    assertThrows(IllegalArgumentException.class, () -> VfSettings.of(0).withVlan(4095, 0));
    assertThrows(IllegalArgumentException.class, () -> VfSettings.of(0).withVlan(1, 8));
    assertThrows(IllegalArgumentException.class, () -> VfSettings.of(0).withRates(-1, 0));
  }
}
