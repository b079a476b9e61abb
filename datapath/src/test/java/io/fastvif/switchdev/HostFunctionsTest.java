package io.fastvif.switchdev;

import static io.fastvif.switchdev.Topologies.PF0;
import static io.fastvif.switchdev.Topologies.PF1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.vif.PciAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFunctionsTest {
  @TempDir Path root;

  @Test
  void showsDriversLinksRepresentorsAndGroups() {
    FakeSysfs files = new FakeSysfs(root);
    Topologies card = new Topologies(files).ice();
    String bound = "0000:03:00.3";
    files.driver(bound, "iavf").iommuGroup(bound, 41);
    int own = files.link("ens1f0v1", bound, null, null);
    files.driver("0000:03:00.4", "vfio-pci");
    HostFunctions functions =
        new HostFunctions(
            card.index(),
            files.pci(),
            pf -> pf.function() == 0 ? EswitchMode.SWITCHDEV : EswitchMode.NONE);
    PciAddress pf = PciAddress.parse(PF0);
    LinkId representor = card.index().ofVirtualFunction(pf, 1).orElseThrow();
    VirtualFunctionState expected =
        new VirtualFunctionState(
            PciAddress.parse(bound),
            pf,
            1,
            representor,
            new LinkId(own, "ens1f0v1"),
            "iavf",
            OptionalInt.of(41));
    assertEquals(Optional.of(expected), functions.virtualFunction(PciAddress.parse(bound)));
    List<VirtualFunctionState> all = functions.virtualFunctions(pf);
    assertEquals(4, all.size());
    assertEquals(expected, all.get(1));
    assertEquals("vfio-pci", all.get(2).driver());
    assertEquals(null, all.get(2).link());
    assertEquals(OptionalInt.empty(), all.get(2).iommuGroup());
    assertEquals(
        new PhysicalFunctionState(pf, new LinkId(2, "ens1f0"), "ice", 8, 4, EswitchMode.SWITCHDEV),
        functions.physicalFunction(pf).orElseThrow());
    assertEquals(
        List.of(PF0, PF1),
        functions.physicalFunctions().stream().map(one -> one.address().toString()).toList());
    assertEquals(Optional.empty(), functions.physicalFunction(PciAddress.parse(bound)));
    assertEquals(Optional.empty(), functions.virtualFunction(pf));
    assertEquals(List.of(), functions.virtualFunctions(PciAddress.parse(bound)));
  }
}
