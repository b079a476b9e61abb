package io.fastvif.switchdev;

import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.generic.devlink.DevlinkPort;
import io.fastvif.netlink.generic.devlink.PortFlavour;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Cards as their drivers show them in switchdev mode: the files, and the ports of devlink. */
final class Topologies {
  static final String PF0 = "0000:03:00.0";
  static final String PF1 = "0000:03:00.1";
  static final String FIRST_VF_OF_PF0 = "0000:03:00.2";
  static final String FIRST_VF_OF_PF1 = "0000:03:01.2";

  final FakeSysfs files;
  final List<DevlinkPort> ports = new ArrayList<>();

  Topologies(FakeSysfs files) {
    this.files = files;
  }

  RepresentorIndex index() {
    return RepresentorIndex.of(ports, files.links(), files.pci().sriov());
  }

  /** What a kernel without devlink shows of it. */
  RepresentorIndex indexByNames() {
    return RepresentorIndex.of(List.of(), files.links(), files.pci().sriov());
  }

  static DevlinkHandle pci(String address) {
    return new DevlinkHandle("pci", address);
  }

  void port(
      DevlinkHandle device,
      int index,
      PortFlavour flavour,
      int link,
      Integer controller,
      Integer pf,
      Integer number) {
    boolean physical = flavour == PortFlavour.PHYSICAL;
    ports.add(
        new DevlinkPort(
            device,
            index,
            flavour,
            link,
            link == 0 ? null : "link" + link,
            physical ? OptionalInt.of(number) : OptionalInt.empty(),
            optional(controller),
            optional(pf),
            flavour == PortFlavour.PCI_VF ? optional(number) : OptionalInt.empty(),
            flavour == PortFlavour.PCI_SF ? optional(number) : OptionalInt.empty(),
            controller != null && controller != 0,
            OptionalLong.empty(),
            null,
            null));
  }

