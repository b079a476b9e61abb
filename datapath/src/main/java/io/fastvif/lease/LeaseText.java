package io.fastvif.lease;

import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.FormerDevice;
import io.fastvif.plan.FormerDevice.FormerLink;
import io.fastvif.plan.FormerDevice.FormerRepresentor;
import io.fastvif.plan.VfLinkState;
import io.fastvif.plan.VfRates;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VfVlan;
import io.fastvif.plan.VlanProtocol;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A lease as text: a line {@code KEY=VALUE} for each thing that is known. */
final class LeaseText {
  private static final String HOLDER = "holder";
  private static final String RESERVED = "reserved";
  private static final String PLUGGED = "plugged";
  private static final String NAMESPACE = "namespace";
  private static final String DRIVER = "driver";
  private static final String OVERRIDE = "driver_override";
  private static final String BOUND_TO = "bound_to";
  private static final String REPRESENTOR = "representor";
  private static final String REPRESENTOR_MTU = "representor_mtu";
  private static final String REPRESENTOR_UP = "representor_up";
  private static final String LINK = "link";
  private static final String LINK_MAC = "link_mac";
  private static final String LINK_MTU = "link_mtu";
  private static final String LINK_UP = "link_up";
  private static final String VF = "vf";
  private static final String MAC = "mac";
  private static final String VLAN = "vlan";
  private static final String QOS = "qos";
  private static final String PROTOCOL = "proto";
  private static final String SPOOF_CHECK = "spoofchk";
  private static final String TRUST = "trust";
  private static final String STATE = "state";
  private static final String MIN_RATE = "min_tx_rate";
  private static final String MAX_RATE = "max_tx_rate";
  private static final String RSS_QUERY = "query_rss";
  private static final String NODE_GUID = "node_guid";
  private static final String PORT_GUID = "port_guid";

  private static final int DECIMAL = 10;
  private static final int HEXADECIMAL = 16;

  private final Map<String, String> values = new LinkedHashMap<>();

  private LeaseText() {}

  static String of(DeviceLease lease) {
    LeaseText text = new LeaseText();
    text.put(HOLDER, lease.holder());
    text.put(RESERVED, lease.reserved());
    FormerDevice former = lease.former();
    text.put(PLUGGED, former != null);
    if (former != null) {
      text.put(NAMESPACE, lease.namespace());
      text.put(DRIVER, former.driver());
      text.put(OVERRIDE, former.override());
      text.put(BOUND_TO, former.boundTo());
      if (former.representor() != null) {
        text.put(REPRESENTOR, former.representor().name());
        text.put(REPRESENTOR_MTU, former.representor().mtu());
        text.put(REPRESENTOR_UP, former.representor().up());
      }
      if (former.link() != null) {
        text.put(LINK, former.link().name());
        text.put(LINK_MAC, former.link().address());
        text.put(LINK_MTU, former.link().mtu());
        text.put(LINK_UP, former.link().up());
      }
      if (former.settings() != null) {
        text.put(former.settings());
      }
    }
    StringBuilder lines = new StringBuilder();
    text.values.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    return lines.toString();
  }

  private void put(VfSettings settings) {
    put(VF, settings.vf());
    put(MAC, settings.address());
    if (settings.vlan() != null) {
      put(VLAN, settings.vlan().id());
      put(QOS, settings.vlan().qos());
      put(PROTOCOL, settings.vlan().protocol());
    }
    put(SPOOF_CHECK, settings.spoofCheck());
    put(TRUST, settings.trust());
    put(STATE, settings.linkState());
    if (settings.rates() != null) {
      put(MIN_RATE, settings.rates().min());
      put(MAX_RATE, settings.rates().max());
    }
    put(RSS_QUERY, settings.rssQuery());
    put(NODE_GUID, hexadecimal(settings.nodeGuid()));
    put(PORT_GUID, hexadecimal(settings.portGuid()));
  }

  private static String hexadecimal(Long guid) {
    return guid == null ? null : Long.toHexString(guid);
  }

  private void put(String key, Object value) {
    if (value != null) {
      values.put(key, value.toString());
    }
  }

  /**
   * Reads what {@link #of} gives.
   *
   * @throws IOException if it is anything else
   */
  static DeviceLease parse(String lines) throws IOException {
    LeaseText text = new LeaseText();
    for (String line : lines.split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        text.values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    try {
      String holder = text.values.get(HOLDER);
      if (holder == null) {
        throw new IllegalArgumentException("it has no holder");
      }
      boolean reserved = Boolean.TRUE.equals(text.flag(RESERVED));
      boolean plugged = Boolean.TRUE.equals(text.flag(PLUGGED));
      return plugged
          ? new DeviceLease(holder, reserved, text.former(), text.values.get(NAMESPACE))
          : new DeviceLease(holder, reserved, null);
    } catch (IllegalArgumentException wrong) {
      throw new IOException("not a lease: " + wrong.getMessage(), wrong);
    }
  }

  private FormerDevice former() {
    String representor = values.get(REPRESENTOR);
    return new FormerDevice(
        values.get(DRIVER),
        values.get(OVERRIDE),
        values.get(BOUND_TO),
        values.containsKey(VF) ? settings() : null,
        representor == null
            ? null
            : new FormerRepresentor(
                representor, number(REPRESENTOR_MTU), Boolean.TRUE.equals(flag(REPRESENTOR_UP))),
        link());
  }

  private FormerLink link() {
    String name = values.get(LINK);
    String mac = values.get(LINK_MAC);
    return name == null
        ? null
        : new FormerLink(
            name,
            mac == null ? null : MacAddress.parse(mac),
            number(LINK_MTU),
            Boolean.TRUE.equals(flag(LINK_UP)));
  }

  private VfSettings settings() {
    String mac = values.get(MAC);
    String state = values.get(STATE);
    return VfSettings.of(number(VF))
        .withAddress(mac == null ? null : MacAddress.parse(mac))
        .withVlan(values.containsKey(VLAN) ? vlan() : null)
        .withSpoofCheck(flag(SPOOF_CHECK))
        .withTrust(flag(TRUST))
        .withLinkState(state == null ? null : VfLinkState.parse(state))
        .withRates(
            values.containsKey(MAX_RATE) ? new VfRates(number(MIN_RATE), number(MAX_RATE)) : null)
        .withRssQuery(flag(RSS_QUERY))
        .withGuids(guid(NODE_GUID), guid(PORT_GUID));
  }

  private VfVlan vlan() {
    return new VfVlan(number(VLAN), number(QOS), VlanProtocol.parse(values.get(PROTOCOL)));
  }

  private Boolean flag(String key) {
    String value = values.get(key);
    if (value == null || value.equals("true") || value.equals("false")) {
      return value == null ? null : (Boolean) value.equals("true");
    }
    throw new IllegalArgumentException(key + " is neither true nor false: " + value);
  }

  private int number(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return Integer.parseInt(value, DECIMAL);
  }

  private Long guid(String key) {
    String value = values.get(key);
    return value == null ? null : (Long) Long.parseUnsignedLong(value, HEXADECIMAL);
  }
}
