package io.fastvif.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.OvsSettings;
import io.fastvif.ovsdb.OvsdbAddress;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One object for plugins and engine. */
class HostConfigurationTest {
  @TempDir Path folder;

  private static OvsSettings ovs(Map<String, String> options) {
    HostConfiguration.Builder configuration = HostConfiguration.builder(Map.of());
    options.forEach(configuration::option);
    return configuration.build().ovs();
  }

  /** Before, they were taken by the plugins and served nobody. */
  @Test
  void pluginsRefuseEngineOptions() {
    for (String option : VifPlugins.installed().engineOptions()) {
      InvalidInputException refused =
          assertThrows(
              InvalidInputException.class,
              () -> VifPlugins.installed(Map.of(option, "nonsense")),
              option);
      assertEquals(
          "option: \""
              + option
              + "\" is the engine's and not for plugins: expected one that a plugin takes; a"
              + " HostConfiguration takes both",
          refused.getMessage());
    }
    assertTrue(VifPlugins.installed().engineOptions().contains("ovs.ovsdb_connection"));
  }

  @Test
  void oneConfigurationServesPluginsAndEngine() {
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of("OS_OS_VIF_OVS__OVSDB_CONNECTION", "tcp:127.0.0.1:7000"))
            .file("nova.conf", "[os_vif_tap]\nowner = 7\n".getBytes(StandardCharsets.UTF_8))
            .option("ovs.ovs_vsctl_timeout", "9")
            .option("ovs.isolate_vif", "true")
            .build();
    assertEquals("tcp:127.0.0.1:7000", configuration.ovs().servers().toString());
    assertEquals(Duration.ofSeconds(9), configuration.ovs().limit());
    assertTrue(configuration.namesOvs());
    assertEquals("nova.conf", configuration.place("tap.owner"));
    configuration.plugins(); // without those of the engine
  }

  @Test
  void refusesUnknownOptions() {
    HostConfiguration.Builder configuration = HostConfiguration.builder(Map.of());
    for (String option : new String[] {"ovs.nonsense", "nonsense.owner", "owner", ""}) {
      InvalidInputException refused =
          assertThrows(InvalidInputException.class, () -> configuration.option(option, "1"));
      assertEquals(option, refused.value().orElseThrow());
    }
  }

  @Test
  void aFileIsReadWithTheEnvironment() throws Exception {
    Path file =
        Files.writeString(folder.resolve("nova.conf"), "[os_vif_ovs]\nisolate_vif = true\nx = 1\n");
    HostConfiguration configuration = HostConfiguration.of(file);
    assertEquals("true", configuration.values().get("ovs.isolate_vif"));
    assertEquals(
        file + ": [os_vif_ovs] x is not an option of fastvif's and is ignored",
        configuration.notes().getFirst());
    assertFalse(configuration.namesOvs());
  }

  @Test
  void findsOpenVSwitchWhereOsVifDoes() {
    OvsSettings byDefault = ovs(Map.of());
    assertEquals("tcp:127.0.0.1:6640", byDefault.servers().toString());
    assertEquals(Duration.ofMinutes(2), byDefault.limit());
    OvsSettings given =
        ovs(
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
    assertTrue(ovs(Map.of("ovs.ovs_vsctl_timeout", "0")).limit().toDays() > 1000);
    String several = "tcp:192.0.2.1:6641,tcp:192.0.2.2:6641,unix:/run/openvswitch/db.sock";
    assertEquals(
        several, ovs(Map.of("ovs.ovsdb_connection", several)).servers().toString(), "as ovs-vsctl");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp:h:0", "tcp:h:65536", "ssl:[::1]:99999", "tcp:h:4294973936"})
  void aPortOutOfRangeIsSaidToBe(String address) {
    InvalidInputException wrong =
        assertThrows(
            InvalidInputException.class, () -> ovs(Map.of("ovs.ovsdb_connection", address)));
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
                        () -> ovs(Map.of("ovs.ovsdb_connection", address)))
                    .path()));
    assertEquals(
        "ovs.ovsdb_interface",
        assertThrows(InvalidInputException.class, () -> ovs(Map.of("ovs.ovsdb_interface", "idl")))
            .path());
  }
}
