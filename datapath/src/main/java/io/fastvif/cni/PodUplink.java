package io.fastvif.cni;

import io.fastvif.plan.ServedPort;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.NumberRange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The link of the host that pods' vhost-user ports are joined to by AF_XDP, and their place in its
 * switch: {@code host.uplink} with the keys {@code vlan}, {@code vlanTrunk} and {@code
 * portIsolation} of the attachment {@code bridge}.
 *
 * @param name {@code af_xdp:} and the link's name; empty for none
 * @param vlan the VLAN whose frames pods send and get without a tag; 0 for none
 * @param trunk the VLANs whose frames they send and get with one
 * @param isolated whether they do not reach one another
 * @param guard {@code host.antiSpoofing}; empty for the default
 */
record PodUplink(String name, int vlan, List<Integer> trunk, boolean isolated, String guard) {
  private static final String KEY = "host.uplink";
  private static final List<String> GUARDS = List.of("", "on", "mac", "off");

  static PodUplink read(ConfigObject top, UserspaceEnd host) {
    PodUplink read =
        new PodUplink(
            host.uplink(),
            top.number("vlan", 0, 0, NumberRange.VLAN.max()),
            VlanRanges.read(top.objects("vlanTrunk"), 1, NumberRange.VLAN.max()),
            top.flag("portIsolation"),
            host.antiSpoofing());
    if (!GUARDS.contains(read.guard)) {
      throw CniException.ofKey("host.antiSpoofing", read.guard, "on, mac or off");
    }
    boolean hasSwitchKeys =
        read.vlan != 0 || !read.trunk.isEmpty() || read.isolated || !read.guard.isEmpty();
    if (!read.isGiven() && hasSwitchKeys) {
      throw CniException.ofKey(
          KEY, "", "an uplink, to which vlan, vlanTrunk, portIsolation and antiSpoofing apply");
    }
    if (read.isGiven()
        && (!read.name.startsWith(ServedPort.AF_XDP) || !InterfaceName.isValid(read.link()))) {
      throw CniException.ofKey(KEY, read.name, "af_xdp: and the name of a link");
    }
    if (read.trunk.contains(read.vlan)) {
      throw CniException.ofKey("vlan", read.vlan, "one that is not in vlanTrunk too");
    }
    return read;
  }

  boolean isGiven() {
    return !name.isEmpty();
  }

  String link() {
    return name.substring(ServedPort.AF_XDP.length());
  }

  /** The options of a plugin that makes such ports. */
  Map<String, String> options(String plugin) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put(plugin + ".uplink", name);
    if (!trunk.isEmpty()) {
      options.put(
          plugin + ".vlan_trunk",
          trunk.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }
    if (isolated) {
      options.put(plugin + ".port_isolation", "true");
    }
    if (!guard.isEmpty()) {
      options.put(plugin + ".anti_spoofing", guard);
    }
    return options;
  }
}
