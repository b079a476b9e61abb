package io.fastvif.cni;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A network configuration, as a runtime gives it to the plugin. */
final class NetworkConfiguration {
  private static final int MAX_MTU = 65_535;
  private static final int MIN_MTU = 68;
  private static final String DEVICE_ID = SriovKeys.DEVICE_ID;

  private final String text;
  private final Map<String, Object> json;
  private final Map<String, String> arguments;
  private final Set<String> takenArguments = new HashSet<>(List.of("IgnoreUnknown", "MAC"));

  private String version = CniVersion.NEWEST;
  private String name = "";
  private int mtu;
  private MacAddress mac;
  private String ipamType = "";
  private CniResult previous;
  private PodAttachment attachment;
  private ConfigObject runtime = new ConfigObject("runtimeConfig", Map.of());
  private Map<String, Object> dns = Map.of();
  private PodRates rates = PodRates.UNLIMITED;

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
    configuration.readMtu(top);
    configuration.readAddressing(top);
    configuration.attachment = Attachments.read(top, configuration);
    configuration.rates = PodRates.read(top, configuration);
    configuration.runtime.requireNoOthers();
    configuration.requireNoOtherArguments();
    configuration.dns = DnsSettings.of(top);
    top.ignore("type", "capabilities", "cni.dev/valid-attachments");
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

  private void readMtu(ConfigObject top) {
    mtu = top.number("mtu", 0, 0, MAX_MTU);
    if (mtu != 0 && mtu < MIN_MTU) {
      throw CniException.ofKey("mtu", mtu, "0, or " + MIN_MTU + " to " + MAX_MTU);
    }
  }

  private void readAddressing(ConfigObject top) {
    mac = macOfArguments();
    Optional<ConfigObject> args = top.object("args").flatMap(all -> all.object("cni"));
    if (args.isPresent() && args.get().has("mac")) {
      mac = args.get().mac("mac");
    }
    runtime = top.object("runtimeConfig").orElse(runtime);
    if (runtime.has("mac")) {
      mac = runtime.mac("mac");
    }
    runtime.ignore("ips", "ipRanges");
    readIpamType(top);
    previous =
        top.object("prevResult")
            .map(ignored -> CniResult.read("prevResult", previousJson()))
            .orElse(null);
  }

  private void readIpamType(ConfigObject top) {
    ipamType = top.object("ipam").map(ipam -> ipam.text("type")).orElse("");
    if (ipamType.contains("/") || ipamType.startsWith(".") || !isFileName(ipamType)) {
      throw CniException.ofKey("ipam.type", ipamType, "the name of a plugin");
    }
  }

  private static boolean isFileName(String text) {
    try {
      return Path.of(text).getNameCount() == 1;
    } catch (InvalidPathException wrong) {
      return false;
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

  /** The pairs of CNI_ARGS. */
  private static Map<String, String> arguments(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw AttachmentId.environment("CNI_ARGS", text, "pairs as in K=V;K2=V2");
      }
      pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return pairs;
  }

  /** Names that mean nothing here need IgnoreUnknown among them. */
  private void requireNoOtherArguments() {
    takenArguments.addAll(List.of("IP", "GATEWAY")); // IPAM's
    String ignore = argument("IgnoreUnknown");
    if (!ignore.equals("1") && !ignore.equalsIgnoreCase("true")) {
      for (String name : arguments.keySet()) {
        if (!takenArguments.contains(name)) {
          throw AttachmentId.environment(
              "CNI_ARGS", name, "no argument that is not known, or IgnoreUnknown=1 with it");
        }
      }
    }
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
    takenArguments.add(key);
    return arguments.getOrDefault(key, "");
  }

  String version() {
    return version;
  }

  String name() {
    return name;
  }

  /** How pods are attached; null if only what to remove was read. */
  PodAttachment attachment() {
    return attachment;
  }

  /** Whether its pods are ports of Open vSwitch, as far as the configuration says now. */
  boolean usesOvs() {
    return OvsAttachment.NAME.equals(json.get("attachment")) || VhostUserAttachment.usesOvs(json);
  }

  /**
   * The PCI device that a pod is to have, as far as the configuration says now; null for none. What
   * is wrong of it is no reason not to take a pod away.
   */
  PciAddress device() {
    Object ofPod = json.get("runtimeConfig") instanceof Map<?, ?> map ? map.get(DEVICE_ID) : null;
    return Stream.of(ofPod, json.get(DEVICE_ID), json.get("pciBusID"))
        .flatMap(NetworkConfiguration::address)
        .findFirst()
        .orElse(null);
  }

  private static Stream<PciAddress> address(Object text) {
    try {
      return text instanceof String known ? Stream.of(PciAddress.parse(known)) : Stream.empty();
    } catch (InvalidInputException wrong) {
      return Stream.empty();
    }
  }

  /** Whether its pods may have PCI devices, as far as the configuration says now. */
  boolean mayTakeDevices() {
    Object way = json.get("attachment");
    return way == null
        || List.of(SriovAttachment.NAME, HostDeviceAttachment.NAME, OvsAttachment.NAME)
            .contains(way);
  }

  /** What the runtime says of this one pod; attachments take their keys of it. */
  ConfigObject runtime() {
    return runtime;
  }

  /** In bytes; 0 for the kernel's. */
  int mtu() {
    return mtu;
  }

  /** What the pod's traffic is limited to. */
  PodRates rates() {
    return rates;
  }

  /** The address that the pod's end is to have; null for a random one. */
  MacAddress mac() {
    return mac;
  }

  /** The name of the IPAM plugin; empty for none. */
  String ipamType() {
    return ipamType;
  }

  /** The network's own; empty for that of IPAM. */
  Map<String, Object> dns() {
    return dns;
  }

  /** What the plugins before have made, or for CHECK ADD itself; null if it is missing. */
  CniResult previous() {
    return previous;
  }
}
