package io.fastvif.plugin.fastpath;

import io.fastvif.plan.SocketAccess;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.SocketOptions;
import io.fastvif.plugin.UplinkOptions;
import io.fastvif.vif.NumberRange;
import io.fastvif.vif.PortRates;
import java.util.ArrayList;
import java.util.List;

/**
 * The plugin's options.
 *
 * @param defaultMtu {@code network_device_mtu}, in bytes
 * @param queuePairs {@code queues}: pairs of rings of each port
 * @param access {@code socket_owner}, {@code socket_group}, {@code socket_permissions}: who may
 *     connect to sockets that the port makes
 * @param uplink {@code uplink}: the link of the host that the port is joined to by AF_XDP, instead
 *     of a tap, and its place in the link's switch
 * @param rates the limits of the port's traffic, as of {@link RateOptions}
 */
record FastPathOptions(
    int defaultMtu, int queuePairs, SocketAccess access, UplinkOptions uplink, PortRates rates) {
  private static final int OWN_AND_GROUP = 0660;

  /** Those that are handed on to Open vSwitch's plugin. */
  static final List<String> OF_OVS =
      List.of("network_device_mtu", "isolate_vif", "default_qos_type", "wait_for");

  static List<String> names() {
    List<String> names = new ArrayList<>(OF_OVS);
    names.add("queues");
    names.addAll(UplinkOptions.names());
    names.addAll(RateOptions.NAMES);
    names.addAll(SocketOptions.names("socket"));
    return names;
  }

  static FastPathOptions of(PluginOptions options) {
    return new FastPathOptions(
        options.number("network_device_mtu", NumberRange.MTU).orElse(1500),
        options.number("queues", NumberRange.QUEUE_PAIRS).orElse(1),
        SocketOptions.access(options, "socket", OWN_AND_GROUP),
        UplinkOptions.of(options),
        RateOptions.of(options));
  }
}
