package io.fastvif.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.HypervisorTask;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a plugin makes by its options and the VIF's profile, libvirt is not told to make. */
class HypervisorTaskTest {
  private static final EthernetForm OPENED = new EthernetForm("tap1", false);
  private static final EthernetForm MADE = new EthernetForm("tap1", true);
  private static final VifBridge BRIDGE =
      VifBridge.builder().plugin("linux_bridge").vifName("tap1").bridgeName("br0").build();

  private static InterfaceForm form(Vif vif, String... options) {
    Map<String, String> given = options.length == 0 ? Map.of() : Map.of(options[0], options[1]);
    HypervisorTask left = VifPlugins.installed(given).hypervisorTask(vif);
    return VifForms.of(vif, left, null, address -> null);
  }

  private static VifOpenVSwitch ovs(PortProfileOpenVSwitch.Builder profile) {
    return VifOpenVSwitch.builder()
        .id(TestVifs.UUID)
        .plugin("ovs")
        .vifName("tap1")
        .bridgeName("br-int")
        .portProfile(profile.interfaceId(TestVifs.UUID).build())
        .build();
  }

  private static PortProfileOpenVSwitch.Builder profile() {
    return PortProfileOpenVSwitch.builder();
  }

  @Test
  void tapsOfPluginTapAreOpened() {
    assertEquals(OPENED, form(VifGeneric.builder().plugin("tap").vifName("tap1").build()));
    assertEquals(MADE, form(VifGeneric.builder().plugin("vrouter").vifName("tap1").build()));
    assertEquals(MADE, form(VifGeneric.builder().vifName("tap1").build()));
  }

  @Test
  void portsOfLinuxBridgesFollowTheOption() {
    BridgeForm connected = new BridgeForm("br0", "tap1", null);
    assertEquals(connected, form(BRIDGE));
    assertEquals(connected, form(BRIDGE, "linux_bridge.create_port", "none"));
    assertEquals(OPENED, form(BRIDGE, "linux_bridge.create_port", "tap"));
    String refusal =
        assertThrows(
                InvalidInputException.class, () -> form(BRIDGE, "linux_bridge.create_port", "veth"))
            .getMessage();
    assertTrue(refusal.contains("veth"), refusal);
  }

  @Test
  void portsOfOpenVSwitchFollowProfileAndOption() {
    BridgeForm connected =
        new BridgeForm("br-int", "tap1", new VirtualPort.OpenVSwitch(TestVifs.UUID, null));
    String option = "ovs.per_port_bridge";
    assertEquals(connected, form(ovs(profile())));
    // without create_port the plugin makes no tap either
    assertEquals(connected, form(ovs(profile().createTap(true))));
    assertEquals(MADE, form(ovs(profile().createPort(true))));
    assertEquals(OPENED, form(ovs(profile().createPort(true).createTap(true))));
    assertEquals(MADE, form(ovs(profile()), option, "true"));
    assertEquals(OPENED, form(ovs(profile().createTap(true)), option, "true"));
  }

  @Test
  void profileCountsWithoutThePlugin() {
    VifOpenVSwitch.Builder vif =
        VifOpenVSwitch.builder().plugin("another").vifName("tap1").bridgeName("br-int");
    vif.portProfile(profile().createPort(true).createTap(true).build());
    assertEquals(OPENED, form(vif.build()));
    vif.portProfile(profile().createPort(true).build());
    assertEquals(MADE, form(vif.build()));
  }

  @Test
  void hybridTapsAreLibvirts() {
    VifBridge hybrid =
        VifBridge.builder()
            .plugin("ovs")
            .vifName("tap1")
            .bridgeName("qbr1")
            .portProfile(profile().build())
            .build();
    assertEquals(new BridgeForm("qbr1", "tap1", null), form(hybrid));
  }

  @Test
  void macvtapsOfPluginDirectAreOpened() {
    VifDirect.Builder vif =
        VifDirect.builder().vifName("tap1").mode(DirectMode.VEPA).devAddress(TestVifs.pci(1));
    assertEquals(OPENED, form(vif.plugin("direct").build()));
    vif.portProfile(PortProfile8021Qbh.builder().profileId("p").build());
    assertEquals(OPENED, form(vif.build()), "the plugin has associated it");
    vif.vlanName("eth5.7").plugin("another");
    assertEquals(
        new DirectForm("eth5.7", SourceMode.VEPA, "tap1", new VirtualPort.Qbh("p")),
        form(vif.build()));
  }

  private static LibvirtInterface described(String multiQueue, Integer queues) {
    VifGeneric vif = VifGeneric.builder().plugin("tap").vifName("tap1").build();
    HypervisorTask left =
        VifPlugins.installed(Map.of("tap.multi_queue", multiQueue)).hypervisorTask(vif);
    DriverOptions driver = new DriverOptions(null, queues, null, null, null, null);
    return LibvirtInterface.of(
        vif, left, InterfaceOptions.builder().model("virtio").driver(driver).build());
  }

