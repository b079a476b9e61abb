package io.fastvif.cni;

import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.plan.Aliases;
import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A link of the host's own that a pod has, as it was before: it goes back to that.
 *
 * @param vifId whose it is meanwhile
 * @param host the identity of the namespace that it comes from
 * @param sandbox the path of the pod's namespace
 * @param name its name
 * @param altnames its alternative names
 * @param alias empty for none
 * @param mac null where it has none, or another gives it back
 * @param mtu in bytes
 * @param group the interface group it is in
 * @param isUp whether it was administratively up
 * @param bus the bus of its device; empty for a link of software
 * @param device the name of its device on the bus; empty for a link of software
 */
record PodDevice(
    String vifId,
    String host,
    String sandbox,
    String name,
    List<String> altnames,
    String alias,
    MacAddress mac,
    int mtu,
    int group,
    boolean isUp,
    String bus,
    String device) {
  private static final String VIF_ID = "vifId";
  private static final String HOST = "host";
  private static final String SANDBOX = "sandbox";
  private static final String NAME = "name";
  private static final String ALTNAMES = "altnames";
  private static final String ALIAS = "alias";
  private static final String MAC = "mac";
  private static final String MTU = "mtu";
  private static final String GROUP = "group";
  private static final String UP = "up";
  private static final String BUS = "bus";
  private static final String DEVICE = "device";

  /** Copies the list. */
  PodDevice {
    altnames = List.copyOf(altnames);
  }

  /** A link as it is. */
  static PodDevice of(LinkMessage link, String vifId, String host, String sandbox) {
    return new PodDevice(
        vifId,
        host,
        sandbox,
        link.name(),
        link.alternativeNames(),
        orEmpty(link.alias()),
        link.address() == 0 ? null : new MacAddress(link.address()),
        link.mtu(),
        link.group(),
        link.isUp(),
        orEmpty(link.parentBusName()),
        orEmpty(link.parentDeviceName()));
  }

  /** The same where something else gives the MAC address and the administrative state back. */
  PodDevice leased() {
    return new PodDevice(
        vifId, host, sandbox, name, altnames, alias, null, mtu, group, false, bus, device);
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  /** By what it is known from before it leaves until it is as it was. */
  String mark() {
    return Aliases.ofPodDevice(vifId, host);
  }

  /** Whether it is the link of a device that outlives every namespace. */
  boolean isHardware() {
    return !device.isEmpty();
  }

  /** Whether a link is this one. */
  boolean isOn(LinkMessage link) {
    return mark().equals(link.alias());
  }

  /** Whether a link that bears nobody's mark is of the same device. */
  boolean isOfSameHardware(LinkMessage link) {
    return isHardware()
        && device.equals(link.parentDeviceName())
        && bus.equals(link.parentBusName())
        && !isMark(orEmpty(link.alias()));
  }

  /** Whether an alias says that some VIF has the link. */
  static boolean isMark(String alias) {
    return Aliases.podDevice(alias).or(() -> Aliases.vifId(alias)).isPresent();
  }

  String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(VIF_ID, vifId);
    json.put(HOST, host);
    json.put(SANDBOX, sandbox);
    json.put(NAME, name);
    json.put(ALTNAMES, new ArrayList<>(altnames));
    json.put(ALIAS, alias);
    json.put(MAC, mac == null ? "" : mac.toString());
    json.put(MTU, mtu);
    json.put(GROUP, Integer.toUnsignedString(group));
    json.put(UP, isUp);
    json.put(BUS, bus);
    json.put(DEVICE, device);
    return CniJson.write(json);
  }

  static PodDevice parse(String text) {
    ConfigObject json = new ConfigObject("", CniJson.object("the record of a device", text));
    String mac = json.text(MAC);
    return new PodDevice(
        json.text(VIF_ID),
        json.text(HOST),
        json.text(SANDBOX),
        json.text(NAME),
        json.texts(ALTNAMES),
        json.text(ALIAS),
        mac.isEmpty() ? null : MacAddress.parse(mac),
        json.number(MTU, 0, 0, Integer.MAX_VALUE),
        Integer.parseUnsignedInt(json.text(GROUP)),
        json.flag(UP),
        json.text(BUS),
        json.text(DEVICE));
  }
}
