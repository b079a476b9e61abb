package io.fastvif.plan;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.NumberRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Settings of a virtual function that its physical function changes, or as it was read; a null
 * component is left as it is, or was not said. Built from {@link #of} by the {@code with} methods.
 *
 * @param vf the function's number, counted from 0
 * @param address its MAC address; all zeros for none given
 * @param vlan the VLAN that its frames are put into
 * @param spoofCheck whether it may send from its own address only
 * @param trust whether it may ask for all frames
 * @param linkState the state of its link
 * @param rates its rates of transmission
 * @param rssQuery whether it may read the card's table and key of receive-side scaling
 * @param nodeGuid the GUID of its InfiniBand node
 * @param portGuid the GUID of its InfiniBand port
 */
public record VfSettings(
    int vf,
    MacAddress address,
    VfVlan vlan,
    Boolean spoofCheck,
    Boolean trust,
    VfLinkState linkState,
    VfRates rates,
    Boolean rssQuery,
    Long nodeGuid,
    Long portGuid) {

  private static final int GUID_BYTES = 8;
  private static final int HEXADECIMAL = 16;

  /** Checks the range. */
  public VfSettings {
    NumberRange.FUNCTION.check("vf", vf);
  }

  /** Settings of that function that change nothing. */
  public static VfSettings of(int vf) {
    return new VfSettings(vf, null, null, null, null, null, null, null, null, null);
  }

  /**
   * What every driver starts a function with: no address, VLAN or rates given, its frames checked,
   * no trust, the state of the physical function's link.
   */
  public static VfSettings defaults(int vf) {
    return of(vf)
        .withAddress(new MacAddress(0))
        .withVlan(VfVlan.NONE)
        .withSpoofCheck(true)
        .withTrust(false)
        .withLinkState(VfLinkState.AUTO)
        .withRates(VfRates.NONE);
  }

  /** The same with a MAC address. */
  public VfSettings withAddress(MacAddress value) {
    return new VfSettings(
        vf, value, vlan, spoofCheck, trust, linkState, rates, rssQuery, nodeGuid, portGuid);
  }

  /** The same with an 802.1Q VLAN, 0 for none, and its priority. */
  public VfSettings withVlan(int id, int priority) {
    return withVlan(new VfVlan(id, priority, VlanProtocol.DOT1Q));
  }

  /** The same with a VLAN. */
  public VfSettings withVlan(VfVlan value) {
    return new VfSettings(
        vf, address, value, spoofCheck, trust, linkState, rates, rssQuery, nodeGuid, portGuid);
  }

  /** The same with the spoof check on or off. */
  public VfSettings withSpoofCheck(Boolean on) {
    return new VfSettings(
        vf, address, vlan, on, trust, linkState, rates, rssQuery, nodeGuid, portGuid);
  }

  /** The same with trust or without. */
  public VfSettings withTrust(Boolean on) {
    return new VfSettings(
        vf, address, vlan, spoofCheck, on, linkState, rates, rssQuery, nodeGuid, portGuid);
  }

  /** The same with a state of the link. */
  public VfSettings withLinkState(VfLinkState state) {
    return new VfSettings(
        vf, address, vlan, spoofCheck, trust, state, rates, rssQuery, nodeGuid, portGuid);
  }

  /** The same with rates, in Mbit/s. */
  public VfSettings withRates(int min, int max) {
    return withRates(new VfRates(min, max));
  }

  /** The same with rates. */
  public VfSettings withRates(VfRates value) {
    return new VfSettings(
        vf, address, vlan, spoofCheck, trust, linkState, value, rssQuery, nodeGuid, portGuid);
  }

  /** The same with the query of receive-side scaling allowed or not. */
  public VfSettings withRssQuery(Boolean on) {
    return new VfSettings(
        vf, address, vlan, spoofCheck, trust, linkState, rates, on, nodeGuid, portGuid);
  }

  /** The same with the GUIDs of its InfiniBand node and port. */
  public VfSettings withGuids(Long node, Long port) {
    return new VfSettings(
        vf, address, vlan, spoofCheck, trust, linkState, rates, rssQuery, node, port);
  }

  /** Whether these settings change nothing. */
  public boolean isEmpty() {
    return equals(of(vf));
  }

  /** Those of these settings that are different in the other ones, or not said there. */
  public VfSettings unlike(VfSettings current) {
    return of(vf)
        .withAddress(Objects.equals(address, current.address) ? null : address)
        .withVlan(Objects.equals(vlan, current.vlan) ? null : vlan)
        .withSpoofCheck(Objects.equals(spoofCheck, current.spoofCheck) ? null : spoofCheck)
        .withTrust(Objects.equals(trust, current.trust) ? null : trust)
        .withLinkState(linkState == current.linkState ? null : linkState)
        .withRates(Objects.equals(rates, current.rates) ? null : rates)
        .withRssQuery(Objects.equals(rssQuery, current.rssQuery) ? null : rssQuery)
        .withGuids(
            Objects.equals(nodeGuid, current.nodeGuid) ? null : nodeGuid,
            Objects.equals(portGuid, current.portGuid) ? null : portGuid);
  }

  /** Those of these settings that the other ones change: the way back from them. */
  public VfSettings before(VfSettings change) {
    return of(vf)
        .withAddress(change.address == null ? null : address)
        .withVlan(change.vlan == null ? null : vlan)
        .withSpoofCheck(change.spoofCheck == null ? null : spoofCheck)
        .withTrust(change.trust == null ? null : trust)
        .withLinkState(change.linkState == null ? null : linkState)
        .withRates(change.rates == null ? null : rates)
        .withRssQuery(change.rssQuery == null ? null : rssQuery)
        .withGuids(
            change.nodeGuid == null ? null : nodeGuid, change.portGuid == null ? null : portGuid);
  }

  /** These settings, and of the other ones those that are not among them. */
  public VfSettings orElse(VfSettings other) {
    return of(vf)
        .withAddress(address == null ? other.address : address)
        .withVlan(vlan == null ? other.vlan : vlan)
        .withSpoofCheck(spoofCheck == null ? other.spoofCheck : spoofCheck)
        .withTrust(trust == null ? other.trust : trust)
        .withLinkState(linkState == null ? other.linkState : linkState)
        .withRates(rates == null ? other.rates : rates)
        .withRssQuery(rssQuery == null ? other.rssQuery : rssQuery)
        .withGuids(
            nodeGuid == null ? other.nodeGuid : nodeGuid,
            portGuid == null ? other.portGuid : portGuid);
  }

  /** Each of these settings by itself. */
  public List<VfSettings> each() {
    VfSettings none = of(vf);
    List<VfSettings> single = new ArrayList<>();
    single.add(none.withAddress(address));
    single.add(none.withVlan(vlan));
    single.add(none.withRates(rates));
    single.add(none.withSpoofCheck(spoofCheck));
    single.add(none.withLinkState(linkState));
    single.add(none.withRssQuery(rssQuery));
    single.add(none.withTrust(trust));
    single.add(none.withGuids(nodeGuid, null));
    single.add(none.withGuids(null, portGuid));
    single.removeIf(VfSettings::isEmpty);
    return single;
  }

  @Override
  public String toString() {
    return "vf " + vf + words();
  }

  /** The settings in {@code ip}'s words, each behind a space, without the function's number. */
  public String words() {
    StringBuilder text = new StringBuilder();
    word(text, "mac ", address);
    word(text, "vlan ", vlan);
    word(text, "spoofchk ", onOff(spoofCheck));
    word(text, "trust ", onOff(trust));
    word(text, "state ", linkState);
    word(text, "", rates);
    word(text, "query_rss ", onOff(rssQuery));
    word(text, "node_guid ", guid(nodeGuid));
    word(text, "port_guid ", guid(portGuid));
    return text.toString();
  }

  private static String onOff(Boolean value) {
    return value == null ? null : value ? "on" : "off";
  }

  /**
   * Reads a GUID as {@code ip} takes it: eight bytes in hexadecimal, separated by colons.
   *
   * @throws InvalidInputException if it is anything else
   */
  public static Long parseGuid(String text) {
    if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){7}")) {
      throw InvalidInputException.ofValue(
          "", text, "is not a GUID", "eight bytes in hexadecimal, separated by colons");
    }
    return Long.parseUnsignedLong(text.replace(":", ""), HEXADECIMAL);
  }

  /** A GUID as {@code ip} writes it: eight bytes, the most significant first; null for none. */
  public static String guid(Long value) {
    if (value == null) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    for (int i = GUID_BYTES - 1; i >= 0; i--) {
      String two = Integer.toHexString(0x100 | (int) (value >>> (Byte.SIZE * i) & 0xff));
      text.append(two, 1, two.length()).append(i == 0 ? "" : ":");
    }
    return text.toString();
  }

  private static void word(StringBuilder text, String name, Object value) {
    if (value != null) {
      text.append(' ').append(name).append(value);
    }
  }
}
