package io.fastvif.plugin.hostdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceState;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.FormerDevice.FormerRepresentor;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.Links;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VifHostDevice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostDevicePluginTest {
  private static final PciAddress PF = PciAddress.parse("0000:03:00.0");
  private static final PciAddress VF = PciAddress.parse("0000:03:02.1");
  private static final MacAddress MAC = MacAddress.parse("fa:16:3e:00:00:01");
  private static final VfSettings NOW = VfSettings.defaults(1).withAddress(new MacAddress(9));
  private static final VirtualFunctionState FUNCTION =
      VirtualFunctionState.of(VF, PF, 1).withDriver("mlx5_core", null);

  private final SnapshotBuilder host = new SnapshotBuilder();

  @BeforeEach
  void describe() {
    host.physicalFunction(
            new PhysicalFunctionState(
                PF, new LinkId(2, "p0"), "mlx5_core", 8, 2, EswitchMode.SWITCHDEV))
        .virtualFunction(FUNCTION)
        .device(new DeviceState(VF, "mlx5_core", null, List.of(), true))
        .settings(VF, NOW);
  }

  private static VifHostDevice.Builder vif() {
    return VifHostDevice.builder()
        .id("vif-1")
        .plugin("hostdev")
        .devType(HostDeviceType.ETHERNET)
        .devAddress(VF)
        .address(MAC)
        .network(Network.builder().bridge("br-int").vlan(7).mtu(1450).build());
  }

  private static VifPlugin plugin(String... options) {
    Map<String, String> values = new java.util.HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    return new HostDevicePlugin.Factory().create(new PluginOptions("hostdev", values));
  }

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  private static List<String> undo(PlugPlan plan) {
    return plan.steps().stream().map(planned -> String.valueOf(planned.undo())).toList();
  }

  private PlugPlan plug(VifHostDevice vif, String... options) {
    return plugin(options).plug(vif, null, host.build());
  }

  private PlugPlan unplug(VifHostDevice vif, String... options) {
    return plugin(options).unplug(vif, null, host.build());
  }

  private String refusal(VifHostDevice vif, String... options) {
    return assertThrows(InvalidInputException.class, () -> plug(vif, options)).getMessage();
  }

  @Test
  void leasesSetsAndBinds() {
    PlugPlan plan = plug(vif().build(), "driver", "vfio-pci", "trust", "true");
    assertEquals(
        List.of(
            "lease 0000:03:02.1 to vif-1, and remember how it is",
            "set p0: vf 1 mac fa:16:3e:00:00:01 vlan 7 qos 0 trust on",
            "bind 0000:03:02.1 to vfio-pci driver_override vfio-pci"),
        steps(plan));
    assertEquals(
        List.of(
            "give back 0000:03:02.1",
            "set p0: vf 1 mac 00:00:00:00:00:09 vlan 0 qos 0 trust off",
            "bind 0000:03:02.1 to mlx5_core"),
        undo(plan));
    DeviceStep.LeaseDevice lease = (DeviceStep.LeaseDevice) plan.steps().getFirst().step();
    assertEquals(
        new DeviceLease("vif-1", false, new FormerDevice("mlx5_core", null, "vfio-pci", NOW, null)),
        lease.wanted());
    assertEquals(List.of("0000:03:02.1"), plan.devices());
  }

  @Test
  void ignorableSettingsAreStepsOfTheirOwn() {
    PlugPlan plan =
        plug(vif().build(), "vf_unsupported", "ignore", "link_state", "enable", "trust", "true");
    assertEquals(
        List.of(
            "set p0: vf 1 mac fa:16:3e:00:00:01",
            "set p0: vf 1 vlan 7 qos 0",
            "set p0: vf 1 state enable",
            "set p0: vf 1 trust on"),
        steps(plan).subList(1, 5));
    plan.steps()
        .subList(1, 5)
        .forEach(
            planned -> assertEquals(true, ((NetlinkStep.ConfigureVf) planned.step()).optional()));
    NetlinkStep.ConfigureVf strict =
        (NetlinkStep.ConfigureVf) plug(vif().build()).steps().get(1).step();
    assertEquals(false, strict.optional());
  }

  @Test
  void whatTheLastHolderLeftIsReset() {
    VfSettings left =
        NOW.withVlan(9, 2).withTrust(true).withSpoofCheck(null).withRates(0, 50).withRssQuery(true);
    host.settings(VF, left);
    VifHostDevice plain = vif().network(Network.builder().bridge("x").build()).build();
    assertEquals(
        List.of(
            "set p0: vf 1 mac fa:16:3e:00:00:01",
            "set p0: vf 1 vlan 0 qos 0",
            "set p0: vf 1 min_tx_rate 0 max_tx_rate 0",
            "set p0: vf 1 trust off"),
        steps(plug(plain)).subList(1, 5));
  }

  @Test
  void replugIsUnchanged() {
    host.device(new DeviceState(VF, "vfio-pci", "vfio-pci", List.of(), true))
        .settings(VF, NOW.withAddress(MAC).withVlan(7, 0))
        .lease(VF, plugged(false, "vfio-pci"));
    assertEquals(List.of(), steps(plug(vif().build(), "driver", "vfio-pci")));
  }

  @Test
  void theLeaseSaysInWhichNamespaceTheDeviceWasPlugged() {
    host.namespace("cookie 3");
    DeviceStep.LeaseDevice lease =
        (DeviceStep.LeaseDevice) plug(vif().build()).steps().getFirst().step();
    assertEquals("cookie 3", lease.wanted().namespace());
    host.lease(VF, lease.wanted()).settings(VF, NOW.withAddress(MAC).withVlan(7, 0));
    assertEquals(List.of(), steps(plug(vif().build())));
    DeviceLease unsaid = new DeviceLease("vif-1", false, lease.wanted().former());
    host.lease(VF, unsaid);
    assertEquals(
        List.of(new DeviceStep.LeaseDevice(VF, unsaid, lease.wanted())),
        plug(vif().build()).steps().stream().map(PlannedStep::step).toList());
  }

  private static DeviceLease plugged(boolean reserved, String boundTo) {
    return new DeviceLease(
        "vif-1", reserved, new FormerDevice("mlx5_core", null, boundTo, NOW, null));
  }

  @Test
  void unplugRestoresTheDevice() {
    host.device(new DeviceState(VF, "vfio-pci", "vfio-pci", List.of(), true))
        .settings(VF, NOW.withAddress(MAC).withTrust(true))
        .lease(VF, plugged(false, "vfio-pci"));
    assertEquals(
        List.of(
            "set p0: vf 1 mac 00:00:00:00:00:09",
            "set p0: vf 1 trust off",
            "bind 0000:03:02.1 to mlx5_core",
            "set p0: vf 1 mac 00:00:00:00:00:09",
            "give back 0000:03:02.1"),
        steps(unplug(vif().build())));
    host.lease(VF, plugged(true, null));
    assertEquals(
        List.of(
            "set p0: vf 1 mac 00:00:00:00:00:09",
            "set p0: vf 1 trust off",
            "lease 0000:03:02.1 to vif-1"),
        steps(unplug(vif().build())));
    host.lease(VF, null);
    assertEquals(List.of(), steps(unplug(vif().build())));
  }

  /** The driver reads it when it comes, and may give one to a function that has none. */
  @Test
  void aFunctionThatIsBoundAnewGetsItsAddressAnew() {
    host.device(new DeviceState(VF, "vfio-pci", "vfio-pci", List.of(), true))
        .lease(VF, plugged(false, "vfio-pci"));
    assertEquals(
        List.of(
            "bind 0000:03:02.1 to mlx5_core",
            "set p0: vf 1 mac 00:00:00:00:00:09",
            "give back 0000:03:02.1"),
        steps(unplug(vif().build())));
  }

  /** Its address once more after that: igb's physical function takes what the link is given. */
  @Test
  void itsLinkIsGivenBackAfterItsDriver() {
    host.virtualFunction(FUNCTION.withDriver("mlx5_core", new LinkId(11, "eth1")))
        .link(
            Links.link(11, "eth1", "").toBuilder()
                .address(MacAddress.parse("02:00:00:00:00:09"))
                .mtu(9000)
                .up(true)
                .build());
    String back = "give the link of 0000:03:02.1 back: eth1 address 02:00:00:00:00:09 mtu 9000 up";
    PlugPlan plan = plug(vif().build(), "driver", "vfio-pci");
    assertEquals(back, steps(plan).get(1));
    assertEquals(back, undo(plan).get(1));
    DeviceLease lease = ((DeviceStep.LeaseDevice) plan.steps().getFirst().step()).wanted();
    host.virtualFunction(FUNCTION.withDriver("vfio-pci", null))
        .device(new DeviceState(VF, "vfio-pci", "vfio-pci", List.of(), true))
        .settings(VF, NOW.withAddress(MAC).withVlan(7, 0))
        .lease(VF, lease);
    List<String> unplugged = steps(unplug(vif().build()));
    assertEquals(
        List.of(back, "set p0: vf 1 mac 00:00:00:00:00:09", "give back 0000:03:02.1"),
        unplugged.subList(unplugged.size() - 3, unplugged.size()));
  }

  /** It stayed up for this function when the last macvtap went. */
  @Test
  void aPhysicalFunctionThatWasBroughtUpIsSetDownIfUnused() {
    host.link(Links.link(2, "p0", "").toBuilder().up(true).alias(Aliases.BROUGHT_UP).build())
        .settings(VF, NOW)
        .lease(VF, plugged(false, null));
    assertEquals(
        List.of("give back 0000:03:02.1", "set p0: down, if nothing lies on it alias \"\""),
        steps(unplug(vif().build())));
  }

  @Test
  void aPlugThatWasCutOffIsFinished() {
    host.lease(VF, plugged(false, "vfio-pci")).settings(VF, NOW.withAddress(MAC));
    assertEquals(
        List.of(
            "set p0: vf 1 vlan 7 qos 0", "bind 0000:03:02.1 to vfio-pci driver_override vfio-pci"),
        steps(plug(vif().build(), "driver", "vfio-pci")));
    assertEquals(
        List.of("set p0: vf 1 mac 00:00:00:00:00:09", "give back 0000:03:02.1"),
        steps(unplug(vif().build())));
  }

  @Test
  void anothersDeviceIsLeftAlone() {
    host.lease(VF, DeviceLease.reserved("vif-2"));
    assertEquals(
        "dev_address: \"0000:03:02.1\" is leased to vif-2: expected a device of its own",
        refusal(vif().build()));
    PlugPlan plan = unplug(vif().build());
    assertEquals(List.of(), steps(plan));
    assertEquals(List.of("0000:03:02.1 is left: it is leased to vif-2"), plan.notes());
  }

  private static PortProfile profile() {
    return PortProfileOpenVSwitch.builder()
        .interfaceId("e65867e0-9340-4a7f-a256-000000000001")
        .build();
  }

  @Test
  void theRepresentorIsAPortOfOpenVSwitch() {
    host.virtualFunction(FUNCTION.withRepresentor(new LinkId(9, "p0_1")))
        .link(Links.link(9, "p0_1", ""))
        .settings(VF, NOW.withAddress(MAC));
    VifHostDevice vif = vif().portProfile(profile()).build();
    PlugPlan plan = plug(vif);
    assertEquals("lease 0000:03:02.1 to vif-1, and remember how it is", steps(plan).get(0));
    assertEquals("set p0_1: mtu 1450 up", steps(plan).get(1));
    String ports = steps(plan).get(2);
    assertEquals(
        "ovs-vsctl --may-exist add-br br-int datapath_type=system -- --may-exist add-port br-int"
            + " p0_1",
        ports.substring(0, ports.indexOf(" external_ids")));
    assertEquals(3, plan.steps().size());
    DeviceStep.LeaseDevice lease = (DeviceStep.LeaseDevice) plan.steps().getFirst().step();
    FormerRepresentor former = lease.wanted().former().representor();
    assertEquals(new FormerRepresentor("p0_1", 1500, false), former);

    host.lease(VF, lease.wanted())
        .link(Links.up(Links.link(9, "p0_1", ""), "", 1450, "02:00:00:00:00:01", 0, false));
    assertEquals(
        List.of(
            "ovs-vsctl --if-exists del-port br-int p0_1 -- --if-exists del-port br-int of iface-id"
                + " e65867e0-9340-4a7f-a256-000000000001",
            "wait for ovs-vswitchd to apply all",
            "set p0_1: down",
            "set p0_1: mtu 1500",
            "give back 0000:03:02.1"),
        steps(unplug(vif)));
  }

  @Test
  void aFunctionThatIsGoneIsGivenBackAllTheSame() {
    SnapshotBuilder empty = new SnapshotBuilder().lease(VF, plugged(false, "vfio-pci"));
    VifHostDevice vif = vif().portProfile(profile()).build();
    assertEquals(
        List.of(
            "ovs-vsctl --if-exists del-port br-int of iface-id"
                + " e65867e0-9340-4a7f-a256-000000000001",
            "give back 0000:03:02.1"),
        steps(plugin().unplug(vif, null, empty.build())));
  }

  @Test
  void anyPciDeviceWillDo() {
    PciAddress disk = PciAddress.parse("0000:05:00.0");
    host.device(new DeviceState(disk, "nvme", null, List.of(), true));
    VifHostDevice.Builder vif = vif().devAddress(disk).devType(HostDeviceType.GENERIC);
    PlugPlan plan = plug(vif.build(), "driver", "vfio-pci");
    assertEquals(
        List.of(
            "lease 0000:05:00.0 to vif-1, and remember how it is",
            "bind 0000:05:00.0 to vfio-pci driver_override vfio-pci"),
        steps(plan));
    assertEquals(
        List.of("0000:05:00.0 is not a virtual function, so its address and VLAN are not set"),
        plan.notes());
  }

  @Test
  void withoutThePhysicalFunctionsLinkOnlyLibvirtCouldSetTheAddress() {
    host.physicalFunction(
        new PhysicalFunctionState(PF, null, "mlx5_core", 8, 2, EswitchMode.LEGACY));
    assertEquals(
        List.of("0000:03:02.1 is a function of 0000:03:00.0, which has no link here"),
        plug(vif().build()).notes());
    assertEquals(
        "dev_address: \"0000:03:02.1\" is a function of 0000:03:00.0, which has no link here:"
            + " expected one whose address can be set",
        refusal(vif().devType(HostDeviceType.GENERIC).build()));
  }

  @Test
  void wrongInput() {
    assertEquals(
        "dev_address: \"0000:09:00.0\" is not a device of this host: expected the PCI address of"
            + " one",
        refusal(vif().devAddress(PciAddress.parse("0000:09:00.0")).build()));
    assertEquals(
        "port_profile: \"VIFPortProfile8021Qbh\" is not taken by the plugin hostdev: expected"
            + " VIFPortProfileOpenVSwitch, VIFPortProfileOVSRepresentor, or none",
        refusal(vif().portProfile(PortProfile8021Qbh.builder().build()).build()));
    assertEquals(
        "hostdev.vf_unsupported: \"perhaps\" is not known: expected one of fail, ignore",
        refusal(vif().build(), "vf_unsupported", "perhaps"));
    assertEquals(
        "hostdev.default_qos_type",
        assertThrows(
                InvalidInputException.class, () -> plug(vif().build(), "default_qos_type", "x"))
            .path());
  }
}
