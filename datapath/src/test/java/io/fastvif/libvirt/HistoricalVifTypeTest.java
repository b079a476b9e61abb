package io.fastvif.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.VhostUserMode;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoricalVifTypeTest {
  private static final Map<String, String> ON_BRIDGE = Map.of("bridge", "br0", "target", "vnet0");
  private static final Map<String, String> TAP = Map.of("target", "vnet0");
  private static final Map<String, String> ETH0 = Map.of("source", "eth0");

  private static InterfaceForm form(String type, Map<String, String> details) {
    return HistoricalVifType.parse(type).form(details);
  }

  private static Map<String, String> and(Map<String, String> details, String... more) {
    Map<String, String> all = new HashMap<>(details);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  private static String refusal(String type, Map<String, String> details) {
    return assertThrows(InvalidInputException.class, () -> form(type, details)).getMessage();
  }

  @Test
  void eachTypeHasItsForm() {
    BridgeForm bridge = new BridgeForm("br0", "vnet0", null);
    EthernetForm ethernet = new EthernetForm("vnet0");
    VirtualPort port = new VirtualPort.OpenVSwitch(TestVifs.UUID, "something");
    assertEquals(
        new BridgeForm("br0", "vnet0", port),
        form("ovs", and(ON_BRIDGE, "interface_id", TestVifs.UUID, "profile_id", "something")));
    assertEquals(bridge, form("ovs", and(ON_BRIDGE, "filtered", "true")));
    assertEquals(ethernet, form("ivs", TAP));
    assertEquals(bridge, form("ivs", and(ON_BRIDGE, "filtered", "true")));
    assertEquals(bridge, form("bridge", ON_BRIDGE));
    for (String type : new String[] {"iovisor", "midonet", "vrouter"}) {
      assertEquals(ethernet, form(type, TAP), type);
    }
    assertEquals(
        new DirectForm(
            "eth0", SourceMode.VEPA, null, new VirtualPort.Qbg(11, 1193047, 2, TestVifs.UUID)),
        form(
            "802.1qbg",
            and(
                ETH0,
                "manager_id",
                "11",
                "type_id",
                "1193047",
                "type_id_version",
                "2",
                "instance_id",
                TestVifs.UUID)));
    assertEquals(
        new DirectForm("eth0", SourceMode.VEPA, null, new VirtualPort.Qbh("manager")),
        form("802.1qbh", and(ETH0, "profile_id", "manager")));
    DirectForm passthrough = new DirectForm("eth0", SourceMode.PASSTHROUGH, null, null);
    assertEquals(passthrough, form("hw_veb", ETH0));
    assertEquals(passthrough, form("mlnx_direct", ETH0));
    assertEquals(
        new VhostUserForm("/some/sock", VhostUserMode.SERVER, null),
        form("vhostuser", Map.of("path", "/some/sock", "mode", "server")));
    assertEquals(
        new DirectForm("eth0", SourceMode.BRIDGE, null, null),
        form("macvtap", and(ETH0, "mode", "bridge")));
  }

  @Test
  void virtualFunctionHasItsVlan() {
    LibvirtInterface function =
        HistoricalVifType.HW_VEB.interfaceOf(
            Map.of("address", "0000:02:10.2", "vlan", "3", "mac_address", "fa:16:3e:88:75:34"),
            InterfaceOptions.NONE);
    assertEquals(new HostdevForm(PciAddress.parse("0000:02:10.2"), null), function.form());
    assertEquals(VlanTags.of(3), function.options().vlan());
    assertEquals(TestVifs.MAC, function.address());
  }

  @Test
  void whatCannotBeIsRefused() {
    assertTrue(refusal("dvs", Map.of()).contains("VMware"));
    assertTrue(refusal("other", Map.of()).contains("placeholder"));
    assertTrue(refusal("nothing", Map.of()).contains("802.1qbh"));
    assertTrue(refusal("bridge", TAP).startsWith("bridge is not set"));
    assertTrue(refusal("vrouter", ON_BRIDGE).contains("\"bridge\" is not used"));
    assertTrue(refusal("ovs", and(ON_BRIDGE, "filtered", "yes")).contains("filtered"));
    assertTrue(refusal("macvtap", and(ETH0, "mode", "x")).contains("passthrough"));
  }
}
