package io.fastvif.plugin.ovs;

import io.fastvif.plugin.PluginOptions;
import java.util.List;

/**
 * The plugin's options, under os-vif's names where os-vif has them.
 *
 * @param defaultMtu {@code network_device_mtu}, in bytes
 * @param isolated {@code isolate_vif}: whether a new port carries nothing until somebody gives it a
 *     VLAN
 * @param perPortBridge {@code per_port_bridge}: whether each VIFOpenVSwitch gets a bridge of its
 *     own
 * @param qosType {@code default_qos_type}: the QoS of new ports of the kernel's datapath; empty for
 *     none, as os-vif had it before 3.1
 * @param waitFor {@code wait_for}
 * @param keepsFormerName {@code keep_former_name}: whether a representor that is renamed keeps its
 *     former name as an alternative one
 */
record OvsOptions(
    int defaultMtu,
    boolean isolated,
    boolean perPortBridge,
    String qosType,
    WaitFor waitFor,
    boolean keepsFormerName) {
  private static final List<String> QOS_TYPES =
      List.of(
          "linux-htb",
          "linux-hfsc",
          "linux-sfq",
          "linux-codel",
          "linux-fq_codel",
          "linux-noop",
          "");

  static final List<String> NAMES =
      List.of(
          "network_device_mtu",
          "ovs_vsctl_timeout",
          "ovsdb_connection",
          "ovsdb_interface",
          "isolate_vif",
          "per_port_bridge",
          "default_qos_type",
          "wait_for",
          "keep_former_name",
          "private_key",
          "certificate",
          "ca_cert");

  /** Those of them that say where the database is, and how long to wait for it. */
  static final List<String> OF_ENGINE =
      List.of(
          "ovs_vsctl_timeout",
          "ovsdb_connection",
          "ovsdb_interface",
          "private_key",
          "certificate",
          "ca_cert");

  static OvsOptions of(PluginOptions options) {
    return new OvsOptions(
        options.mtu(),
        options.flag("isolate_vif", false),
        options.flag("per_port_bridge", false),
        options.word("default_qos_type", QOS_TYPES, "linux-noop"),
        options.choice("wait_for", WaitFor.DATABASE),
        options.flag("keep_former_name", true));
  }
}
