package io.fastvif.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
  private static final Set<String> KNOWN =
      Set.of("ovs.isolate_vif", "ovs.ovsdb_connection", "ovs.wait_for", "ovs.network_device_mtu");

  private static Configuration of(String text, Map<String, String> environment) {
    Configuration configuration = new Configuration(environment, KNOWN);
    configuration.add("nova.conf", text.getBytes(StandardCharsets.UTF_8));
    return configuration;
  }

  private static Optional<String> value(String text, String option) {
    return of(text, Map.of()).value("ovs", option).map(Configuration.Value::text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[os_vif_ovs]\nisolate_vif = true",
        "[os_vif_ovs]\nisolate_vif: true\n",
        "[os_vif_ovs]\r\nisolate_vif=true\r\n",
        "[OS_VIF_OVS]\nisolate_vif = \"true\"",
        """
        [os_vif_ovs]
        isolate_vif = false
        [vnc]
        isolate_vif = no
        [Os_Vif_Ovs]
        isolate_vif = true
        """,
        "[DEFAULT]\nyes = true\n[os_vif_ovs]\nisolate_vif = $yes",
        "[DEFAULT]\nyes = true\n[os_vif_ovs]\nisolate_vif = ${yes}",
        "[vnc]\nyes = true\n[os_vif_ovs]\nisolate_vif = ${vnc.yes}",
      })
  void isolationIsSeenInEveryForm(String text) {
    assertEquals(Optional.of("true"), value(text, "isolate_vif"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$$|$",
        "\\$x|$x",
        "a$|a$",
        "$9|$9",
        "${|${",
        "$ip|10.0.0.1",
        "unix:/$ip.sock|",
      })
  void referencesAreTakenFromDefault(String text, String expected) {
    String file = "[DEFAULT]\nip = 10.0.0.1\n[os_vif_ovs]\novsdb_connection = " + text;
    if (expected == null) { // of a group "ip", which there is not
      assertThrows(InvalidInputException.class, () -> value(file, "ovsdb_connection"));
    } else {
      assertEquals(Optional.of(expected), value(file, "ovsdb_connection"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[os_vif_ovs|line 1|is not a section",
        "[]|line 1|is not a section",
        "a = 1|line 1|is in no section",
        "[x]\\n  a = 1|line 2|continues nothing",
        "[x]\\nisolate_vif|line 2|has no = or :",
        "[x]\\n= 1|line 2|names no option",
        "\ufeff[x]|line 1|begins with a byte order mark",
      })
  void linesThatCannotBeReadAreNamed(String text, String line, String problem) {
    InvalidInputException wrong =
        assertThrows(InvalidInputException.class, () -> of(text.replace("\\n", "\n"), Map.of()));
    assertEquals(line, wrong.path());
    assertTrue(wrong.getMessage().contains(problem), wrong.getMessage());
  }

  @Test
  void latin1IsNamedWithItsLine() {
    Configuration configuration = new Configuration(Map.of(), KNOWN);
    byte[] bytes = "[x]\n# caf\u00e9\na = 1\n".getBytes(StandardCharsets.ISO_8859_1);
    InvalidInputException wrong =
        assertThrows(InvalidInputException.class, () -> configuration.add("f", bytes));
    assertEquals("line 2 is not UTF-8: expected UTF-8, in comments too", wrong.getMessage());
  }

  @Test
  void laterFilesGoBeforeEarlierOnesAndTheEnvironmentBeforeAll() {
    Configuration configuration = of("[os_vif_ovs]\nisolate_vif = 1\nwait_for = a", Map.of());
    configuration.add(
        "later.conf",
        "[DEFAULT]\nnetwork_device_mtu = 9000\n[os_vif_ovs]\nisolate_vif = 0"
            .getBytes(StandardCharsets.UTF_8));
    assertEquals("0", configuration.value("ovs", "isolate_vif").orElseThrow().text());
    assertEquals("later.conf", configuration.value("ovs", "isolate_vif").orElseThrow().place());
    assertEquals("a", configuration.value("ovs", "wait_for").orElseThrow().text());
    assertEquals("9000", configuration.value("ovs", "network_device_mtu").orElseThrow().text());
    Configuration over =
        of("[os_vif_ovs]\nisolate_vif = 0", Map.of("OS_OS_VIF_OVS__ISOLATE_VIF", "yes"));
    assertEquals("yes", over.value("ovs", "isolate_vif").orElseThrow().text());
  }

  @Test
  void reportsUnknownOptionsInPluginSectionsOnly() {
    Configuration configuration =
        of(
            "[DEFAULT]\nisolate = 1\n[os_vif_ovs]\nisolate_vlf = true\nIsolate_Vif = true\n"
                + "isolate_vif = true\n[os-vif-ovs]\na = 1\n[os_vif_other]\nb = 1\n[vnc]\nc = 1",
            Map.of(
                "OS_OS_VIF_OVS__ISOLATE",
                "1",
                "OS_OS_VIF_OVS__ISOLATE_VIF",
                "1",
                "OS_VNC__C",
                "1"));
    assertEquals(
        List.of(
            "nova.conf: [os_vif_ovs] isolate_vlf is not an option of fastvif's and is ignored",
            "nova.conf: [os_vif_ovs] Isolate_Vif is not an option of fastvif's and is ignored",
            "nova.conf: [os-vif-ovs] is of no plugin here and is ignored",
            "nova.conf: [os_vif_other] is of no plugin here and is ignored",
            "OS_OS_VIF_OVS__ISOLATE is not an option of fastvif's and is ignored"),
        configuration.unknown());
  }

  @Test
  void anOptionThatRefersToItselfIsRefused() {
    String file = "[os_vif_ovs]\nisolate_vif = $wait_for\nwait_for = ${os_vif_ovs.isolate_vif}";
    InvalidInputException wrong =
        assertThrows(InvalidInputException.class, () -> value(file, "isolate_vif"));
    assertTrue(wrong.getMessage().contains("refers to itself"), wrong.getMessage());
  }

  /** Variables are the same in any case, and what is referred to is not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "${OS_VIF_OVS.isolate_vif}",
        "${os_vif_ovs.ISOLATE_VIF}",
        "${VNC.server}",
        "${vnc.SERVER}",
        "$MY_IP"
      })
  void aReferenceInCapitalsIsToNothing(String reference) {
    Map<String, String> environment =
        Map.of(
            "OS_OS_VIF_OVS__ISOLATE_VIF", "true", "OS_VNC__SERVER", "a", "OS_DEFAULT__MY_IP", "b");
    String file = "[vnc]\nserver = a\n[DEFAULT]\nmy_ip = b\n[os_vif_ovs]\nwait_for = ";
    InvalidInputException wrong =
        assertThrows(
            InvalidInputException.class,
            () -> of(file + reference, environment).value("ovs", "wait_for"));
    assertTrue(wrong.getMessage().contains("is not set"), wrong.getMessage());
    String right = reference.toLowerCase(Locale.ROOT);
    assertTrue(of(file + right, environment).value("ovs", "wait_for").isPresent());
  }

  @Test
  void aReferenceToNothingIsRefusedWithItsPlace() {
    InvalidInputException wrong =
        assertThrows(
            InvalidInputException.class,
            () -> value("[os_vif_ovs]\novsdb_connection = tcp:$my_ip:6640", "ovsdb_connection"));
    assertEquals(
        "nova.conf: [os_vif_ovs] ovsdb_connection: \"$my_ip\" refers to an option that is not set:"
            + " expected one that a file here sets",
        wrong.getMessage());
  }
}
