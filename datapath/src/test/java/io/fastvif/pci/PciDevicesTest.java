package io.fastvif.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.HeldException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a tree whose files take what is written and do nothing: the lab has the real ones. */
class PciDevicesTest {
  private static final PciAddress DEVICE = PciAddress.parse("0000:01:10.0");

  @TempDir Path sysfs;
  private Path device;
  private PciDevices pci;

  @BeforeEach
  void makeTree() throws IOException {
    device = Files.createDirectories(sysfs.resolve("bus/pci/devices/" + DEVICE));
    Files.writeString(device.resolve("driver_override"), "(null)\n");
    for (String name : new String[] {"igbvf", "vfio-pci", "mlx5_vfio_pci"}) {
      Path driver = Files.createDirectories(sysfs.resolve("bus/pci/drivers/" + name));
      Files.createFile(driver.resolve("bind"));
      Files.createFile(driver.resolve("unbind"));
    }
    Files.createSymbolicLink(device.resolve("driver"), Path.of("../../drivers/igbvf"));
    Files.createDirectories(device.resolve("iommu_group/devices/" + DEVICE));
    pci = new PciDevices(sysfs, sysfs.resolve("dev"));
  }

  private String written(String file) throws IOException {
    return Files.readString(sysfs.resolve("bus/pci/drivers").resolve(file)).strip();
  }

  @Test
  void readsDriverAndOverride() throws IOException {
    assertEquals(Optional.of("igbvf"), pci.driver(DEVICE));
    assertEquals(Optional.empty(), pci.override(DEVICE));
    Files.delete(device.resolve("driver"));
    Files.writeString(device.resolve("driver_override"), "vfio-pci\n");
    assertEquals(Optional.empty(), pci.driver(DEVICE));
    assertEquals(Optional.of("vfio-pci"), pci.override(DEVICE));
  }

  @Test
  void listsNetworkLinksByName() throws IOException {
    assertEquals(List.of(), pci.linkNames(DEVICE));
    Files.createDirectories(device.resolve("net/eth1"));
    Files.createDirectories(device.resolve("net/eth0"));
    assertEquals(List.of("eth0", "eth1"), pci.linkNames(DEVICE));
    assertEquals(List.of(), pci.linkNames(PciAddress.parse("0000:09:00.0")));
  }

  @Test
  void readsTheNumberOfTheIommuGroup() throws IOException {
    PciAddress grouped = PciAddress.parse("0000:01:10.2");
    Path folder = Files.createDirectories(sysfs.resolve("bus/pci/devices/" + grouped));
    assertEquals(OptionalInt.empty(), pci.groups().number(grouped));
    Files.createSymbolicLink(
        folder.resolve("iommu_group"), Path.of("../../../kernel/iommu_groups/41"));
    assertEquals(OptionalInt.of(41), pci.groups().number(grouped));
  }

  @Test
  void bindWritesNothingIfNothingDiffers() throws IOException {
    assertFalse(pci.bind(DEVICE, Optional.of("igbvf"), null));
    assertEquals("", written("igbvf/unbind"));
    assertEquals("(null)", Files.readString(device.resolve("driver_override")).strip());
  }

  @Test
  void errorsNameAnUnknownDeviceOrDriver() throws IOException {
    PciAddress other = PciAddress.parse("0000:01:10.2");
    assertEquals(
        "there is no PCI device " + other,
        assertThrows(IOException.class, () -> pci.bind(other, Optional.empty(), null))
            .getMessage());
    assertEquals(
        "the driver uio_pci_generic is not loaded",
        assertThrows(
                IOException.class, () -> pci.bind(DEVICE, Optional.of("uio_pci_generic"), null))
            .getMessage());
    assertEquals("", written("igbvf/unbind"));
  }

  @Test
  void bindDetectsADriverThatDoesNotTakeTheDevice() throws IOException {
    IOException refused =
        assertThrows(
            IOException.class, () -> pci.bind(DEVICE, Optional.of("vfio-pci"), "vfio-pci"));
    assertEquals("0000:01:10.0 is bound to igbvf, expected vfio-pci", refused.getMessage());
    assertEquals(DEVICE.toString(), written("igbvf/unbind"));
    assertEquals(DEVICE.toString(), written("vfio-pci/bind"));
    assertEquals("", Files.readString(device.resolve("driver_override")).strip());
  }

  private Path neighbour(String address, String driver, String pciClass) throws IOException {
    Files.createDirectories(device.resolve("iommu_group/devices/" + address));
    Path other = Files.createDirectories(sysfs.resolve("bus/pci/devices/" + address));
    Files.writeString(other.resolve("class"), pciClass + "\n");
    if (driver != null) {
      Files.createSymbolicLink(other.resolve("driver"), Path.of("../../drivers/" + driver));
    }
    return other;
  }