  private static OptionalInt optional(Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  /** Two functions with four VFs each; each link is under its function. */
  private Topologies twoFunctions(String driver) {
    files.pf(PF0, 8).driver(PF0, driver).vfs(PF0, 4, FIRST_VF_OF_PF0);
    files.pf(PF1, 8).driver(PF1, driver).vfs(PF1, 4, FIRST_VF_OF_PF1);
    return this;
  }

  /**
   * mlx5 since Linux 5.8: a devlink instance for each PF, its uplink and representors under the PF,
   * and subfunctions.
   *
   * @param bonded whether both PFs are on one switch, as with a bonded eswitch
   */
  Topologies mlx5(boolean bonded) {
    twoFunctions("mlx5_core");
    for (int pf = 0; pf < 2; pf++) {
      String address = pf == 0 ? PF0 : PF1;
      String id = bonded ? "a4b2c9fefff0a4b2" : "a4b2c9fefff0a4b" + pf;
      DevlinkHandle device = pci(address);
      int uplink = files.link("enp3s0f" + pf + "np" + pf, address, "p" + pf, id);
      port(device, 65535, PortFlavour.PHYSICAL, uplink, null, null, pf);
      for (int vf = 0; vf < 4; vf++) {
        int link = files.link("eth" + (4 * pf + vf), address, "pf" + pf + "vf" + vf, id);
        port(device, vf + 1, PortFlavour.PCI_VF, link, 0, pf, vf);
      }
      int link = files.link("en3f" + pf + "sf88", address, "pf" + pf + "sf88", id);
      port(device, 32768, PortFlavour.PCI_SF, link, 0, pf, 88);
    }
    return this;
  }

  /** mlx5 of older kernels: no ports of devlink, names of digits alone, each PF its own switch. */
  Topologies mlx5WithNumbers() {
    twoFunctions("mlx5_core");
    for (int pf = 0; pf < 2; pf++) {
      String id = "24be05ff4b1" + pf;
      files.link("enp3s0f" + pf, pf == 0 ? PF0 : PF1, null, id);
      for (int vf = 0; vf < 4; vf++) {
        files.virtualLink("eth" + (4 * pf + vf), "" + vf, id);
      }
    }
    return this;
  }

  /** ice: VF ports of devlink under each PF, the uplink's port too, both PFs on own switches. */
  Topologies ice() {
    twoFunctions("ice");
    for (int pf = 0; pf < 2; pf++) {
      String address = pf == 0 ? PF0 : PF1;
      String id = "b49691ffffa0000" + pf;
      DevlinkHandle device = pci(address);
      port(
          device,
          0,
          PortFlavour.PHYSICAL,
          files.link("ens1f" + pf, address, "p" + pf, id),
          null,
          null,
          pf);
      for (int vf = 0; vf < 4; vf++) {
        int link = files.link("ens1f" + pf + "r" + vf, address, "pf" + pf + "vf" + vf, id);
        port(device, vf + 2, PortFlavour.PCI_VF, link, 0, pf, vf);
      }
    }
    return this;
  }

  /** nfp: one PF with two wires; devlink has ports for the wires only; the vNIC is no port. */
  Topologies nfp() {
    files.pf(PF0, 48).driver(PF0, "nfp").vfs(PF0, 4, FIRST_VF_OF_PF0);
    String id = "00154d130f9c";
    for (int wire = 0; wire < 2; wire++) {
      int link = files.link("ens4np" + wire, PF0, "p" + wire, id);
      port(pci(PF0), wire, PortFlavour.PHYSICAL, link, null, null, wire);
    }
    files.link("ens4", PF0, null, null);
    files.link("eth9", PF0, "pf0", id);
    for (int vf = 0; vf < 4; vf++) {
      files.link("eth1" + vf, PF0, "pf0vf" + vf, id);
    }
    return this;
  }

  /** bnxt: devlink knows the wire alone, and representors have no device. */
  Topologies bnxt() {
    twoFunctions("bnxt_en");
    for (int pf = 0; pf < 2; pf++) {
      String address = pf == 0 ? PF0 : PF1;
      String id = "d404e6ffff3a7b0" + pf;
      int uplink = files.link("enp3s0f" + pf + "np" + pf, address, "p" + pf, id);
      port(pci(address), 0, PortFlavour.PHYSICAL, uplink, null, null, pf);
      for (int vf = 0; vf < 4; vf++) {
        files.virtualLink("enp3s0f" + pf + "v" + vf, "pf" + pf + "vf" + vf, id);
      }
    }
    return this;
  }

  /** sfc on EF100 before it has ports of devlink: representors have no device. */
  Topologies sfc() {
    twoFunctions("sfc");
    for (int pf = 0; pf < 2; pf++) {
      String id = "000f53ffff5a000" + pf;
      files.link("ens1f" + pf, pf == 0 ? PF0 : PF1, "p" + pf, id);
      for (int vf = 0; vf < 4; vf++) {
        files.virtualLink("rep" + pf + "_" + vf, "p" + pf + "pf" + pf + "vf" + vf, id);
      }
    }
    return this;
  }

  /** ice before it has ports of devlink: representors under the PF, the uplink without a name. */
  Topologies iceWithoutPorts() {
    twoFunctions("ice");
    for (int pf = 0; pf < 2; pf++) {
      String address = pf == 0 ? PF0 : PF1;
      String id = "b49691ffffa0000" + pf;
      for (int vf = 0; vf < 4; vf++) {
        files.link("ens1f" + pf + "r" + vf, address, "pf" + pf + "vfr" + vf, id);
      }
      files.link("ens1f" + pf, address, null, id);
    }
    return this;
  }

  /** Names of a driver's own forms on two functions that share a switch. */
  Topologies named(String format, boolean shared) {
    twoFunctions("some");
    for (int pf = 0; pf < 2; pf++) {
      String address = pf == 0 ? PF0 : PF1;
      String id = shared ? "0123456789ab" : "0123456789a" + pf;
      files.link("up" + pf, address, "P" + pf, id);
      for (int vf = 0; vf < 4; vf++) {
        String name = format.replace("X", "" + pf).replace("Y", "" + vf);
        files.link("rep" + pf + "_" + vf, address, name, id);
      }
    }
    return this;
  }
}
