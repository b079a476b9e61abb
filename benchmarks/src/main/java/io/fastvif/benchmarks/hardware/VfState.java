package io.fastvif.benchmarks.hardware;

import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfSettings;
import io.fastvif.vif.MacAddress;

/**
 * A VF as its PF says it is.
 *
 * @param number its number
 * @param address the MAC address that it was given; all zeros for none
 * @param vlan the VLAN that its frames are put into; 0 for none
 * @param qos their priority there, 0 to 7
 * @param spoofCheck whether it may send from its own address only
 * @param trust whether it may ask for frames of others
 * @param linkState the state of its link
 */
record VfState(
    int number,
    MacAddress address,
    int vlan,
    int qos,
    boolean spoofCheck,
    boolean trust,
    VfLinkState linkState) {

  /** The same with another MAC address. */
  VfState withAddress(MacAddress other) {
    return new VfState(number, other, vlan, qos, spoofCheck, trust, linkState);
  }

  /** The same with what another has of some attributes. */
  VfState with(Iterable<VfAttribute> attributes, VfState other) {
    VfState state = this;
    for (VfAttribute attribute : attributes) {
      state = state.with(attribute, other);
    }
    return state;
  }

  private VfState with(VfAttribute attribute, VfState other) {
    return switch (attribute) {
      case MAC -> withAddress(other.address);
      case VLAN ->
          new VfState(number, address, other.vlan, other.qos, spoofCheck, trust, linkState);
      case SPOOF_CHECK ->
          new VfState(number, address, vlan, qos, other.spoofCheck, trust, linkState);
      case TRUST -> new VfState(number, address, vlan, qos, spoofCheck, other.trust, linkState);
      case LINK_STATE ->
          new VfState(number, address, vlan, qos, spoofCheck, trust, other.linkState);
    };
  }

  /** What of it the PF is asked for. */
  VfSettings settings(Iterable<VfAttribute> attributes) {
    VfSettings settings = VfSettings.of(number);
    for (VfAttribute attribute : attributes) {
      settings =
          switch (attribute) {
            case MAC -> settings.withAddress(address);
            case VLAN -> settings.withVlan(vlan, qos);
            case SPOOF_CHECK -> settings.withSpoofCheck(spoofCheck);
            case TRUST -> settings.withTrust(trust);
            case LINK_STATE -> settings.withLinkState(linkState);
          };
    }
    return settings;
  }
}
