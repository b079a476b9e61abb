package io.fastvif.benchmarks.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finds NICs in a sysfs tree as drivers make it: one of two PFs that share a switch. */
class PhysicalFunctionTest {
  private static final String PF = "0000:03:00.1";
  private static final String EXPECTED =
      ": expected the address of an SR-IOV physical function (ls -d"
          + " /sys/bus/pci/devices/*/sriov_totalvfs)";

  @TempDir Path sysfs;

  @BeforeEach
  void twoPortNic() throws IOException {
    for (String pf : List.of("0000:03:00.0", PF)) {
      Files.createDirectories(device(pf).resolve("net"));
      Files.writeString(device(pf).resolve("sriov_totalvfs"), "8\n");
      link(device(pf).resolve("driver"), sysfs.resolve("bus/pci/drivers/mlx5_core"));
    }
    vf(0, "0000:03:00.2");
    vf(10, "0000:03:01.4");
    vf(2, "0000:03:00.4");
    // In switchdev mode the representors are devices of the PF too.
    network(PF, "aaa10", 17, "pf1vf10", "ab12");
    network(PF, "enp3s0f1np1", 5, "p1", "ab12");
    network(PF, "aaa0", 16, "c0pf1vf0", "ab12");
    network(PF, "aaa2", 15, "pf1vf2", "ab12");
    network("0000:03:00.0", "enp3s0f0np0", 4, "p0", "ab12");
    network("0000:03:00.0", "bbb0", 20, "pf0vf0", "ab12"); // the other PF's
    network("0000:04:00.1", "ccc0", 21, "pf1vf0", "cd34"); // another NIC's
    network(PF, "ddd0", 22, "c1pf1vf0", "ab12"); // another host's
    network(PF, "sf0", 23, "pf1sf0", "ab12"); // no VF's
  }

  private Path device(String address) {
    return sysfs.resolve("bus/pci/devices").resolve(address);
  }

  private void vf(int number, String address) throws IOException {
    Files.createDirectories(device(address));
    link(device(PF).resolve("virtfn" + number), device(address));
    link(device(address).resolve("physfn"), device(PF));
  }

  private static void link(Path link, Path target) throws IOException {
    Files.createDirectories(target);
    Files.createSymbolicLink(link, target);
  }

  private void network(String device, String name, int index, String port, String id)
      throws IOException {
    Path folder = device(device).resolve("net").resolve(name);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("ifindex"), index + "\n");
    Files.writeString(folder.resolve("phys_port_name"), port + "\n");
    Files.writeString(folder.resolve("phys_switch_id"), id + "\n");
    Files.createDirectories(sysfs.resolve("class/net"));
    Files.createSymbolicLink(sysfs.resolve("class/net").resolve(name), folder);
  }

  private PhysicalFunction find(String address) throws IOException {
    return PhysicalFunction.find("--pf", PciAddress.parse(address), sysfs);
  }

  private void assertRefused(String address, String problem) {
    InvalidInputException refused = assertThrows(InvalidInputException.class, () -> find(address));
    assertEquals("--pf: \"" + address + "\" " + problem, refused.getMessage());
  }

  @Test
  void findsTheUplinkTheVfsAndTheirRepresentors() throws IOException {
    assertEquals(
        new PhysicalFunction(
            PciAddress.parse(PF),
            "mlx5_core",
            "enp3s0f1np1",
            5,
            List.of(0, 2, 10),
            List.of(
                new Representor(0, "aaa0", 16),
                new Representor(2, "aaa2", 15),
                new Representor(10, "aaa10", 17))),
        find(PF));
    assertTrue(find(PF).isInSwitchdevMode());
  }

  @Test
  void inLegacyModeThereAreNoRepresentors() throws IOException {
    Files.delete(device(PF).resolve("net/enp3s0f1np1/phys_switch_id"));
    assertEquals(List.of(), find(PF).representors());
    assertFalse(find(PF).isInSwitchdevMode());
  }

  @Test
  void aVfWithoutRepresentorIsNotSwitchdevMode() throws IOException {
    Files.writeString(device(PF).resolve("net/aaa2/phys_port_name"), "pf1sf2\n");
    assertFalse(find(PF).isInSwitchdevMode());
  }

  @Test
  void whatIsNoPhysicalFunctionIsRefused() throws IOException {
    assertRefused("0000:05:00.0", "is not a PCI device of this host" + EXPECTED);
    assertRefused("0000:03:00.4", "is a VF, of the PF 0000:03:00.1" + EXPECTED);
    Files.createDirectories(device("0000:06:00.0"));
    assertRefused("0000:06:00.0", "has no SR-IOV" + EXPECTED);
    Files.writeString(device("0000:06:00.0").resolve("sriov_totalvfs"), "8\n");
    assertRefused("0000:06:00.0", "has no network device" + EXPECTED);
    assertRefused(
        "0000:03:00.0",
        "has no VFs: expected some, as made by: echo 4 >"
            + " /sys/bus/pci/devices/0000:03:00.0/sriov_numvfs");
  }
}
