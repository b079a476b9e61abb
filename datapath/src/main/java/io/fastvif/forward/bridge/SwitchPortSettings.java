package io.fastvif.forward.bridge;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.NumberRange;
import java.util.List;

/**
 * How a switch treats a port.
 *
 * @param guard what its frames may come from
 * @param address its MAC address; null for none, where it is not guarded
 * @param ips the addresses and networks that it may send from; with none, IP addresses are not
 *     guarded
 * @param vlan the VLAN whose frames it sends and gets without a tag; 0 for those that have none
 * @param trunk the VLANs whose frames it sends and gets with a tag
 * @param isolated whether it reaches no other port that is isolated
 * @param macLimit how many MAC addresses are learned from it
 * @param ageingSeconds when an address that was learned is forgotten if nothing comes from it
 * @param broadcastLimit broadcasts and multicasts a second that it may send; 0 for all
 * @param unknownLimit frames a second that it may send to unknown addresses; 0 for all
 */
public record SwitchPortSettings(
    AntiSpoofing guard,
    MacAddress address,
    List<IpNetwork> ips,
    int vlan,
    VlanSet trunk,
    boolean isolated,
    int macLimit,
    int ageingSeconds,
    int broadcastLimit,
    int unknownLimit) {
  /** Most addresses that may be learned from a guest's port. */
  public static final int MAX_MACS = 1024;

  /** Longest age of an address, in seconds. */
  public static final int MAX_AGEING = 86_400;

  /** Most frames a second that a limit may let pass. */
  public static final int MAX_RATE = 10_000_000;

  private static final int UPLINK_MACS = 4096;

  /** 16 addresses that are forgotten after 5 minutes, 5,000 floods a second of each kind. */
  public static final SwitchPortSettings DEFAULT =
      new SwitchPortSettings(
          AntiSpoofing.OFF, null, List.of(), 0, VlanSet.NONE, false, 16, 300, 5_000, 5_000);

  /** An uplink's: in all VLANs, 4,096 addresses, and ten times as many floods. */
  public static final SwitchPortSettings UPLINK =
      new SwitchPortSettings(
          AntiSpoofing.OFF,
          null,
          List.of(),
          0,
          VlanSet.ALL,
          false,
          UPLINK_MACS,
          DEFAULT.ageingSeconds,
          10 * DEFAULT.broadcastLimit,
          10 * DEFAULT.unknownLimit);

  /** Checks what depends on one another. */
  public SwitchPortSettings {
    ips = List.copyOf(ips);
    NumberRange.VLAN_OR_NONE.check("vlan", vlan);
    if (trunk.has(vlan)) {
      throw InvalidInputException.ofValue(
          "vlan", Integer.toString(vlan), "is in the trunk too", "a VLAN in one of both");
    }
    if (guard != AntiSpoofing.OFF && (address == null || address.isMulticast())) {
      throw InvalidInputException.ofValue(
          "address",
          String.valueOf(address),
          "cannot be guarded",
          "a unicast MAC address, or anti_spoofing off");
    }
  }

  /** The same with such a guard of these addresses. */
  public SwitchPortSettings withGuard(AntiSpoofing how, MacAddress mac, List<IpNetwork> addresses) {
    return new SwitchPortSettings(
        how,
        mac,
        addresses,
        vlan,
        trunk,
        isolated,
        macLimit,
        ageingSeconds,
        broadcastLimit,
        unknownLimit);
  }

  /** The same in other VLANs. */
  public SwitchPortSettings withVlans(int untagged, VlanSet tagged) {
    return new SwitchPortSettings(
        guard,
        address,
        ips,
        untagged,
        tagged,
        isolated,
        macLimit,
        ageingSeconds,
        broadcastLimit,
        unknownLimit);
  }

  /** The same, isolated or not. */
  public SwitchPortSettings withIsolated(boolean isolation) {
    return new SwitchPortSettings(
        guard,
        address,
        ips,
        vlan,
        trunk,
        isolation,
        macLimit,
        ageingSeconds,
        broadcastLimit,
        unknownLimit);
  }

  /** The same with other limits. */
  public SwitchPortSettings withLimits(int macs, int ageing, int broadcasts, int unknown) {
    return new SwitchPortSettings(
        guard, address, ips, vlan, trunk, isolated, macs, ageing, broadcasts, unknown);
  }

  /** Whether its MAC address is the only one that it sends from. */
  public boolean isGuarded() {
    return guard != AntiSpoofing.OFF;
  }

  /** What differs from the default, for plans. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (isGuarded()) {
      text.append(" only from ").append(address);
      ips.forEach(ip -> text.append(' ').append(ip));
    }
    if (vlan != 0) {
      text.append(" vlan ").append(vlan);
    }
    if (!trunk.isEmpty()) {
      text.append(" trunk ").append(trunk);
    }
    return text.append(isolated ? " isolated" : "").toString();
  }
}
