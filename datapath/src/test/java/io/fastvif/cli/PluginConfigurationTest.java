package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.config.HostConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    HostConfiguration configuration =
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
}
