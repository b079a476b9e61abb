package io.fastvif.cni;

import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfRates;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfVlan;
import io.fastvif.plan.VlanProtocol;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.NumberRange;
import io.fastvif.vif.PciAddress;
import java.util.function.Function;

/**
 * The keys of {@code sriov}, which are sriov-cni's.
 *
 * @param device the virtual function; null if the runtime does not say
 * @param settings what its physical function sets of it; null components where not said
 */
record SriovKeys(PciAddress device, VfSettings settings) {
  static final String DEVICE_ID = "deviceID";

  private static final String VLAN = "vlan";
  private static final String VLAN_QOS = "vlanQoS";
  private static final String VLAN_PROTOCOL = "vlanProto";
  private static final String SPOOF_CHECK = "spoofchk";
  private static final String TRUST = "trust";
  private static final String LINK_STATE = "link_state";
  private static final String MIN_RATE = "min_tx_rate";
  private static final String MAX_RATE = "max_tx_rate";
  private static final int NONE = -1;

  /** Reads them; which function it is among its physical one's is not known yet. */
  static SriovKeys read(ConfigObject top, NetworkConfiguration network) {
    MacAddress own = top.mac("mac");
    top.refuse("logLevel", "logFile");
    return new SriovKeys(
        device(top, network),
        VfSettings.of(0)
            .withAddress(network.mac() == null ? own : network.mac())
            .withVlan(vlan(top))
            .withSpoofCheck(flag(top, SPOOF_CHECK))
            .withTrust(flag(top, TRUST))
            .withLinkState(word(top, LINK_STATE, VfLinkState::parse, "auto, enable or disable"))
            .withRates(rates(top)));
  }

  /** The function that the runtime names for this pod, or else the configuration. */
  static PciAddress device(ConfigObject top, NetworkConfiguration network) {
    PciAddress fixed = DeviceKey.pci(top, DEVICE_ID);
    PciAddress given = DeviceKey.pci(network.runtime(), DEVICE_ID);
    return given == null ? fixed : given;
  }

  private static VfVlan vlan(ConfigObject top) {
    int id = top.number(VLAN, NONE, 0, NumberRange.VLAN_OR_NONE.max());
    int priority = top.number(VLAN_QOS, NONE, 0, NumberRange.PRIORITY.max());
    VlanProtocol protocol = word(top, VLAN_PROTOCOL, VlanProtocol::parse, "802.1q or 802.1ad");
    if (id <= 0 && priority > 0) {
      throw CniException.ofKey(VLAN_QOS, priority, "a vlan beside it");
    }
    if (id <= 0 && protocol == VlanProtocol.DOT1AD) {
      throw CniException.ofKey(VLAN_PROTOCOL, protocol.toString(), "a vlan beside it");
    }
    return id == NONE
        ? null
        : new VfVlan(id, Math.max(priority, 0), protocol == null ? VlanProtocol.DOT1Q : protocol);
  }

  private static VfRates rates(ConfigObject top) {
    int min = top.number(MIN_RATE, NONE, 0, NumberRange.RATE.max());
    int max = top.number(MAX_RATE, NONE, 0, NumberRange.RATE.max());
    if (max > 0 && min > max) {
      throw CniException.ofKey(MIN_RATE, min, "at most max_tx_rate, " + max);
    }
    return min == NONE && max == NONE ? null : new VfRates(Math.max(min, 0), Math.max(max, 0));
  }

  private static Boolean flag(ConfigObject top, String key) {
    String word = top.text(key);
    return switch (word) {
      case "" -> null;
      case "on" -> true;
      case "off" -> false;
      default -> throw CniException.ofKey(key, word, "on or off");
    };
  }

  private static <T> T word(
      ConfigObject top, String key, Function<String, T> parser, String expected) {
    String word = top.text(key);
    try {
      return word.isEmpty() ? null : parser.apply(word);
    } catch (InvalidInputException wrong) {
      throw CniException.ofKey(key, word, expected);
    }
  }
}
