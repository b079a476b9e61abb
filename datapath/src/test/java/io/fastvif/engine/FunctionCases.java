package io.fastvif.engine;

import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.PortProfileOvsRepresentor;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The plans of {@link PlugDiffer} for a virtual function of a card that is a tree of files. The
 * kernel behind sysfs is missing: a driver's override can be written, but no other driver binds,
 * and the function's settings are not known. {@code eth2} of the host is the function's link.
 */
final class FunctionCases {
  private static final String ID = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final PciAddress PHYSICAL = PciAddress.parse("0000:03:00.0");
  private static final PciAddress FUNCTION = PciAddress.parse("0000:03:00.2");
  private static final String DRIVER = "vfdriver";

  private FunctionCases() {}

  /** Makes the card, and the folder of leases as it is after the first one. */
  static Path makeCard(Path folder) throws IOException {
    Path bus = folder.resolve("sys/bus/pci");
    Path drivers = Files.createDirectories(bus.resolve("drivers/" + DRIVER)).getParent();
    for (PciAddress device : List.of(PHYSICAL, FUNCTION)) {
      Path files = Files.createDirectories(bus.resolve("devices/" + device));
      Files.writeString(files.resolve("class"), "0x020000\n");
      Files.writeString(files.resolve("driver_override"), "\n");
      Files.createSymbolicLink(files.resolve("driver"), drivers.resolve(DRIVER));
    }
    Files.createDirectories(folder.resolve("sys/class/net"));
    Files.createFile(Files.createDirectory(folder.resolve("leases")).resolve("lock"));
    Files.createDirectory(folder.resolve("pods"));
    return folder;
  }

  private static HostSnapshot withFunction(HostSnapshot host) {
    LinkState link = host.link("eth2").orElseThrow();
    HostSnapshot functions =
        new SnapshotBuilder()
            .physicalFunction(
                new PhysicalFunctionState(PHYSICAL, null, DRIVER, 1, 1, EswitchMode.SWITCHDEV))
            .virtualFunction(
                VirtualFunctionState.of(FUNCTION, PHYSICAL, 0)
                    .withDriver(DRIVER, new LinkId(link.index(), link.name())))
            .build();
    return host.withSriov(functions::sriov);
  }

  /** With {@code eth3} as the function's representor. */
  private static HostSnapshot withRepresentor(HostSnapshot host) {
    LinkState link = host.link("eth3").or(() -> host.link("rep0")).orElseThrow();
    VirtualFunctionState function =
        VirtualFunctionState.of(FUNCTION, PHYSICAL, 0)
            .withRepresentor(new LinkId(link.index(), link.name()));
    HostSnapshot functions =
        new SnapshotBuilder()
            .physicalFunction(
                new PhysicalFunctionState(PHYSICAL, null, DRIVER, 1, 1, EswitchMode.SWITCHDEV))
            .virtualFunction(function)
            .build();
    return host.withSriov(functions::sriov);
  }

  /** A representor that is a port of Open vSwitch's bridge {@code br-system}, without a lease. */
  static DifferCase representor() {
    PortProfileOvsRepresentor profile =
        PortProfileOvsRepresentor.builder()
            .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
            .representorName("rep0")
            .build();
    return new DifferCase(
        "representor",
        Map.of(),
        VifHostDevice.builder()
            .id(ID)
            .plugin("ovs")
            .devType(HostDeviceType.ETHERNET)
            .devAddress(FUNCTION)
            .network(Network.builder().multiHost(false).bridge("br-system").mtu(1500).build())
            .portProfile(profile)
            .build(),
        FunctionCases::withRepresentor,
        List.of());
  }

  private static VifHostDevice.Builder device() {
    return VifHostDevice.builder()
        .id(ID)
        .plugin("hostdev")
        .devType(HostDeviceType.ETHERNET)
        .devAddress(FUNCTION)
        .network(Network.builder().multiHost(false).bridge("br-int").build());
  }

  private static DifferCase of(String name, Map<String, String> options, Vif vif) {
    return new DifferCase(name, options, vif, FunctionCases::withFunction, List.of());
  }

  static List<DifferCase> functions(Path card) {
    Map<String, String> bound = Map.of("hostdev.driver", DRIVER);
    PortProfileOpenVSwitch profile =
        PortProfileOpenVSwitch.builder()
            .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
            .datapathType("netdev")
            .build();
    VifNestedDpdk nested =
        VifNestedDpdk.builder()
            .id(ID)
            .plugin("nested_dpdk")
            .pciAddress(FUNCTION.toString())
            .devDriver(DRIVER)
            .network(Network.builder().multiHost(false).mtu(1450).build())
            .portProfile(
                PortProfileK8sDpdk.builder()
                    .l3Setup(false)
                    .selflink("/api/v1/pods/a")
                    .resourceversion("1")
                    .build())
            .build();
    return List.of(
        of("host device", bound, device().build()),
        of("host device on Open vSwitch", bound, device().portProfile(profile).build()),
        of(
            "nested DPDK",
            Map.of("nested_dpdk.description_folder", card.resolve("pods").toString()),
            nested));
  }
}
