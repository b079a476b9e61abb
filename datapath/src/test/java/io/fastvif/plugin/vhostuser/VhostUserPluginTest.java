package io.fastvif.plugin.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.HostSnapshot;
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
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.SubnetList;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VhostUserPluginTest {
  private static final HostSnapshot EMPTY = new SnapshotBuilder().build();

  private static VifPlugin plugin(Map<String, String> options) {
    return new VhostUserPlugin.Factory().create(new PluginOptions("vhostuser", options));
  }

  private static VifVhostUser.Builder vif(VhostUserMode mode) {
    return VifVhostUser.builder()
        .id("cd613e30-d8f1-4adf-91b7-584a2265b1f5")
        .plugin("vhostuser")
        .path("/run/vhu/a.sock")
        .mode(mode);
  }

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  @Test
  void plugWaitsForTheBackendsSocketAndSetsItsOwner() {
    PlugPlan plan =
        plugin(Map.of("socket_owner", "107", "wait_seconds", "5"))
            .plug(vif(VhostUserMode.CLIENT).build(), null, EMPTY);
    assertEquals(
        List.of(
            "make folder /run/vhu mode 0755",
            "wait up to 5000 ms for a vhost-user backend on /run/vhu/a.sock, then set mode 0660"
                + " owner 107"),
        steps(plan));
    assertEquals(
        "remove folder /run/vhu if it is empty", plan.steps().getFirst().undo().toString());
    assertEquals(
        "wait up to 30000 ms for a vhost-user backend on /run/vhu/a.sock",
        steps(plugin(Map.of()).plug(vif(VhostUserMode.CLIENT).build(), null, EMPTY)).getLast());
    assertEquals(
        List.of(), steps(plugin(Map.of()).unplug(vif(VhostUserMode.CLIENT).build(), null, EMPTY)));
  }

  @Test
  void aHypervisorThatListensNeedsAFolderAndLeavesASocket() {
    VifPlugin plugin = plugin(Map.of("folder_permissions", "0770", "folder_group", "36"));
    assertEquals(
        List.of("make folder /run/vhu mode 0770 group 36"),
        steps(plugin.plug(vif(VhostUserMode.SERVER).build(), null, EMPTY)));
    assertEquals(
        List.of("remove socket /run/vhu/a.sock if nobody answers on it"),
        steps(plugin.unplug(vif(VhostUserMode.SERVER).build(), null, EMPTY)));
    assertEquals(
        List.of(),
        steps(
            plugin.unplug(vif(VhostUserMode.SERVER).preserveOnDelete(true).build(), null, EMPTY)));
  }

  @Test
  void waitCanBeSwitchedOff() {
    assertEquals(
        List.of("make folder /run/vhu mode 0755"),
        steps(
            plugin(Map.of("wait_seconds", "0"))
                .plug(vif(VhostUserMode.CLIENT).build(), null, EMPTY)));
  }

  @Test
  void refusesOtherVifs() {
    assertThrows(
        InvalidInputException.class,
        () ->
            plugin(Map.of())
                .plug(
                    vif(VhostUserMode.CLIENT)
                        .portProfile(PortProfileFpBridge.builder().build())
                        .build(),
                    null,
                    EMPTY));
    String tooLong = "/run/" + "x".repeat(103);
    assertEquals(
        "path",
        assertThrows(
                InvalidInputException.class,
                () ->
                    plugin(Map.of())
                        .plug(vif(VhostUserMode.CLIENT).path(tooLong).build(), null, EMPTY))
            .path());
    assertEquals(
        "mode is not set: expected a value",
        assertThrows(
                InvalidInputException.class,
                () ->
                    plugin(Map.of())
                        .unplug(VifVhostUser.builder().id("a").path("/run/a").build(), null, EMPTY))
            .getMessage());
  }

  private static final Map<String, String> UPLINK =
      Map.of(
          "uplink", "af_xdp:eth1",
          "vlan_trunk", "100-199",
          "port_isolation", "true",
          "allowed_addresses", "fe80::/10");

  @Test
  void withAnUplinkThePortIsServed() {
    VifVhostUser vif =
        vif(VhostUserMode.CLIENT)
            .vifName("vhu0")
            .address(MacAddress.parse("fa:16:3e:00:00:01"))
            .network(Network.builder().vlan(5).mtu(1400).subnets(subnets("10.0.0.2")).build())
            .build();
    PlugPlan plan = plugin(UPLINK).plug(vif, null, EMPTY);
    assertEquals(
        List.of(
            "make folder /run/vhu mode 0755",
            "open vhost-user port vhu0 listening on /run/vhu/a.sock mode 0660 mtu 1400 uplink"
                + " af_xdp:eth1 only from fa:16:3e:00:00:01 10.0.0.2 fe80::/10 vlan 5 trunk"
                + " 100-199 isolated"),
        steps(plan));
    assertEquals(
        List.of("close vhost-user port vhu0 on /run/vhu/a.sock"),
        steps(plugin(UPLINK).unplug(vif, null, EMPTY)));
    assertEquals(
        "network.vlan: \"5\" is in vlan_trunk 1-9 too: expected a VLAN in one of both",
        assertThrows(
                InvalidInputException.class,
                () ->
                    plugin(Map.of("uplink", "af_xdp:eth1", "vlan_trunk", "1-9"))
                        .plug(vif, null, EMPTY))
            .getMessage());
    assertEquals(
        "address is missing: expected the guest's MAC address, or the option anti_spoofing off",
        assertThrows(
                InvalidInputException.class,
                () -> plugin(UPLINK).plug(vif(VhostUserMode.CLIENT).build(), null, EMPTY))
            .getMessage());
  }

  private static SubnetList subnets(String address) {
    FixedIp ip = FixedIp.builder().address(new IpAddress(address)).build();
    return SubnetList.of(List.of(Subnet.builder().ips(FixedIpList.of(List.of(ip))).build()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "uplink; eth1; is no uplink: expected af_xdp: and the name of a link, such as af_xdp:eth1",
        "vlan_trunk; 5-; is no list of VLANs: expected VLANs from 1 to 4094, as 5,100-199",
        "anti_spoofing; yes; is not known: expected one of off, mac, on",
        "mac_limit; 0; is out of range: expected a whole number from 1 to 1024",
        "mac_ageing; 9; is out of range: expected a whole number from 10 to 86400",
        "broadcast_limit; -1; is out of range: expected a whole number from 0 to 10000000",
        "unknown_unicast_limit; x; is out of range: expected a whole number from 0 to 10000000",
        "allowed_addresses; 10.0.0.2/33; is no list of addresses: expected addresses and networks"
            + " with commas between them, as 192.0.2.7,fe80::/10",
        "wait_seconds; 5; is for another backend: expected no option uplink with it",
      })
  void optionsOfAnUplinkAreChecked(String name, String value, String said) {
    Map<String, String> options = new HashMap<>(Map.of("uplink", "af_xdp:eth1"));
    options.put(name, value);
    assertEquals(
        "vhostuser." + name + ": \"" + value + "\" " + said,
        assertThrows(InvalidInputException.class, () -> plugin(options)).getMessage());
    if (!name.equals("uplink") && !name.equals("wait_seconds")) {
      assertEquals(
          "vhostuser."
              + name
              + ": \"5\" is of an uplink's switch: expected the option uplink"
              + " with it",
          assertThrows(InvalidInputException.class, () -> plugin(Map.of(name, "5"))).getMessage());
    }
  }
}
