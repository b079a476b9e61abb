package io.fastvif.cni;

import io.fastvif.plan.Aliases;
import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A link of the host's own that a pod has, as it was before: it goes back to that.
 *
 * @param vifId whose it is meanwhile
 * @param host the identity of the namespace that it comes from
 * @param sandbox the path of the pod's namespace
 * @param pod the identity of the pod's namespace
 * @param index its number in that; 0 as long as it is not known
 * @param name its name
 * @param altnames its alternative names
 * @param alias empty for none
 * @param mac null where it has none, or another gives it back
 * @param mtu in bytes
 * @param group the interface group it is in
 * @param isUp whether it was administratively up
 * @param hasSiblings whether the host, or its pods, had other links of the same device
 * @param facts what it is; as seen from the pod once its number there is known
 */
record PodDevice(
    String vifId,
    String host,
    String sandbox,
    String pod,
    int index,
    String name,
    List<String> altnames,
    String alias,
    MacAddress mac,
    int mtu,
    int group,
    boolean isUp,
    boolean hasSiblings,
    DeviceFacts facts)
    implements RecordFiles.Entry {
  private static final String VIF_ID = "vifId";
  private static final String HOST = "host";
  private static final String SANDBOX = "sandbox";
  private static final String POD = "pod";
  private static final String INDEX = "index";
  private static final String NAME = "name";
  private static final String ALTNAMES = "altnames";
  private static final String ALIAS = "alias";
  private static final String MAC = "mac";
  private static final String MTU = "mtu";
  private static final String GROUP = "group";
  private static final String UP = "up";
  private static final String SIBLINGS = "siblings";
  private static final String KIND = "kind";
  private static final String PEER = "peer";
  private static final String PEER_NAMESPACE = "peerNamespace";
  private static final String PORT = "port";
  private static final String BUS = "bus";
  private static final String DEVICE = "device";

  /** Copies the list. */
  PodDevice {
    altnames = List.copyOf(altnames);
  }

  /** A link as it is. */
  static PodDevice of(
      DeviceLink link, boolean hasSiblings, String vifId, String host, String sandbox, String pod) {
    return new PodDevice(
        vifId,
        host,
        sandbox,
        pod,
        0,
        link.name(),
        link.altnames(),
        link.alias(),
        link.mac(),
        link.mtu(),
        link.group(),
        link.isUp(),
        hasSiblings,
        link.facts());
  }

  /** The same where something else gives the MAC address and the administrative state back. */
  PodDevice leased() {
    return new PodDevice(
        vifId,
        host,
        sandbox,
        pod,
        index,
        name,
        altnames,
        alias,
        null,
        mtu,
        group,
        false,
        hasSiblings,
        facts);
  }

  /** The same as it is known in its pod. */
  PodDevice inPod(DeviceLink moved) {
    return new PodDevice(
        vifId,
        host,
        sandbox,
        pod,
        moved.index(),
        name,
        altnames,
        alias,
        mac,
        mtu,
        group,
        isUp,
        hasSiblings,
        moved.facts());
  }

  /** By what it is known from before it leaves until it is as it was. */
  String mark() {
    return Aliases.ofPodDevice(vifId, host);
  }

  /** Whether a link bears its mark. */
  boolean isOn(DeviceLink link) {
    return mark().equals(link.alias());
  }

  /** The name that ADD has given to it. */
  String nameInPod() {
    return vifId.substring(vifId.lastIndexOf('/') + 1);
  }

  /**
   * Whether a link of the same kind is the same port of its device; or of software, has the same
   * other end, if any.
   *
   * @param isPods whether it is in the pod's own namespace
   */
  boolean isSame(DeviceLink link, boolean isPods) {
    DeviceFacts other = link.facts();
    return facts.isHardware()
        ? facts.isSamePort(other)
        : facts.peer() == other.peer()
            && (!isPods || index == 0 || facts.peerNamespace() == other.peerNamespace());
  }

  /** Whether it is this one by more than its alias and its number, which others may have. */
  boolean isProven(DeviceLink link, boolean isPods) {
    return isSame(link, isPods)
        && (facts.isHardware() || facts.hasPeer() || Objects.equals(mac, link.mac()));
  }

  /**
   * Whether a link that bears nobody's mark is of the same device. Of several links of one device,
   * which have no ports by name, it is the one with the same MAC address.
   */
  boolean isOfSameHardware(DeviceLink link) {
    boolean isNamed = !hasSiblings || !facts.port().isEmpty();
    return facts.isSamePort(link.facts())
        && (isNamed || Objects.equals(mac, link.mac()))
        && !isMark(link.alias());
  }

  /** Whether an alias says that some VIF has the link. */
  static boolean isMark(String alias) {
    return Aliases.podDevice(alias).or(() -> Aliases.vifId(alias)).isPresent();
  }

  @Override
  public String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(VIF_ID, vifId);
    json.put(HOST, host);
    json.put(SANDBOX, sandbox);
    json.put(POD, pod);
    json.put(INDEX, index);
    json.put(NAME, name);
    json.put(ALTNAMES, new ArrayList<>(altnames));
    json.put(ALIAS, alias);
    json.put(MAC, mac == null ? "" : mac.toString());
    json.put(MTU, mtu);
    json.put(GROUP, Integer.toUnsignedString(group));
    json.put(UP, isUp);
    json.put(SIBLINGS, hasSiblings);
    json.put(KIND, facts.kind());
    json.put(PEER, facts.peer());
    json.put(PEER_NAMESPACE, facts.peerNamespace());
    json.put(BUS, facts.bus());
    json.put(DEVICE, facts.device());
    json.put(PORT, facts.port());
    return CniJson.write(json);
  }

  static PodDevice parse(String text) {
    ConfigObject json = new ConfigObject("", CniJson.object("the record of a device", text));
    String mac = json.text(MAC);
    return new PodDevice(
        json.text(VIF_ID),
        json.text(HOST),
        json.text(SANDBOX),
        json.text(POD),
        json.number(INDEX, 0, 0, Integer.MAX_VALUE),
        json.text(NAME),
        json.texts(ALTNAMES),
        json.text(ALIAS),
        mac.isEmpty() ? null : MacAddress.parse(mac),
        json.number(MTU, 0, 0, Integer.MAX_VALUE),
        Integer.parseUnsignedInt(json.text(GROUP)),
        json.flag(UP),
        json.flag(SIBLINGS),
        new DeviceFacts(
            json.text(KIND),
            json.number(PEER, 0, 0, Integer.MAX_VALUE),
            json.number(PEER_NAMESPACE, -1, -1, Integer.MAX_VALUE),
            json.text(BUS),
            json.text(DEVICE),
            json.text(PORT)));
  }
}
