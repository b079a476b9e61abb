package io.fastvif.config;

import io.fastvif.config.OptionDefinition.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The options of os-vif's plugins, by the plugins' names. */
final class OsVifOptions {
  /** What the section of a plugin's options begins with. */
  static final String GROUP = "os_vif_";

  static final Map<String, List<OptionDefinition>> BY_PLUGIN =
      Map.of(
          "ovs",
          List.of(
              new OptionDefinition("network_device_mtu", ValueType.NUMBER, "1500").inDefault(),
              new OptionDefinition("ovs_vsctl_timeout", ValueType.NUMBER, "120").inDefault(),
              new OptionDefinition("ovsdb_connection", ValueType.TEXT, "tcp:127.0.0.1:6640"),
              new OptionDefinition("ovsdb_interface", ValueType.TEXT, "native")
                  .of("vsctl", "native"),
              new OptionDefinition("isolate_vif", ValueType.FLAG, "False"),
              new OptionDefinition("per_port_bridge", ValueType.FLAG, "False"),
              // since os-vif 3.1
              new OptionDefinition("default_qos_type", ValueType.TEXT, "linux-noop")),
          "linux_bridge",
          List.of(
              new OptionDefinition("use_ipv6", ValueType.FLAG, "False").inDefault(),
              new OptionDefinition("iptables_top_regex", ValueType.TEXT, "").inDefault(),
              new OptionDefinition("iptables_bottom_regex", ValueType.TEXT, "").inDefault(),
              new OptionDefinition("iptables_drop_action", ValueType.TEXT, "DROP").inDefault(),
              new OptionDefinition("forward_bridge_interface", ValueType.TEXTS, "all").inDefault(),
              new OptionDefinition("vlan_interface", ValueType.TEXT, null).inDefault(),
              new OptionDefinition("flat_interface", ValueType.TEXT, null).inDefault(),
              new OptionDefinition("network_device_mtu", ValueType.NUMBER, "1500").inDefault()));

  private OsVifOptions() {}

  /** The option of that name in that section; empty if os-vif has none. */
  static Optional<OptionDefinition> find(String group, String option) {
    if (!group.startsWith(GROUP)) {
      return Optional.empty();
    }
    return BY_PLUGIN.getOrDefault(group.substring(GROUP.length()), List.of()).stream()
        .filter(definition -> definition.name().equals(option))
        .findFirst();
  }
}
