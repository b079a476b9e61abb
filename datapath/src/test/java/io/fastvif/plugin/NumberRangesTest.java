package io.fastvif.plugin;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.testing.Links;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Network;
import io.fastvif.vif.NumberRange;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.PortProfileFpOpenVSwitch;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both edges of every number that is read, and numbers that fewer bits would make right. */
class NumberRangesTest {
  private static final long BITS_32 = 1L << 32;
  private static final String ID = "5c1f4a1e-0000-4000-8000-000000000001";
  private static final String MAC = "fe:16:3e:88:75:34";

  private static VifPluginFactory factory(String plugin) {
    for (VifPluginFactory factory : ServiceLoader.load(VifPluginFactory.class)) {
      if (factory.name().equals(plugin)) {
        return factory;
      }
    }
    throw new AssertionError(plugin);
  }

  @ParameterizedTest
  @EnumSource(NumberRange.class)
  void edgesAreInRangeAndWhatIsNextToThemIsNot(NumberRange range) {
    assertEquals(range.min(), range.check("field", range.min()));
    assertEquals(range.max(), range.check("field", range.max()));
    for (long wrong :
        new long[] {range.min() - 1L, range.max() + 1L, BITS_32 + range.min(), -BITS_32}) {
      InvalidInputException refused =
          assertThrows(InvalidInputException.class, () -> range.check("field", wrong));
      assertEquals(
          "field: \""
              + wrong
              + "\" is out of range: expected a whole number from "
              + range.min()
              + " to "
              + range.max(),
          refused.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "direct, owner, 0, 2147483647",
    "direct, group, 0, 2147483647",
    "direct, association_timeout, 1, 3600",
    "hostdev, max_tx_rate, 0, 2147483647",
    "hostdev, min_tx_rate, 0, 2147483647",
    "hostdev, network_device_mtu, 68, 65535",
    "linux_bridge, network_device_mtu, 68, 65535",
    "nested_dpdk, network_device_mtu, 68, 65535",
    "ovs, network_device_mtu, 68, 65535",
    "tap, group, 0, 2147483647",
    "tap, network_device_mtu, 68, 65535",
    "tap, owner, 0, 2147483647",
    "vhostuser, folder_group, 0, 2147483647",
    "vhostuser, folder_owner, 0, 2147483647",
    "vhostuser, socket_group, 0, 2147483647",
    "vhostuser, socket_owner, 0, 2147483647",
    "vhostuser, wait_seconds, 0, 3600",
    "vhostuser_fp, network_device_mtu, 68, 65535",
    "vhostuser_fp, queues, 1, 128",
    "vhostuser_fp, socket_group, 0, 2147483647",
    "vhostuser_fp, socket_owner, 0, 2147483647",
  })
  void optionsOutOfRangeAreRefusedByName(String plugin, String option, long min, long max) {
    VifPluginFactory factory = factory(plugin);
    for (long right : new long[] {min, max}) {
      assertDoesNotThrow(
          () -> factory.create(new PluginOptions(plugin, Map.of(option, "" + right))));
    }
    List<String> wrong =
        new ArrayList<>(
            List.of("" + (min - 1), "" + (max + 1), "" + (BITS_32 + min), "0x44", "1e3", "1.0"));
    wrong.add("18446744073709551" + (616 + min));
    for (String value : wrong) {
      InvalidInputException refused =
          assertThrows(
              InvalidInputException.class,
              () -> factory.create(new PluginOptions(plugin, Map.of(option, value))),
              value);
      assertEquals(plugin + "." + option, refused.path());
      assertTrue(refused.getMessage().contains('"' + value + '"'), refused.getMessage());
      assertTrue(refused.getMessage().endsWith(min + " to " + max), refused.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vhostuser, folder_permissions",
    "vhostuser, socket_permissions",
    "vhostuser_fp, socket_permissions",
    "direct, mode",
  })
  void permissionsHaveNoMoreThanNineBits(String plugin, String option) {
    for (String right : new String[] {"000", "777", "0660"}) {
      assertDoesNotThrow(
          () -> factory(plugin).create(new PluginOptions(plugin, Map.of(option, right))));
    }
    for (String wrong : new String[] {"1777", "01000", "888", "-1", "40000000660", "0x1ff"}) {
      assertThrows(
          InvalidInputException.class,
          () -> factory(plugin).create(new PluginOptions(plugin, Map.of(option, wrong))),
          wrong);
    }
  }

  private static PlugPlan plan(Integer vlan, Integer mtu) {
    Network network =
        Network.builder()
            .id("n")
            .bridge("br0")
            .bridgeInterface("eth1")
            .shouldProvideBridge(true)
            .shouldProvideVlan(vlan != null)
            .vlan(vlan)
            .mtu(mtu)
            .build();
    VifBridge vif =
        VifBridge.builder()
            .id(ID)
            .plugin("linux_bridge")
            .vifName("t1")
            .bridgeName("br0")
            .network(network)
            .build();
    return VifPlugins.installed().of(vif).plug(vif, null, new SnapshotBuilder().build());
  }

  @ParameterizedTest
  @ValueSource(ints = {65637, -65435, 4095, 4096, 0, -1, 65536 + 4094, Integer.MIN_VALUE})
  void aVlanOutOfRangeIsNotAnotherOne(int vlan) {
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> plan(vlan, null));
    assertEquals(
        "network.vlan: \"" + vlan + "\" is out of range: expected a whole number from 1 to 4094",
        refused.getMessage());
  }

  /**
   * No plug can have done anything with a wrong number, so that there is nothing to be wrong of.
   */
  @ParameterizedTest
  @ValueSource(ints = {65637, 4095, 0, -1})
  void unplugNeedsNoRightVlanAndMtu(int wrong) {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.link(2, "br0", "bridge"))
            .link(Links.up(Links.link(3, "p1", "tun"), "fastvif:" + ID, 1450, MAC, 0, false))
            .build();
    Network network =
        Network.builder()
            .shouldProvideBridge(true)
            .shouldProvideVlan(true)
            .bridge("br0")
            .bridgeInterface("eth1")
            .vlan(wrong)
            .mtu(65536)
            .build();
    VifVhostUser.Builder vhostUser =
        VifVhostUser.builder()
            .id(ID)
            .plugin("vhostuser_fp")
            .vifName("p1")
            .path("/run/p1.sock")
            .mode(VhostUserMode.CLIENT)
            .network(network);
    for (Vif vif :
        List.of(
            VifBridge.builder()
                .id(ID)
                .plugin("linux_bridge")
                .vifName("p1")
                .bridgeName("br0")
                .network(network)
                .build(),
            VifOpenVSwitch.builder()
                .id(ID)
                .plugin("ovs")
                .vifName("p1")
                .bridgeName("br0")
                .portProfile(PortProfileOpenVSwitch.builder().interfaceId(ID).build())
                .network(network)
                .build(),
            vhostUser.portProfile(PortProfileFpBridge.builder().bridgeName("br0").build()).build(),
            vhostUser
                .portProfile(PortProfileFpOpenVSwitch.builder().interfaceId(ID).build())
                .build())) {
      String steps = VifPlugins.installed().of(vif).unplug(vif, null, host).steps().toString();
      assertTrue(steps.contains("delete p1"), steps);
      assertThrows(
          InvalidInputException.class,
          () -> VifPlugins.installed().of(vif).plug(vif, null, host),
          vif.plugin().get());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4094})
  void theFirstAndTheLastVlanAreTaken(int vlan) {
    assertTrue(plan(vlan, null).toString().contains("vlan" + vlan));
  }

  @ParameterizedTest
  @ValueSource(ints = {67, 65536, -1, Integer.MAX_VALUE})
  void anMtuOutOfRangeIsRefused(int mtu) {
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> plan(null, mtu));
    assertEquals("network.mtu", refused.path());
    assertThrows(InvalidInputException.class, () -> VifChecks.vlan(network(4095)));
    assertEquals(4094, VifChecks.vlan(network(4094)));
    assertEquals(0, VifChecks.vlan(network(0)));
  }

  private static Network network(int vlan) {
    return Network.builder().vlan(vlan).build();
  }

  /** As os-vif has it: bug 1591113. */
  @Test
  void anMtuOfZeroLeavesDevicesAsTheyAre() {
    for (String zero : new String[] {"0", "", " ", "00", "-0"}) {
      assertEquals(0, new PluginOptions("ovs", Map.of("network_device_mtu", zero)).mtu());
    }
    assertEquals(1500, new PluginOptions("ovs", Map.of()).mtu());
    assertEquals(9000, VifChecks.mtu(Network.builder().mtu(0).build(), 9000));
  }
}
