package io.fastvif.cni;

import io.fastvif.vif.MacAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A network configuration, as a runtime gives it to the plugin. */
final class NetworkConfiguration {
  private static final int MAX_MTU = 65_535;
  private static final int MIN_MTU = 68;
  private static final int MAX_BRIDGE_NAME = 15;
  private static final String DEFAULT_BRIDGE = "cni0";

  private final String text;
  private final Map<String, Object> json;
  private final Map<String, String> arguments;

  private String version = CniVersion.NEWEST;
  private String name = "";
  private String attachment = "";
  private String bridge = DEFAULT_BRIDGE;
  private boolean isGateway;
  private boolean isDefaultGateway;
  private boolean forceAddress;
  private boolean masquerade;
  private boolean hairpin;
  private boolean promiscuous;
  private boolean isolated;
  private boolean spoofCheck;
  private int mtu;
  private MacAddress mac;
  private String ipamType = "";
  private CniResult previous;

  private NetworkConfiguration(CniRequest request) {
    text = request.configuration();
    json = CniJson.object("the configuration", text);
    arguments = arguments(request.variable("CNI_ARGS"));
  }

  /**
   * Reads all of it.
   *
   * @throws CniException if a key is not known, or a value not right
   */
  static NetworkConfiguration read(CniRequest request) {
    NetworkConfiguration configuration = new NetworkConfiguration(request);
    ConfigObject top = new ConfigObject("", configuration.json);
    configuration.readName(top);
    configuration.readAttachment(top);
    configuration.readAddressing(top);
    top.ignore("type", "dns", "capabilities", "cni.dev/valid-attachments");
    top.ignore("cniVersions", "disableCheck", "disableGC", "loadOnlyInlinedPlugins");
    top.requireNoOthers();
    return configuration;
  }

  /**
   * Reads what DEL and GC need: they have to take away what was made by an earlier configuration
   * too, and so do not look at keys that only say how something is made.
   */
  static NetworkConfiguration readToRemove(CniRequest request) {
    NetworkConfiguration configuration = new NetworkConfiguration(request);
    ConfigObject top = new ConfigObject("", configuration.json);
    configuration.readName(top);
    configuration.readIpamType(top);
    return configuration;
  }

  private void readName(ConfigObject top) {
    version = top.text("cniVersion");
    if (version.isEmpty() || !CniVersion.SUPPORTED.contains(version)) {
      String asked = version.isEmpty() ? "0.1.0" : version;
      version = CniVersion.NEWEST;
      throw new CniException(
          CniException.INCOMPATIBLE_VERSION,
          "the version " + CniJson.write(asked) + " of the specification is not supported",
          "supported are " + String.join(", ", CniVersion.SUPPORTED));
    }
    name = top.text("name");
    AttachmentId.checkNetwork(name);
  }

  private void readAttachment(ConfigObject top) {
    attachment = top.text("attachment");
    if (!attachment.equals("bridge") && !attachment.equals("ptp")) {
      throw CniException.ofKey("attachment", attachment, "\"bridge\" or \"ptp\"");
    }
    mtu = top.number("mtu", 0, 0, MAX_MTU);
    if (mtu != 0 && mtu < MIN_MTU) {
      throw CniException.ofKey("mtu", mtu, "0, or " + MIN_MTU + " to " + MAX_MTU);
    }
    masquerade = top.flag("ipMasq");
    String backend = top.text("ipMasqBackend");
    if (!backend.isEmpty() && !backend.equals("nftables")) {
      throw CniException.unsupported("ipMasqBackend", backend);
    }
    if (attachment.equals("bridge")) {
      readBridge(top);
    } else {
      top.refuse("bridge", "isGateway", "isDefaultGateway", "forceAddress", "hairpinMode");
      top.refuse("promiscMode", "portIsolation", "macspoofchk");
    }
    top.refuse(
        "vlan", "vlanTrunk", "preserveDefaultVlan", "disableContainerInterface", "enabledad");
  }

