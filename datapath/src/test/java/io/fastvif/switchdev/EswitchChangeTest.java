package io.fastvif.switchdev;

import static io.fastvif.switchdev.Topologies.PF0;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.generic.devlink.Eswitch;
import io.fastvif.netlink.generic.devlink.PortFlavour;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.EswitchSettings;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.testing.Links;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EswitchChangeTest {
  private static final PciAddress PF = PciAddress.parse(PF0);
  private static final VirtualFunctionState FIRST =
      VirtualFunctionState.of(PciAddress.parse("0000:03:00.2"), PF, 0);
  private static final VirtualFunctionState SECOND =
      VirtualFunctionState.of(PciAddress.parse("0000:03:00.3"), PF, 1);
  private static final Eswitch LEGACY =
      new Eswitch(Topologies.pci(PF0), Eswitch.Mode.LEGACY, Eswitch.InlineMode.NONE, null);
  private static final EswitchSettings SWITCHDEV = EswitchSettings.of(EswitchMode.SWITCHDEV);

  @TempDir Path root;

  private List<String> plan(
      HostSnapshot host, Eswitch now, EswitchSettings wanted, boolean force, boolean recreate) {
    RepresentorIndex index = new Topologies(new FakeSysfs(root)).index();
    return EswitchChange.plan(host, index, now, wanted, force, recreate).steps().stream()
        .map(planned -> planned.step() + " / " + planned.undo())
        .toList();
  }

  private static SnapshotBuilder host(VirtualFunctionState... functions) {
    SnapshotBuilder host =
        new SnapshotBuilder()
            .physicalFunction(new PhysicalFunctionState(PF, null, "ice", 8, 2, EswitchMode.LEGACY));
    for (VirtualFunctionState function : functions) {
      host.virtualFunction(function);
    }
    return host;
  }

  @Test
  void unusedSwitchIsChanged() {
    HostSnapshot host = host(FIRST, SECOND).build();
    assertEquals(
        List.of(
            "set eswitch of pci/0000:03:00.0: mode switchdev"
                + " / set eswitch of pci/0000:03:00.0: mode legacy"),
        plan(host, LEGACY, SWITCHDEV, false, false));
    assertEquals(
        List.of(
            "set eswitch of pci/0000:03:00.0: mode switchdev, with virtual functions made anew"
                + " / set eswitch of pci/0000:03:00.0: mode legacy, with virtual functions made"
                + " anew"),
        plan(host, LEGACY, SWITCHDEV, false, true));
    assertEquals(
        List.of(), plan(host, LEGACY, EswitchSettings.of(EswitchMode.LEGACY), false, true));
  }

  @Test
  void refusalNamesTheUsersOfFunctions() {
    LinkState own = Links.up(Links.link(4, "eth1", ""), "", 1500, "02:00:00:00:00:01", 0, false);
    HostSnapshot host =
        host(FIRST.withDriver("vfio-pci", null), SECOND.withDriver("iavf", new LinkId(4, "eth1")))
            .link(own)
            .build();
    InvalidInputException refused =
        assertThrows(
            InvalidInputException.class, () -> plan(host, LEGACY, SWITCHDEV, false, false));
    assertTrue(
        refused
            .getMessage()
            .contains(
                "has virtual functions in use: VF 0 (0000:03:00.2): it is bound to vfio-pci and"
                    + " has no link in this namespace; VF 1 (0000:03:00.3): its link eth1 is up"),
        refused::getMessage);
    assertEquals(1, plan(host, LEGACY, SWITCHDEV, true, false).size());
    EswitchSettings inline = new EswitchSettings(null, "transport", null);
    assertEquals(
        List.of(
            "set eswitch of pci/0000:03:00.0: inline-mode transport"
                + " / set eswitch of pci/0000:03:00.0: inline-mode none"),
        plan(host, LEGACY, inline, false, true));
  }

  @Test
  void withoutPciTheRepresentorsTellWhatIsInUse() {
    DevlinkHandle device = new DevlinkHandle("netdevsim", "netdevsim1");
    FakeSysfs files = new FakeSysfs(root);
    Topologies card = new Topologies(files);
    int representor = files.virtualLink("eth7", "pf0vf1", "aa");
    card.port(device, 129, PortFlavour.PCI_VF, representor, 0, 0, 1);
    LinkState port =
        Links.up(Links.link(representor, "eth7", ""), "", 1500, "02:00:00:00:00:01", 9, false);
    Eswitch now = new Eswitch(device, Eswitch.Mode.SWITCHDEV, null, null);
    EswitchSettings legacy = EswitchSettings.of(EswitchMode.LEGACY);
    InvalidInputException refused =
        assertThrows(
            InvalidInputException.class,
            () ->
                EswitchChange.plan(
                    host().link(port).build(), card.index(), now, legacy, false, false));
    assertTrue(refused.getMessage().contains("vf 1: its representor eth7 has a master"));
    assertEquals(
        1,
        EswitchChange.plan(host().build(), card.index(), now, legacy, false, false).steps().size());
  }
}
