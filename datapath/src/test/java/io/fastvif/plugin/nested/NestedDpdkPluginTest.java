package io.fastvif.plugin.nested;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceState;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.FixedIp;
import io.fastvif.vif.FixedIpList;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.IpAddress;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.SubnetList;
import io.fastvif.vif.VifNestedDpdk;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NestedDpdkPluginTest {
  private static final PciAddress DEVICE = PciAddress.parse("0000:00:05.0");
  private static final String JSON =
      "[{\"name\":\"pods\",\"mac\":\"fa:16:3e:00:00:01\",\"ips\":[\"10.0.0.9\"],\"mtu\":1400,"
          + "\"default\":false,\"device-info\":{\"type\":\"pci\",\"version\":\"1.1.0\","
          + "\"pci\":{\"pci-address\":\"0000:00:05.0\",\"driver\":\"vfio-pci\"}}}]";

  private final SnapshotBuilder host =
      new SnapshotBuilder().device(new DeviceState(DEVICE, "virtio-pci", null, List.of(), true));

  private static VifNestedDpdk.Builder vif() {
    Subnet subnet =
        Subnet.builder()
            .ips(
                FixedIpList.of(
                    List.of(FixedIp.builder().address(new IpAddress("10.0.0.9")).build())))
            .build();
    return VifNestedDpdk.builder()
        .id("vif-1")
        .plugin("nested_dpdk")
        .address(MacAddress.parse("fa:16:3e:00:00:01"))
        .network(
            Network.builder()
                .label("pods")
                .mtu(1400)
                .subnets(SubnetList.of(List.of(subnet)))
                .build())
        .pciAddress(DEVICE.toString())
        .devDriver("vfio-pci")
        .portProfile(profile(true));
  }

  private static PortProfile profile(boolean withAddresses) {
    return PortProfileK8sDpdk.builder().l3Setup(withAddresses).build();
  }

  private static VifPlugin plugin(Map<String, String> options) {
    return new NestedDpdkPlugin.Factory().create(new PluginOptions("nested_dpdk", options));
  }

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  @Test
  void bindsDescribesAndGoesBack() {
    PlugPlan plan = plugin(Map.of()).plug(vif().build(), null, host.build());
    assertEquals(
        List.of(
            "lease 0000:00:05.0 to vif-1, and remember how it is",
            "bind 0000:00:05.0 to vfio-pci driver_override vfio-pci",
            "write /run/fastvif/pods/vif-1.json: " + JSON),
        steps(plan));
    assertEquals(
        List.of(
            "give back 0000:00:05.0",
            "bind 0000:00:05.0 to virtio-pci",
            "remove /run/fastvif/pods/vif-1.json"),
        plan.steps().stream().map(planned -> planned.undo().toString()).toList());
    DeviceStep.LeaseDevice lease = (DeviceStep.LeaseDevice) plan.steps().getFirst().step();
    assertEquals(
        new DeviceLease(
            "vif-1", false, new FormerDevice("virtio-pci", null, "vfio-pci", null, null)),
        lease.wanted());

    host.lease(DEVICE, lease.wanted())
        .device(new DeviceState(DEVICE, "vfio-pci", "vfio-pci", List.of(), true));
    // What the file holds is looked at when it is written.
    assertEquals(
        List.of("write /run/fastvif/pods/vif-1.json: " + JSON),
        steps(plugin(Map.of()).plug(vif().build(), null, host.build())));
    assertEquals(
        List.of(
            "remove /run/fastvif/pods/vif-1.json",
            "bind 0000:00:05.0 to virtio-pci",
            "give back 0000:00:05.0"),
        steps(plugin(Map.of()).unplug(vif().build(), null, host.build())));
  }

  @Test
  void withKuryrsMeaningTheDriverIsTheOptions() {
    VifNestedDpdk vif = vif().devDriver("virtio-pci").portProfile(profile(false)).build();
    Map<String, String> options =
        Map.of("driver", "uio_pci_generic", "description_folder", "/run/pods");
    assertEquals(
        List.of(
            "bind 0000:00:05.0 to uio_pci_generic driver_override uio_pci_generic",
            "write /run/pods/vif-1.json: "
                + JSON.replace("vfio-pci", "uio_pci_generic").replace("\"10.0.0.9\"", "")),
        steps(plugin(options).plug(vif, null, host.build())).subList(1, 3));
  }

  private String refusal(VifNestedDpdk vif) {
    return assertThrows(
            InvalidInputException.class, () -> plugin(Map.of()).plug(vif, null, host.build()))
        .getMessage();
  }

  @Test
  void wrongInput() {
    assertEquals(
        "pci_address: \"pony\" is not a PCI address: expected domain:bus:device.function in"
            + " hexadecimal, as in 0000:af:06.1",
        refusal(vif().pciAddress("pony").build()));
    assertEquals(
        "pci_address: \"0000:00:06.0\" is not a device of this host: expected the PCI address of"
            + " one",
        refusal(vif().pciAddress("0000:00:06.0").build()));
    assertEquals(
        "dev_driver: \"../x\" is not the name of a driver: expected such as vfio-pci",
        refusal(vif().devDriver("../x").build()));
    assertEquals(
        "id: \"a/b\" cannot name a file: expected one without a slash",
        refusal(vif().id("a/b").build()));
    assertEquals(
        "port_profile: \"VIFPortProfile8021Qbh\" is not taken by the plugin nested_dpdk: expected"
            + " VIFPortProfileK8sDPDK or none",
        refusal(vif().portProfile(PortProfile8021Qbh.builder().build()).build()));
    assertEquals(
        "nested_dpdk.description_folder",
        assertThrows(
                InvalidInputException.class, () -> plugin(Map.of("description_folder", "pods")))
            .path());
  }
}