  @Test
  void queuesAreThoseThatTheTapIsMadeFor() {
    assertTrue(described("true", 2).xml().contains("queues='2'"));
    assertTrue(described("false", 1).xml().contains("queues='1'"));
    assertThrows(InvalidInputException.class, () -> described("true", 1));
    assertThrows(InvalidInputException.class, () -> described("true", null));
    assertThrows(InvalidInputException.class, () -> described("false", 2));
    PortProfileOpenVSwitch.Builder several =
        profile().createPort(true).createTap(true).multiqueue(true);
    assertEquals(
        HypervisorTask.OPEN_MULTIQUEUE_TAP, VifPlugins.installed().hypervisorTask(ovs(several)));
  }

  private static LibvirtInterface described(Vif vif) {
    return LibvirtInterface.of(
        vif, VifPlugins.installed().hypervisorTask(vif), InterfaceOptions.NONE);
  }

  @Test
  void openedDevicesAreNotManaged() {
    String xml = described(VifGeneric.builder().plugin("tap").vifName("tap1").build()).xml();
    assertTrue(xml.contains("<target dev='tap1' managed='no'/>"), xml);
  }

  @Test
  void reservedNamesAreNoted() {
    for (String prefix : List.of("vnet", "vif", "macvtap", "macvlan")) {
      String name = prefix + "0";
      List<Vif> dropped =
          List.of(
              VifGeneric.builder().vifName(name).build(),
              VifBridge.builder().vifName(name).bridgeName("br0").build(),
              VifDirect.builder().vifName(name).vlanName("e").mode(DirectMode.VEPA).build(),
              VifVhostUser.builder().vifName(name).path("/s").mode(VhostUserMode.SERVER).build());
      for (Vif vif : dropped) {
        List<String> notes = described(vif).notes();
        assertEquals(1, notes.size(), notes.toString());
        assertTrue(notes.getFirst().startsWith(name + " "), notes.toString());
        assertTrue(notes.getFirst().contains("it drops such a name"), notes.toString());
      }
      List<String> kept =
          described(VifGeneric.builder().plugin("tap").vifName(name).build()).notes();
      assertTrue(kept.getFirst().contains("it keeps this one"), kept.toString());
      assertEquals(
          1,
          HistoricalVifType.IOVISOR
              .interfaceOf(Map.of("target", name), InterfaceOptions.NONE)
              .notes()
              .size());
      assertEquals(1, TargetNames.notes("<a><target\n dev=\"" + name + "\"/></a>").size());
    }
    assertEquals(List.of(), described(VifGeneric.builder().vifName("tap1").build()).notes());
    assertEquals(List.of(), TargetNames.notes("<target dev='tapvnet'/><source dev='vnet1'/>"));
  }

  @Test
  void vhostUserPortsHaveTheirNameAndReconnect() {
    VifVhostUser.Builder vif = VifVhostUser.builder().id(TestVifs.UUID).path("/s");
    String client = described(vif.mode(VhostUserMode.CLIENT).build()).xml();
    assertTrue(client.contains("<target dev='vhu09b11c53-8b'/>"), client);
    assertTrue(client.contains("<reconnect enabled='yes' timeout='1'/>"), client);
    String server = described(vif.mode(VhostUserMode.SERVER).vifName("port1").build()).xml();
    assertTrue(server.contains("<target dev='port1'/>"), server);
    assertTrue(!server.contains("reconnect"), server);
  }

  @Test
  void portNamesThatLibvirtDoesNotTakeAreLeftOutWithANote() {
    VifVhostUser vif =
        VifVhostUser.builder().vifName("port é").path("/s").mode(VhostUserMode.SERVER).build();
    LibvirtInterface described = described(vif);
    assertTrue(!described.xml().contains("<target"), described.xml());
    assertTrue(described.notes().getFirst().startsWith("vif_name port é is left out"));
  }

  @Test
  void vhostUserPortsHaveNoMtu() {
    VifVhostUser.Builder vif =
        VifVhostUser.builder()
            .vifName("port1")
            .path("/s")
            .mode(VhostUserMode.SERVER)
            .network(Network.builder().mtu(1450).build());
    LibvirtInterface described = described(vif.build());
    assertTrue(!described.xml().contains("<mtu"), described.xml());
    assertTrue(described.notes().getFirst().startsWith("network.mtu 1450 is left out"));
    InterfaceOptions mtu = InterfaceOptions.builder().mtu(1450).build();
    String refusal =
        assertThrows(
                InvalidInputException.class,
                () -> LibvirtInterface.of(vif.build(), HypervisorTask.CONNECT_DEVICE, mtu))
            .getMessage();
    assertTrue(refusal.contains("mtu does not go with"), refusal);
  }
}
