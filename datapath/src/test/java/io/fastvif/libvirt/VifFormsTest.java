package io.fastvif.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HostDeviceType;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.List;
import org.junit.jupiter.api.Test;

class VifFormsTest {
  private static final PciAddress PCI = TestVifs.pci(9);
  private static final VifBridge BRIDGE =
      VifBridge.builder().vifName("tap1").bridgeName("br0").build();
  private static final VifOpenVSwitch OVS =
      VifOpenVSwitch.builder().id(TestVifs.UUID).vifName("tap1").bridgeName("br0").build();

  private static InterfaceForm form(Vif vif) {
    return VifForms.of(
        vif, HypervisorTask.CONNECT_DEVICE, null, address -> address.equals(PCI) ? "eth5" : null);
  }

  private static void assertRefused(Vif vif, InterfaceOptions.Builder options, String... words) {
    InterfaceOptions built = options.build();
    String message =
        assertThrows(
                InvalidInputException.class,
                () -> LibvirtInterface.of(vif, HypervisorTask.CONNECT_DEVICE, built, a -> "eth5"))
            .getMessage();
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
  }

  @Test
  void eachVifHasItsForm() {
    VirtualPort port = new VirtualPort.OpenVSwitch(TestVifs.UUID, null);
    assertEquals(new EthernetForm("t"), form(VifGeneric.builder().vifName("t").build()));
    assertEquals(new BridgeForm("br0", "tap1", null), form(BRIDGE));
    assertEquals(new BridgeForm("br0", "tap1", port), form(OVS));
    for (VhostUserMode mode : VhostUserMode.values()) {
      assertEquals(
          new VhostUserForm("/s", mode, null),
          form(VifVhostUser.builder().path("/s").mode(mode).build()));
    }
    VifHostDevice.Builder device = VifHostDevice.builder().devAddress(PCI);
    assertEquals(new HostdevForm(PCI, null), form(device.devType(HostDeviceType.ETHERNET).build()));
    assertEquals(new PlainHostdevForm(PCI), form(device.devType(HostDeviceType.GENERIC).build()));
    VifDirect.Builder direct = VifDirect.builder().devAddress(PCI).mode(DirectMode.BRIDGE);
    assertEquals(new DirectForm("eth5", SourceMode.BRIDGE, null, null), form(direct.build()));
    assertEquals(
        new DirectForm("v7", SourceMode.BRIDGE, "m1", null),
        form(direct.vlanName("v7").vifName("m1").build()));
  }

  @Test
  void portsThatThePluginCreatesAreEthernet() {
    PortProfileOpenVSwitch profile = PortProfileOpenVSwitch.builder().createPort(true).build();
    VifOpenVSwitch.Builder vif = VifOpenVSwitch.builder().vifName("tap1").bridgeName("br0");
    assertEquals(new EthernetForm("tap1"), form(vif.portProfile(profile).build()));
  }

  @Test
  void refusesWhatLibvirtDoesNotSupport() {
    InterfaceOptions.Builder none = InterfaceOptions.builder();
    assertRefused(VifNestedDpdk.builder().build(), none, "VIFNestedDPDK", "inside a guest");
    assertRefused(VifBridge.builder().vifName("t").build(), none, "bridge_name");
    assertRefused(VifBridge.builder().bridgeName("é").build(), none, "bridge_name", "é");
    assertRefused(
        VifVhostUser.builder().path("relative").mode(VhostUserMode.CLIENT).build(), none, "path");
    VifGeneric multicast =
        VifGeneric.builder().vifName("t").address(MacAddress.parse("01:00:5e:00:00:01")).build();
    assertRefused(multicast, none, "multicast");
    VifDirect direct =
        VifDirect.builder().devAddress(TestVifs.pci(0)).mode(DirectMode.VEPA).build();
    assertThrows(InvalidInputException.class, () -> form(direct));
    for (String id : List.of("a'b", "a<b", "a&b", "é".repeat(20))) {
      VifDirect qbh =
          VifDirect.builder()
              .vlanName("eth5")
              .mode(DirectMode.VEPA)
              .portProfile(PortProfile8021Qbh.builder().profileId(id).build())
              .build();
      assertRefused(qbh, none, "profile_id");
    }
  }

