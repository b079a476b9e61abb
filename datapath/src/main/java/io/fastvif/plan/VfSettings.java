package io.fastvif.plan;

import io.fastvif.vif.MacAddress;

/**
 * Settings of a virtual function that its physical function changes; a null component is left as it
 * is. Built from {@link #of} by the {@code with} methods.
 *
 * @param vf the function's number, counted from 0
 * @param address its MAC address
 * @param vlan the VLAN its frames are put into, 0 for none
 * @param qos the VLAN's priority, 0 to 7; goes with the VLAN
 * @param spoofCheck whether it may send from its own address only
 * @param trust whether it may ask for all frames
 * @param linkState the state of its link
 * @param minRate what it is guaranteed, in Mbit/s, 0 for nothing; goes with {@code maxRate}
 * @param maxRate what it may send at most, in Mbit/s, 0 for no limit
 */
public record VfSettings(
    int vf,
    MacAddress address,
    Integer vlan,
    Integer qos,
    Boolean spoofCheck,
    Boolean trust,
    VfLinkState linkState,
    Integer minRate,
    Integer maxRate) {

  private static final int GREATEST_VLAN = 4094;
  private static final int GREATEST_QOS = 7;

  /** Checks the ranges. */
  public VfSettings {
    check("vf", vf, Integer.MAX_VALUE);
    check("vlan", vlan, GREATEST_VLAN);
    check("qos", qos, GREATEST_QOS);
    check("min_tx_rate", minRate, Integer.MAX_VALUE);
    check("max_tx_rate", maxRate, Integer.MAX_VALUE);
  }

  private static void check(String name, Integer value, int greatest) {
    if (value != null && (value < 0 || value > greatest)) {
      throw new IllegalArgumentException(name + ": " + value + ": expected 0 to " + greatest);
    }
  }

  /** Settings of that function that change nothing. */
  public static VfSettings of(int vf) {
    return new VfSettings(vf, null, null, null, null, null, null, null, null);
  }

  /** The same with a MAC address. */
  public VfSettings withAddress(MacAddress value) {
    return new VfSettings(vf, value, vlan, qos, spoofCheck, trust, linkState, minRate, maxRate);
  }

  /** The same with a VLAN, 0 for none, and its priority. */
  public VfSettings withVlan(int id, int priority) {
    return new VfSettings(
        vf, address, id, priority, spoofCheck, trust, linkState, minRate, maxRate);
  }

  /** The same with the spoof check on or off. */
  public VfSettings withSpoofCheck(boolean on) {
    return new VfSettings(vf, address, vlan, qos, on, trust, linkState, minRate, maxRate);
  }

  /** The same with trust or without. */
  public VfSettings withTrust(boolean on) {
    return new VfSettings(vf, address, vlan, qos, spoofCheck, on, linkState, minRate, maxRate);
  }

  /** The same with a state of the link. */
  public VfSettings withLinkState(VfLinkState state) {
    return new VfSettings(vf, address, vlan, qos, spoofCheck, trust, state, minRate, maxRate);
  }

  /** The same with rates, in Mbit/s. */
  public VfSettings withRates(int least, int greatest) {
    return new VfSettings(vf, address, vlan, qos, spoofCheck, trust, linkState, least, greatest);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("vf ").append(vf);
    word(text, "mac", address);
    word(text, "vlan", vlan);
    word(text, "qos", qos);
    word(text, "spoofchk", onOff(spoofCheck));
    word(text, "trust", onOff(trust));
    word(text, "state", linkState);
    word(text, "min_tx_rate", minRate);
    word(text, "max_tx_rate", maxRate);
    return text.toString();
  }

  private static String onOff(Boolean value) {
    return value == null ? null : value ? "on" : "off";
  }

  private static void word(StringBuilder text, String name, Object value) {
    if (value != null) {
      text.append(' ').append(name).append(' ').append(value);
    }
  }
}
