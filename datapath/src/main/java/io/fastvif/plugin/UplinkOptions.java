package io.fastvif.plugin;

import io.fastvif.forward.bridge.AntiSpoofing;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.forward.bridge.VlanSet;
import io.fastvif.plan.ServedPort;
import io.fastvif.vif.FixedIp;
import io.fastvif.vif.InterfaceName;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.Network;
import io.fastvif.vif.Subnet;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.List;

/**
 * Options on a link of the host that VIFs are joined to by AF_XDP, and on their ports of its
 * switch.
 *
 * @param link the link's name; empty for none
 * @param guard what a port's frames may come from
 * @param allowed the addresses and networks that ports may send from besides their own
 * @param common all that does not depend on the VIF
 */
public record UplinkOptions(
    String link, AntiSpoofing guard, List<IpNetwork> allowed, SwitchPortSettings common) {
  private static final String UPLINK = "uplink";
  private static final String ANTI_SPOOFING = "anti_spoofing";
  private static final String ALLOWED = "allowed_addresses";
  private static final String ISOLATION = "port_isolation";
  private static final String TRUNK = "vlan_trunk";
  private static final String MACS = "mac_limit";
  private static final String AGEING = "mac_ageing";
  private static final String BROADCASTS = "broadcast_limit";
  private static final String UNKNOWN = "unknown_unicast_limit";
  private static final List<String> OF_SWITCH =
      List.of(ANTI_SPOOFING, ALLOWED, ISOLATION, TRUNK, MACS, AGEING, BROADCASTS, UNKNOWN);
  private static final int MIN_AGEING = 10;

  /** The names of the options. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(OF_SWITCH);
    names.add(UPLINK);
    return names;
  }

  /**
   * Reads them.
   *
   * @throws InvalidInputException if one has a value that it does not take, or is given without
   *     {@code uplink}
   */
  public static UplinkOptions of(PluginOptions options) {
    String link = link(options);
    if (link.isEmpty()) {
      requireNone(options);
    }
    SwitchPortSettings byDefault = SwitchPortSettings.DEFAULT;
    SwitchPortSettings common =
        byDefault
            .withVlans(0, trunk(options))
            .withIsolated(options.flag(ISOLATION, false))
            .withLimits(
                options.number(MACS, 1, SwitchPortSettings.MAX_MACS).orElse(byDefault.macLimit()),
                options
                    .number(AGEING, MIN_AGEING, SwitchPortSettings.MAX_AGEING)
                    .orElse(byDefault.ageingSeconds()),
                rate(options, BROADCASTS, byDefault.broadcastLimit()),
                rate(options, UNKNOWN, byDefault.unknownLimit()));
    return new UplinkOptions(
        link, options.choice(ANTI_SPOOFING, AntiSpoofing.ON), allowed(options), common);
  }

  private static String link(PluginOptions options) {
    String given = options.text(UPLINK, "");
    if (given.isEmpty()) {
      return "";
    }
    String link =
        given.startsWith(ServedPort.AF_XDP) ? given.substring(ServedPort.AF_XDP.length()) : "";
    if (!InterfaceName.isValid(link)) {
      throw options.invalid(
          UPLINK, given, "is no uplink", "af_xdp: and the name of a link, such as af_xdp:eth1");
    }
    return link;
  }

  private static void requireNone(PluginOptions options) {
    for (String name : OF_SWITCH) {
      if (options.has(name)) {
        throw options.invalid(
            name, options.text(name, ""), "is of an uplink's switch", "the option uplink with it");
      }
    }
  }

  private static VlanSet trunk(PluginOptions options) {
    String given = options.text(TRUNK, "");
    return VlanSet.read(given)
        .orElseThrow(
            () ->
                options.invalid(
                    TRUNK, given, "is no list of VLANs", "VLANs from 1 to 4094, as 5,100-199"));
  }

  private static int rate(PluginOptions options, String name, int byDefault) {
    return options.number(name, 0, SwitchPortSettings.MAX_RATE).orElse(byDefault);
  }

  private static List<IpNetwork> allowed(PluginOptions options) {
    String given = options.text(ALLOWED, "");
    List<IpNetwork> networks = new ArrayList<>();
    if (given.isEmpty()) {
      return networks;
    }
    for (String one : given.split(",", -1)) {
      try {
        networks.add(new IpNetwork(one.strip()));
      } catch (InvalidInputException wrong) {
        throw options.invalid(
            ALLOWED,
            given,
            "is no list of addresses",
            "addresses and networks with commas between them, as 192.0.2.7,fe80::/10");
      }
    }
    return networks;
  }

  /** Whether there is an uplink. */
  public boolean isGiven() {
    return !link.isEmpty();
  }

  /**
   * A VIF's port of the switch: in the VLAN of its network, from its own addresses.
   *
   * @throws InvalidInputException if it has no MAC address and is to be guarded, or its network's
   *     VLAN is in the trunk too
   */
  public SwitchPortSettings port(Vif vif) {
    Network network = vif.network().orElse(null);
    int vlan = VifChecks.vlan(network);
    if (common.trunk().has(vlan)) {
      throw InvalidInputException.ofValue(
          "network.vlan",
          Integer.toString(vlan),
          "is in vlan_trunk " + common.trunk() + " too",
          "a VLAN in one of both");
    }
    SwitchPortSettings settings = common.withVlans(vlan, common.trunk());
    if (guard == AntiSpoofing.OFF) {
      return settings;
    }
    if (VifChecks.deviceAddress(vif) == null) {
      throw InvalidInputException.of(
          "address", "is missing", "the guest's MAC address, or the option anti_spoofing off");
    }
    List<IpNetwork> own = addresses(network);
    if (!own.isEmpty()) {
      own.addAll(allowed);
    }
    return settings.withGuard(guard, vif.address().get(), own);
  }

  private static List<IpNetwork> addresses(Network network) {
    List<IpNetwork> own = new ArrayList<>();
    if (network == null || !network.subnets().hasValue()) {
      return own;
    }
    for (Subnet subnet : network.subnets().get().objects().orElse(List.of())) {
      if (subnet.ips().hasValue()) {
        for (FixedIp ip : subnet.ips().get().objects().orElse(List.of())) {
          own.add(new IpNetwork(ip.address().require("network.subnets.ips.address").text()));
        }
      }
    }
    return own;
  }
}