  @Test
  void violationsNameBoth() {
    VifVhostUser vhost = VifVhostUser.builder().path("/s").mode(VhostUserMode.CLIENT).build();
    assertRefused(vhost, InterfaceOptions.builder().model("e1000"), "e1000", "vhostuser");
    VifDirect direct = VifDirect.builder().devAddress(PCI).mode(DirectMode.PASSTHROUGH).build();
    Bandwidth.Rate rate = new Bandwidth.Rate(1, null, null, null);
    Bandwidth limited = new Bandwidth(rate, null);
    assertRefused(
        direct, InterfaceOptions.builder().bandwidth(limited), "bandwidth", "passthrough");
    assertRefused(
        vhost,
        InterfaceOptions.builder().bandwidth(limited),
        "bandwidth",
        "vhostuser",
        "inbound_average");
    Bandwidth floor = new Bandwidth(new Bandwidth.Rate(1, null, null, 2), null);
    assertRefused(BRIDGE, InterfaceOptions.builder().bandwidth(floor), "floor", "type bridge");
    assertRefused(BRIDGE, InterfaceOptions.builder().vlan(VlanTags.of(3)), "vlan", "type bridge");
    FilterReference filter = new FilterReference("f", java.util.Map.of());
    assertRefused(OVS, InterfaceOptions.builder().filter(filter), "filterref", "openvswitch");
    DriverOptions vhostDriver = DriverOptions.named("vhost");
    assertRefused(
        BRIDGE, InterfaceOptions.builder().model("e1000").driver(vhostDriver), "driver", "e1000");
    VifHostDevice device =
        VifHostDevice.builder().devAddress(PCI).devType(HostDeviceType.ETHERNET).build();
    assertRefused(device, InterfaceOptions.builder().model("virtio"), "model", "hostdev");
    assertRefused(device, InterfaceOptions.builder().mtu(1500), "mtu", "hostdev");
    assertRefused(device, InterfaceOptions.builder().linkUp(true), "link state", "hostdev");
    VlanTags trunk = new VlanTags(true, List.of(new VlanTags.Tag(1, null)));
    assertRefused(device, InterfaceOptions.builder().vlan(trunk), "vlan trunk", "hostdev");
  }

  @Test
  void bandwidthThatLibvirtCannotLimitIsForTheForwarder() {
    Bandwidth both =
        new Bandwidth(
            new Bandwidth.Rate(1000, 2000, 512, null), new Bandwidth.Rate(7, null, null, null));
    assertEquals(
        java.util.Map.of(
            "vhostuser_fp.inbound_average", "1000",
            "vhostuser_fp.inbound_peak", "2000",
            "vhostuser_fp.inbound_burst", "512",
            "vhostuser_fp.outbound_average", "7"),
        both.forwarderOptions());
    Bandwidth floor = new Bandwidth(new Bandwidth.Rate(1, null, null, 2), null);
    assertThrows(InvalidInputException.class, floor::forwarderOptions);
  }

  @Test
  void networksMtuIsTakenWhereTheFormTakesOne() {
    Network network = Network.builder().mtu(1450).build();
    VifGeneric tap = VifGeneric.builder().vifName("t").network(network).build();
    assertEquals(
        1450,
        LibvirtInterface.of(tap, HypervisorTask.CONNECT_DEVICE, InterfaceOptions.NONE)
            .options()
            .mtu());
    VifHostDevice device =
        VifHostDevice.builder()
            .network(network)
            .devAddress(PCI)
            .devType(HostDeviceType.ETHERNET)
            .build();
    assertEquals(
        null,
        LibvirtInterface.of(device, HypervisorTask.CONNECT_DEVICE, InterfaceOptions.NONE)
            .options()
            .mtu());
  }
}