  private void readBridge(ConfigObject top) {
    String given = top.text("bridge");
    bridge = given.isEmpty() ? DEFAULT_BRIDGE : given;
    if (bridge.length() > MAX_BRIDGE_NAME
        || bridge.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '/' || c == ':')) {
      throw CniException.ofKey("bridge", bridge, "the name of a link");
    }
    isDefaultGateway = top.flag("isDefaultGateway");
    isGateway = top.flag("isGateway") || isDefaultGateway;
    forceAddress = top.flag("forceAddress");
    hairpin = top.flag("hairpinMode");
    promiscuous = top.flag("promiscMode");
    isolated = top.flag("portIsolation");
    spoofCheck = top.flag("macspoofchk");
    if (hairpin && promiscuous) {
      throw CniException.ofKey("hairpinMode", true, "not both hairpinMode and promiscMode");
    }
  }

  private void readAddressing(ConfigObject top) {
    mac = macOfArguments();
    Optional<ConfigObject> args = top.object("args").flatMap(all -> all.object("cni"));
    if (args.isPresent() && args.get().has("mac")) {
      mac = args.get().mac("mac");
    }
    Optional<ConfigObject> runtime = top.object("runtimeConfig");
    if (runtime.isPresent()) {
      if (runtime.get().has("mac")) {
        mac = runtime.get().mac("mac");
      }
      runtime.get().ignore("ips", "ipRanges");
      runtime.get().requireNoOthers();
    }
    readIpamType(top);
    if (isGateway && ipamType.isEmpty()) {
      throw CniException.ofKey("isGateway", true, "an ipam that gives addresses");
    }
    if (attachment.equals("ptp") && ipamType.isEmpty()) {
      throw CniException.ofKey("ipam.type", "", "the name of a plugin: ptp needs addresses");
    }
    previous =
        top.object("prevResult")
            .map(ignored -> CniResult.read("prevResult", previousJson()))
            .orElse(null);
  }

  private void readIpamType(ConfigObject top) {
    ipamType = top.object("ipam").map(ipam -> ipam.text("type")).orElse("");
    if (ipamType.contains("/") || ipamType.startsWith(".")) {
      throw CniException.ofKey("ipam.type", ipamType, "the name of a plugin");
    }
  }

  @SuppressWarnings("unchecked") // keys of JSON are strings
  private Map<String, Object> previousJson() {
    return (Map<String, Object>) json.get("prevResult");
  }

  private MacAddress macOfArguments() {
    Map<String, Object> given = new LinkedHashMap<>();
    given.put("MAC", arguments.get("MAC"));
    return new ConfigObject("CNI_ARGS", given).mac("MAC");
  }

  /** The pairs of CNI_ARGS. Names that mean nothing here need IgnoreUnknown among them. */
  private static Map<String, String> arguments(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw AttachmentId.environment("CNI_ARGS", text, "pairs as in K=V;K2=V2");
      }
      pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    String ignore = pairs.getOrDefault("IgnoreUnknown", "");
    if (!ignore.equals("1") && !ignore.equalsIgnoreCase("true")) {
      List<String> unknown = new ArrayList<>(pairs.keySet());
      unknown.removeAll(List.of("IgnoreUnknown", "MAC", "IP", "GATEWAY"));
      if (!unknown.isEmpty()) {
        throw AttachmentId.environment(
            "CNI_ARGS", text, "no " + unknown.getFirst() + ", or IgnoreUnknown=1 with it");
      }
    }
    return pairs;
  }

  /** The configuration as it came. */
  String text() {
    return text;
  }

  /** The configuration as maps and lists. */
  Map<String, Object> json() {
    return json;
  }

  /** An argument of CNI_ARGS; empty if it is missing. */
  String argument(String key) {
    return arguments.getOrDefault(key, "");
  }

  String version() {
    return version;
  }

  String name() {
    return name;
  }

  boolean isBridge() {
    return attachment.equals("bridge");
  }

  String bridge() {
    return bridge;
  }

  boolean isGateway() {
    return isGateway;
  }

  boolean isDefaultGateway() {
    return isDefaultGateway;
  }

  boolean forceAddress() {
    return forceAddress;
  }

  boolean masquerade() {
    return masquerade;
  }

  boolean hairpin() {
    return hairpin;
  }

  boolean promiscuous() {
    return promiscuous;
  }

  boolean isolated() {
    return isolated;
  }

  boolean spoofCheck() {
    return spoofCheck;
  }

  /** In bytes; 0 for the kernel's. */
  int mtu() {
    return mtu;
  }

  /** The address that the pod's end is to have; null for a random one. */
  MacAddress mac() {
    return mac;
  }

  /** The name of the IPAM plugin; empty for none. */
  String ipamType() {
    return ipamType;
  }

  /** What the plugins before have made, or for CHECK ADD itself; null if it is missing. */
  CniResult previous() {
    return previous;
  }
}
