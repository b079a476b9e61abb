package io.fastvif.switchdev;

import static io.fastvif.switchdev.Topologies.FIRST_VF_OF_PF0;
import static io.fastvif.switchdev.Topologies.PF0;
import static io.fastvif.switchdev.Topologies.PF1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.generic.devlink.PortFlavour;
import io.fastvif.pci.SriovFunctions;
import io.fastvif.plan.LinkId;
import io.fastvif.vif.PciAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepresentorIndexTest {
  @TempDir Path root;
  private FakeSysfs files;
  private Topologies card;

  @BeforeEach
  void noFilesYet() {
    files = new FakeSysfs(root);
    card = new Topologies(files);
  }

  private static PciAddress pci(String address) {
    return PciAddress.parse(address);
  }

  private static Optional<String> name(Optional<LinkId> link) {
    return link.map(LinkId::name);
  }

  private static void assertRepresentor(RepresentorIndex index, String name, String pf, int vf) {
    assertEquals(Optional.of(name), name(index.ofVirtualFunction(pci(pf), vf)), pf + " " + vf);
  }

  /** Every VF by its own address too. */
  private void assertEachVf(RepresentorIndex index, String format) {
    SriovFunctions functions = files.pci().sriov();
    for (PciAddress pf : functions.physicalFunctions()) {
      functions
          .virtualFunctions(pf)
          .forEach(
              (number, vf) -> {
                String name =
                    format
                        .replace("X", "" + pf.function())
                        .replace("Y", "" + number)
                        .replace("Z", "" + (4 * pf.function() + number));
                assertRepresentor(index, name, pf.toString(), number);
                assertEquals(Optional.of(name), name(index.ofVirtualFunction(vf)), vf::toString);
              });
      assertEquals(4, functions.virtualFunctions(pf).size());
      assertEquals(Optional.empty(), index.ofVirtualFunction(pf, 4));
      assertEquals(Optional.empty(), index.ofVirtualFunction(pf));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mlx5(boolean bonded) {
    card.mlx5(bonded);
    for (RepresentorIndex index : List.of(card.index(), card.indexByNames())) {
      assertEachVf(index, "ethZ");
      for (int pf = 0; pf < 2; pf++) {
        PciAddress address = pci(pf == 0 ? PF0 : PF1);
        assertEquals(
            Optional.of("enp3s0f" + pf + "np" + pf), name(index.ofPhysicalFunction(address)));
        assertEquals(Optional.of("en3f" + pf + "sf88"), name(index.ofSubfunction(address, 88)));
        assertEquals(Optional.empty(), index.ofSubfunction(address, 0));
      }
      assertEquals(12, index.all().size());
    }
  }

  @Test
  void mlx5WithNumbers() {
    card.mlx5WithNumbers();
    assertEachVf(card.index(), "ethZ");
    assertEquals(Optional.of("enp3s0f1"), name(card.index().ofPhysicalFunction(pci(PF1))));
  }

  @Test
  void ice() {
    card.ice();
    assertEachVf(card.index(), "ens1fXrY");
    assertEachVf(card.indexByNames(), "ens1fXrY");
    assertEquals(Optional.of("ens1f1"), name(card.index().ofPhysicalFunction(pci(PF1))));
  }

  @Test
  void iceWithoutPortsOfDevlink() {
    card.iceWithoutPorts();
    assertEachVf(card.index(), "ens1fXrY");
    assertEquals(Optional.of("ens1f0"), name(card.index().ofPhysicalFunction(pci(PF0))));
    assertEquals(Optional.of("ens1f1"), name(card.index().ofPhysicalFunction(pci(PF1))));
  }

  @Test
  void sfc() {
    card.sfc();
    assertEachVf(card.index(), "repX_Y");
    assertEquals(Optional.of("ens1f0"), name(card.index().ofPhysicalFunction(pci(PF0))));
    assertEquals(Optional.of("ens1f1"), name(card.index().ofPhysicalFunction(pci(PF1))));
  }

  @Test
  void nfp() {
    card.nfp();
    assertEachVf(card.index(), "eth1Y");
    assertEquals(Optional.of("ens4np0"), name(card.index().ofPhysicalFunction(pci(PF0))));
    assertEquals(
        List.of(PortKind.UPLINK, PortKind.UPLINK, PortKind.PF),
        card.index().all().stream().map(Representor::kind).limit(3).toList());
  }

  @Test
  void bnxt() {
    card.bnxt();
    assertEachVf(card.index(), "enp3s0fXvY");
    assertEquals(Optional.of("enp3s0f0np0"), name(card.index().ofPhysicalFunction(pci(PF0))));
  }

  @ParameterizedTest
  @CsvSource({
    "Y,         false", "vfY,     false", "VFY,     false", "pfXvfY,   false", "PFXVFY, true",
    "c0pfXvfY,  true", "vfY@pfX, true", "VFY@PFX, true", "Y,       true", "vfY,    true",
    "pXpfXvfY,  true"
  })
  void everyFormOfName(String format, boolean shared) {
    card.named(format, shared);
    assertEachVf(card.index(), "repX_Y");
    assertEquals(Optional.of("up1"), name(card.index().ofPhysicalFunction(pci(PF1))));
  }

  @Test
  void functionsWithNumbersOfTwoDigitsMayBeInAnotherSlot() {
    files.pf(PF0, 16).vfs(PF0, 12, FIRST_VF_OF_PF0);
    files.link("up", PF0, "p0", "aa");
    files.link("r1", PF0, "pf0vf1", "aa");
    files.link("r10", PF0, "pf0vf10", "aa");
    files.virtualLink("r11", "p0pf0vf11", "aa");
    PciAddress last = files.pci().sriov().virtualFunctions(pci(PF0)).get(10);
    assertNotEquals(pci(FIRST_VF_OF_PF0).device(), last.device());
    assertEquals(Optional.of("r10"), name(card.index().ofVirtualFunction(last)));
    assertRepresentor(card.index(), "r1", PF0, 1);
    assertRepresentor(card.index(), "r11", PF0, 11);
  }

  @Test
  void devlinkIsTrustedMoreThanNames() {
    files.pf(PF0, 8).vfs(PF0, 2, FIRST_VF_OF_PF0);
    files.link("up", PF0, "p0", "aa");
    int one = files.link("one", PF0, "pf0vf1", "aa");
    int other = files.link("other", PF0, "pf0vf0", "aa");
    card.port(Topologies.pci(PF0), 1, PortFlavour.PCI_VF, one, 0, 0, 0);
    card.port(Topologies.pci(PF0), 2, PortFlavour.PCI_VF, other, 0, 0, 1);
    assertRepresentor(card.index(), "one", PF0, 0);
    assertRepresentor(card.index(), "other", PF0, 1);
    assertRepresentor(card.indexByNames(), "other", PF0, 0);
  }

  @Test
  void functionsOfOtherHostsArePassedOver() {
    files.pf(PF0, 8).vfs(PF0, 2, FIRST_VF_OF_PF0);
    files.link("up", PF0, "p0", "aa");
    int theirs = files.link("theirs", PF0, "c1pf0vf0", "aa");
    int ours = files.link("ours", PF0, "c0pf0vf0", "aa");
    card.port(Topologies.pci(PF0), 1, PortFlavour.PCI_VF, theirs, 1, 0, 0);
    card.port(Topologies.pci(PF0), 2, PortFlavour.PCI_VF, ours, 0, 0, 0);
    assertRepresentor(card.index(), "ours", PF0, 0);
    assertRepresentor(card.indexByNames(), "ours", PF0, 0);
  }

  @Test
  void oneInstanceOfDevlinkForBothFunctions() {
    files.pf(PF0, 8).vfs(PF0, 1, FIRST_VF_OF_PF0);
    files.pf(PF1, 8).vfs(PF1, 1, Topologies.FIRST_VF_OF_PF1);
    files.link("up0", PF0, "p0", "aa");
    files.link("up1", PF1, "p1", "aa");
    for (int pf = 0; pf < 2; pf++) {
      int link = files.link("rep" + pf, PF0, null, "aa");
      card.port(Topologies.pci(PF0), pf + 1, PortFlavour.PCI_VF, link, 0, pf, 0);
    }
    assertRepresentor(card.index(), "rep0", PF0, 0);
    assertRepresentor(card.index(), "rep1", PF1, 0);
  }

  @Test
  void theNumberOfThePhysicalFunctionMustFit() {
    files.pf(PF1, 8).vfs(PF1, 1, FIRST_VF_OF_PF0);
    files.link("up", PF1, "p0", "aa");
    int link = files.link("rep", PF1, "pf0vf0", "aa");
    card.port(Topologies.pci(PF1), 1, PortFlavour.PCI_VF, link, 0, 0, 0);
    assertEquals(Optional.empty(), card.index().ofVirtualFunction(pci(PF1), 0));
    assertEquals(Optional.empty(), card.indexByNames().ofVirtualFunction(pci(PF1), 0));
  }

  @Test
  void anotherSwitchIsNoAnswer() {
    files.pf(PF0, 8).vfs(PF0, 1, FIRST_VF_OF_PF0);
    files.link("up", PF0, "p0", "aa");
    files.virtualLink("foreign", "pf0vf0", "bb");
    files.virtualLink("of-no-switch", "pf0vf0", null);
    assertEquals(Optional.empty(), card.index().ofVirtualFunction(pci(PF0), 0));
  }

  @Test
  void inLegacyModeAPhysicalFunctionHasItsLinkAlone() {
    files.pf(PF0, 8).vfs(PF0, 2, FIRST_VF_OF_PF0);
    int pf = files.link("eno1", PF0, null, null);
    int vf = files.link("eno1v0", FIRST_VF_OF_PF0, null, null);
    RepresentorIndex index = card.index();
    assertEquals(Optional.of(new LinkId(pf, "eno1")), index.ofPhysicalFunction(pci(PF0)));
    assertEquals(Optional.empty(), index.ofVirtualFunction(pci(PF0), 0));
    assertEquals(List.of(new LinkId(vf, "eno1v0")), index.linksOf(pci(FIRST_VF_OF_PF0)));
    assertEquals(List.of(), index.all());
  }

  @Test
  void withoutAnUplinkTheRepresentorsAreFoundAllTheSame() {
    files.pf(PF0, 8).vfs(PF0, 1, FIRST_VF_OF_PF0);
    files.link("rep", PF0, "pf0vf0", "aa");
    assertRepresentor(card.index(), "rep", PF0, 0);
    assertEquals(Optional.empty(), card.index().ofPhysicalFunction(pci(PF0)));
  }

  @Test
  void devicesThatAreNotOnPci() {
    DevlinkHandle device = new DevlinkHandle("netdevsim", "netdevsim1");
    int uplink = files.virtualLink("eth5", "p1", "aa");
    int rep = files.virtualLink("eth7", "pf0vf1", "aa");
    int sf = files.virtualLink("eth8", "pf0sf7", "aa");
    card.port(device, 0, PortFlavour.PHYSICAL, uplink, null, null, 1);
    card.port(device, 129, PortFlavour.PCI_VF, rep, 0, 0, 1);
    card.port(device, 130, PortFlavour.PCI_SF, sf, 0, 0, 7);
    RepresentorIndex index = card.index();
    assertEquals(Optional.of("eth7"), name(index.ofVirtualFunction(device, 0, 1)));
    assertEquals(Optional.empty(), index.ofVirtualFunction(device, 1, 1));
    assertEquals(Optional.empty(), index.ofVirtualFunction(device, 0, 0));
    assertEquals(Optional.of("eth8"), name(index.ofSubfunction(device, 0, 7)));
    assertEquals(Optional.of("eth5"), name(index.uplinkOf(device)));
    assertFalse(index.all().isEmpty());
  }

  @Test
  void aPortWithoutItsLinkIsNothing() {
    files.pf(PF0, 8).vfs(PF0, 1, FIRST_VF_OF_PF0);
    card.port(Topologies.pci(PF0), 1, PortFlavour.PCI_VF, 77, 0, 0, 0);
    card.port(Topologies.pci(PF0), 2, PortFlavour.PCI_VF, 0, 0, 0, 0);
    assertEquals(Optional.empty(), card.index().ofVirtualFunction(pci(PF0), 0));
  }
}
