package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.OvsSettings;
import io.fastvif.ovsdb.OvsdbAddress;
import io.fastvif.vif.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PluginConfigurationTest {
  @TempDir Path folder;

  private static Arguments options(String... options) {
    Arguments arguments = new Arguments();
    for (String option : options) {
      arguments.add(PluginConfiguration.OPTION, option);
    }
    return arguments;
  }

  @Test
  void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("nova.conf"),
            """
            [DEFAULT]
            isolate_vif = true
            [os_vif_ovs]
            # isolate_vif = true
            ovsdb_connection=unix:/run/db.sock
            network_device_mtu = 1400
            default_qos_type =
            of_another_release = 7
            [os_vif_linux_bridge]
            flat_interface = eth1
            [libvirt]
            per_port_bridge = true
            """);
    Arguments arguments = options("ovs.network_device_mtu=1380");
    arguments.add(PluginConfiguration.CONFIG, file.toString());
    PluginConfiguration configuration =
        PluginConfiguration.of(
            arguments,
            Map.of(
                "OS_OS_VIF_OVS__NETWORK_DEVICE_MTU", "1390",
                "OS_OS_VIF_OVS__ISOLATE_VIF", "true",
                "OS_OS_VIF_OVS__UNKNOWN", "x",
                "OS_OS_VIF_LINUX_BRIDGE__FLAT_INTERFACE", "eth2"));
    assertEquals(
        Map.of(
            "ovs.ovsdb_connection", "unix:/run/db.sock",
            "ovs.network_device_mtu", "1380",
            "ovs.default_qos_type", "",
            "ovs.isolate_vif", "true",
            "linux_bridge.flat_interface", "eth2"),
        configuration.values());
    assertEquals("--option", configuration.place("ovs.network_device_mtu"));
    assertEquals("OS_OS_VIF_OVS__ISOLATE_VIF", configuration.place("ovs.isolate_vif"));
    assertEquals(file.toString(), configuration.place("ovs.ovsdb_connection"));
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Arguments arguments = options();
    arguments.add(PluginConfiguration.CONFIG, folder.resolve("none").toString());
    String message =
        assertThrows(WrongInputException.class, () -> PluginConfiguration.of(arguments, Map.of()))
            .getMessage();
    assertTrue(message.contains("none: cannot be read"), message);
  }

  @Test
  void findsOpenVSwitchWhereOsVifDoes() {
    OvsSettings byDefault = OvsConnection.of(Map.of());
    assertEquals("tcp:127.0.0.1:6640", byDefault.servers().toString());
    assertEquals(Duration.ofMinutes(2), byDefault.limit());
    OvsSettings given =
        OvsConnection.of(
            Map.of(
                "ovs.ovsdb_connection", "tcp:[2001:db8::1]:6641",
                "ovs.ovs_vsctl_timeout", "7",
                "ovs.ovsdb_interface", "vsctl",
                "linux_bridge.create_port", "tap"));
    OvsdbAddress.Tcp tcp =
        assertInstanceOf(OvsdbAddress.Tcp.class, given.servers().addresses().getFirst());
    assertEquals("2001:db8::1", tcp.host());
    assertEquals(6641, tcp.port());
    assertEquals(Duration.ofSeconds(7), given.limit());
    assertTrue(OvsConnection.of(Map.of("ovs.ovs_vsctl_timeout", "0")).limit().toDays() > 1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp:h:0", "tcp:h:65536", "ssl:[::1]:99999", "tcp:h:4294973936"})
  void aPortOutOfRangeIsSaidToBe(String address) {
    InvalidInputException wrong =
        assertThrows(
            InvalidInputException.class,
            () -> OvsConnection.of(Map.of("ovs.ovsdb_connection", address)));
    assertEquals("ovs.ovsdb_connection", wrong.path());
    assertTrue(wrong.getMessage().contains("a PORT from 1 to 65535"), wrong::getMessage);
    assertTrue(wrong.getMessage().contains(address), wrong::getMessage);
  }

  @Test
  void refusesWhatCannotBeAnAddressOrAKey() {
    Map<String, String> wrong =
        Map.of(
            "udp:127.0.0.1:6640", "ovs.ovsdb_connection",
            "unix:", "ovs.ovsdb_connection",
            "tcp:127.0.0.1:0", "ovs.ovsdb_connection",
            "tcp:127.0.0.1:65536", "ovs.ovsdb_connection",
            "ssl:127.0.0.1:6640", "ovs.private_key");
    wrong.forEach(
        (address, path) ->
            assertEquals(
                path,
                assertThrows(
                        InvalidInputException.class,
                        () -> OvsConnection.of(Map.of("ovs.ovsdb_connection", address)))
                    .path()));
    assertEquals(
        "ovs.ovsdb_interface",
        assertThrows(
                InvalidInputException.class,
                () -> OvsConnection.of(Map.of("ovs.ovsdb_interface", "idl")))
            .path());
  }
}