  @Test
  void theWholeGroupMustBeFreeForUserSpace() throws IOException {
    neighbour("0000:01:10.4", "vfio-pci", "0x020000");
    neighbour("0000:01:10.5", null, "0x020000");
    neighbour("0000:00:01.0", "pcieport", "0x060400");
    pci.groups().checkOwn(DEVICE);
    assertEquals(
        Optional.of("[0000:00:01.0, 0000:01:10.0, 0000:01:10.4, 0000:01:10.5]"),
        pci.groups().members(DEVICE).map(Object::toString));
    neighbour("0000:01:10.6", "igbvf", "0x020000");
    IOException refused =
        assertThrows(
            IOException.class, () -> pci.bind(DEVICE, Optional.of("vfio-pci"), "vfio-pci"));
    assertEquals(
        "0000:01:10.0 shares its IOMMU group with 0000:01:10.6 (igbvf)", refused.getMessage());
    assertEquals("", written("igbvf/unbind"));
  }

  @Test
  void withoutIommuOnlyWhereTheHostAllowsIt() throws IOException {
    Files.delete(device.resolve("iommu_group/devices/" + DEVICE));
    Files.delete(device.resolve("iommu_group/devices"));
    IOException refused =
        assertThrows(
            IOException.class, () -> pci.bind(DEVICE, Optional.of("vfio-pci"), "vfio-pci"));
    assertEquals(
        "0000:01:10.0 is in no IOMMU group: the host has no IOMMU, or it is switched off",
        refused.getMessage());
    Path parameters = Files.createDirectories(sysfs.resolve("module/vfio/parameters"));
    Files.writeString(parameters.resolve("enable_unsafe_noiommu_mode"), "Y\n");
    pci.groups().checkOwn(DEVICE);
    assertEquals(Optional.empty(), pci.groups().members(DEVICE));
  }

  @Test
  void setsTheNumberOfVirtualFunctions() throws IOException {
    SriovFunctions functions = pci.sriov();
    assertEquals(
        DEVICE + " cannot have virtual functions",
        assertThrows(IOException.class, () -> functions.setVfCount(DEVICE, 2)).getMessage());
    assertEquals(OptionalInt.empty(), functions.vfCount(DEVICE));
    Path file = Files.writeString(device.resolve("sriov_numvfs"), "4\n");
    assertEquals(OptionalInt.of(4), functions.vfCount(DEVICE));
    assertFalse(functions.setVfCount(DEVICE, 4));
    assertEquals("4\n", Files.readString(file));
    assertTrue(functions.setVfCount(DEVICE, 2));
    assertEquals("2\n", Files.readString(file));
  }

  /** The kernel would wait in the write until the guest has closed it. */
  @ParameterizedTest
  @ValueSource(strings = {"vfio-pci", "mlx5_vfio_pci"})
  void aDeviceThatAGuestUsesIsNotTakenFromVfio(String driver) throws IOException {
    Path group = Files.createDirectories(sysfs.resolve("kernel/iommu_groups/41"));
    PciAddress used = PciAddress.parse("0000:01:10.4");
    Path folder = Files.createDirectories(sysfs.resolve("bus/pci/devices/" + used));
    Files.writeString(folder.resolve("driver_override"), driver + "\n");
    Files.createSymbolicLink(folder.resolve("driver"), Path.of("../../drivers/" + driver));
    Files.createSymbolicLink(folder.resolve("iommu_group"), group);
    Files.createDirectories(folder.resolve("vfio-dev/vfio3"));
    Path files = Files.createDirectories(sysfs.resolve("dev/vfio/devices"));
    PciAddress card = PciAddress.parse("0000:01:00.0");
    Path physical = Files.createDirectories(sysfs.resolve("bus/pci/devices/" + card));
    Path count = Files.writeString(physical.resolve("sriov_numvfs"), "2");
    Files.createSymbolicLink(physical.resolve("virtfn0"), Path.of("../" + DEVICE));
    Files.createSymbolicLink(physical.resolve("virtfn1"), Path.of("../" + used));
    for (Path file :
        List.of(
            sysfs.resolve("dev/vfio/41"),
            sysfs.resolve("dev/vfio/noiommu-41"),
            files.resolve("vfio3"))) {
      Files.createFile(file);
      try (InputStream open = Files.newInputStream(file)) {
        HeldException held =
            assertThrows(
                HeldException.class, () -> pci.bind(used, Optional.of("igbvf"), null), "" + open);
        assertTrue(
            held.getMessage()
                .startsWith(
                    used + " is used by java (process " + ProcessHandle.current().pid() + ")"),
            held.getMessage());
        assertEquals("", written(driver + "/unbind"));
        assertThrows(HeldException.class, () -> pci.sriov().setVfCount(card, 0));
        assertEquals("2", Files.readString(count));
        assertEquals(driver, Files.readString(folder.resolve("driver_override")).strip());
      }
    }
    assertTrue(pci.sriov().setVfCount(card, 0));
    // Nobody has it open; the driver that is made up does not take it.
    assertThrows(IOException.class, () -> pci.bind(used, Optional.of("igbvf"), null));
    assertEquals(used.toString(), written(driver + "/unbind"));
  }
}
