package io.fastvif.config;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Makes files up: most of what oslo.config takes, some of what it refuses. */
final class ConfigFileGenerator {
  private static final List<String> SECTIONS =
      List.of(
          "[os_vif_ovs]",
          "[os_vif_ovs]",
          "[OS_VIF_OVS]",
          "[os_vif_linux_bridge]",
          "[Os_Vif_Linux_Bridge]",
          "[DEFAULT]",
          "[DEFAULT]",
          "[default]",
          "[vnc]",
          "[os_vif_ovs ]",
          "[ os_vif_ovs]",
          "[a]]",
          "[os_vif_ovs]\t");
  private static final List<String> WRONG_LINES =
      List.of(
          "[",
          "[]",
          "[os_vif_ovs",
          "[os_vif_ovs] # why",
          "isolate_vif",
          "= true",
          ": 7",
          "\f",
          "  \u00a0alone",
          "\u00a0isolate_vif",
          "\u2028");
  private static final List<String> OVS =
      List.of(
          "network_device_mtu",
          "ovs_vsctl_timeout",
          "ovsdb_connection",
          "ovsdb_interface",
          "isolate_vif",
          "isolate_vif",
          "per_port_bridge");
  private static final List<String> LINUX_BRIDGE =
      List.of(
          "use_ipv6",
          "iptables_top_regex",
          "iptables_drop_action",
          "forward_bridge_interface",
          "forward_bridge_interface",
          "vlan_interface",
          "flat_interface",
          "network_device_mtu");
  private static final List<String> OTHERS =
      List.of("my_ip", "state", "server", "Isolate_vif", "isolate-vif", "two words", "my_ip");
  private static final List<String> SEPARATORS =
      List.of(" = ", "=", ": ", ":", " : ", "\t=\t", " == ", "=:", "\u00a0=\u00a0");
  private static final List<String> FLAGS =
      List.of("true", "True", "TRUE", "1", "yes", "oN", "false", "0", "No", "OFF", "2", "y", "");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1500",
          "9000",
          "+5",
          "-1",
          "1_500",
          "1__5",
          "_1",
          "1_",
          "\u0661\u0662",
          "0x10",
          "1.5",
          "",
          "1e3",
          "99999999999",
          "99999999999999999999999",
          "00042",
          "- 1",
          "2147483647",
          "2147483648",
          "-2147483648",
          "\uff11\uff12");
  private static final List<String> TEXTS =
      List.of(
          "tcp:127.0.0.1:6640",
          "native",
          "vsctl",
          "all",
          "eth0",
          "\"true\"",
          "'a'",
          "\"a",
          "a\"",
          "\"",
          "\"\"",
          "\"a' ",
          "'\"x\"'",
          "a # not a comment",
          "caf\u00e9",
          "\u00a0x\u00a0",
          "\" spaced \"",
          "[x]",
          "%(x)s",
          "a = b");
  private static final List<String> REFERENCES =
      List.of(
          "$my_ip",
          "${my_ip}",
          "tcp:$my_ip:6640",
          "$$x",
          "\\$x",
          "\\\\$my_ip",
          "$",
          "${",
          "${}",
          "${my_ip",
          "$9",
          "a$-b",
          "$nope",
          "$state",
          "${vnc.server}",
          "$vnc.server",
          "${os_vif_ovs.ovsdb_connection}",
          "${os_vif_ovs.isolate_vif}",
          "${os_vif_ovs.network_device_mtu}",
          "${os_vif_linux_bridge.vlan_interface}",
          "${OS_VIF_OVS.isolate_vif}",
          "${os_vif_ovs.ISOLATE_VIF}",
          "${VNC.server}",
          "$MY_IP",
          "${DEFAULT.my_ip}",
          "${nogroup.x}",
          "$my_ip.x",
          "$my_ip$my_ip",
          "$$$my_ip");

  private final Random random;
  private String section = "";

  ConfigFileGenerator(Random random) {
    this.random = random;
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /** A file's bytes. */
  byte[] file() {
    String end = chance(80) ? "\n" : chance(70) ? "\r\n" : "\r";
    boolean wrong = chance(25);
    StringBuilder text = new StringBuilder(chance(1) ? "\ufeff" : "");
    if (chance(97)) {
      text.append(section()).append(end);
    }
    int lines = 2 + random.nextInt(12);
    for (int i = 0; i < lines; i++) {
      text.append(wrong && chance(10) ? any(WRONG_LINES) : line()).append(end);
    }
    if (chance(10)) {
      text.setLength(text.length() - end.length());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
    if (chance(1)) {
      bytes.writeBytes("# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    }
    return bytes.toByteArray();
  }

  /** Variables, a line for each. */
  String environment() {
    StringBuilder lines = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      boolean bridge = chance(50);
      // Of a variable oslo.config would take each character for a value of its own.
      String name =
          chance(10) ? "my_ip" : any(bridge ? LINUX_BRIDGE : OVS).replace("forward_bridge", "vlan");
      String group =
          name.equals("my_ip") ? "DEFAULT" : bridge ? "os_vif_linux_bridge" : "os_vif_ovs";
      String value = value(name, group);
      lines.append(Configuration.variable(group, name)).append('=').append(value).append('\n');
    }
    return lines.toString();
  }

  private String section() {
    section = any(SECTIONS).strip();
    return section;
  }

  private String line() {
    int kind = random.nextInt(100);
    if (kind < 15) {
      return section();
    }
    if (kind < 20) {
      return any(List.of("", "   ", "\t", "\u00a0"));
    }
    if (kind < 27) {
      return any(List.of("# isolate_vif = true", "; x", "#", "#[os_vif_linux_bridge]"));
    }
    String group = section.replaceAll("[\\[\\]]", "");
    String name = any(group.equalsIgnoreCase("os_vif_ovs") ? OVS : LINUX_BRIDGE);
    if ((group.equals("DEFAULT") && chance(50)) || chance(8)) {
      name = any(OTHERS);
    }
    String line = name + any(SEPARATORS) + value(name, group);
    return chance(8) ? line + "\n" + any(List.of("  ", "\t", " ")) + any(CONTINUATIONS) : line;
  }

  private static final List<String> CONTINUATIONS =
      List.of("true", "9000", "linux", "# no comment", "more = of it", "$my_ip", "\"quoted\"");

  private String value(String name, String group) {
    if (chance(12)) {
      return any(REFERENCES);
    }
    if (chance(3)) { // of its own section, perhaps itself
      return switch (group) {
        case "os_vif_ovs" -> "$" + any(OVS);
        case "os_vif_linux_bridge" -> "x${" + any(LINUX_BRIDGE.subList(5, 8)) + "}";
        default -> "$my_ip";
      };
    }
    if (chance(6)) {
      return any(TEXTS);
    }
    return switch (name) {
      case "isolate_vif", "per_port_bridge", "use_ipv6" -> any(FLAGS);
      case "network_device_mtu", "ovs_vsctl_timeout" -> any(NUMBERS);
      case "ovsdb_interface" -> any(List.of("native", "vsctl", "idl", "Native", "\"vsctl\""));
      default -> any(TEXTS);
    };
  }
}
