package io.fastvif.cni;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a runtime might ask by mistake: requests that are right, with some of their values replaced,
 * left out, or put elsewhere. The same seed makes the same requests.
 */
final class RandomRequests {
  /** A link that pods may have, while they would cut others off from what they have. */
  static final String DEVICE = "nic0";

  private static final String OTHERS = "others0";

  private static final List<String> COMMANDS = List.of("ADD", "CHECK", "DEL", "GC", "STATUS");

  private static final List<String> ATTACHMENTS =
      List.of("bridge", "bridge", "bridge", "bridge", "ptp", "ptp", "host-device", "sriov");

  private static final List<String> KEYS =
      List.of(
          "cniVersion",
          "name",
          "attachment",
          "bridge",
          "isGateway",
          "isDefaultGateway",
          "forceAddress",
          "ipMasq",
          "ipMasqBackend",
          "hairpinMode",
          "promiscMode",
          "portIsolation",
          "macspoofchk",
          "mtu",
          "vlan",
          "vlanTrunk",
          "preserveDefaultVlan",
          "id",
          "minID",
          "maxID",
          "disableContainerInterface",
          "bandwidth",
          "ingressRate",
          "ingressBurst",
          "egressRate",
          "egressBurst",
          "args",
          "cni",
          "mac",
          "ips",
          "ipRanges",
          "runtimeConfig",
          "ipam",
          "type",
          "subnet",
          "rangeStart",
          "rangeEnd",
          "gateway",
          "gw",
          "dst",
          "routes",
          "ranges",
          "addresses",
          "address",
          "resolvConf",
          "dns",
          "domain",
          "nameservers",
          "interfaces",
          "interface",
          "sandbox",
          "prevResult",
          "cni.dev/valid-attachments",
          "containerID",
          "ifname",
          "scope",
          "table",
          "priority",
          "device",
          "hwaddr",
          "kernelpath",
          "pciBusID",
          "deviceID",
          "vlanQoS",
          "vlanProto",
          "spoofchk",
          "trust",
          "link_state",
          "min_tx_rate",
          "max_tx_rate",
          "CNIDeviceInfoFile",
          "unknown");

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "x",
          "é\u0000\ud800",
          "1.1.0",
          "0.3.0",
          "0.2.0",
          "1.2.3.4.5",
          "bridge",
          "ptp",
          "static",
          "host-local",
          "../static",
          "no-such-ipam",
          "nftables",
          "iptables",
          "lo",
          DEVICE,
          "on",
          "802.1ad",
          "0000:00:03.0",
          "/sys/devices/pci0000:00",
          "all",
          "default",
          "br%d",
          "eth%d",
          "eth0",
          "eth1",
          "cni0",
          OTHERS,
          "a/b",
          "..",
          "sixteen-letters-",
          "02:00:00:00:00:07",
          "ff:ff:ff:ff:ff:ff",
          "00:00:00:00:00:00",
          "10.88.0.1",
          "10.88.0.9",
          "10.88.0.9/24",
          "10.88.0.0/24",
          "10.88.0.0/31",
          "10.88.0.255/24",
          "0.0.0.0",
          "0.0.0.0/0",
          "127.0.0.1/8",
          "224.0.0.1/4",
          "255.255.255.255/32",
          "10.88.0.9/33",
          "::",
          "::/0",
          "::1/128",
          "fd88::/64",
          "fd88::9/64",
          "fd88::9",
          "fe80::1/64",
          "ff02::1/128",
          "::ffff:10.88.0.9",
          "IgnoreUnknown=1;IP=10.88.0.9;MAC=02:00:00:00:00:08",
          "IgnoreUnknown=1;K8S_POD_NAME=x;GATEWAY=10.88.0.1",
          "K8S_POD_NAME=x",
          "=;=;",
          "IP",
          "x".repeat(300),
          "y".repeat(20_000));

  private final Random random;
  private final Path folder;
  private final String pod;
  private final List<Object> paths;

  /**
   * @param folder the only one in which files may be made
   * @param pod the path of a pod's namespace
   * @param paths of other things
   */
  RandomRequests(long seed, Path folder, String pod, List<String> paths) {
    random = new Random(seed);
    this.folder = folder;
    this.pod = pod;
    this.paths = List.copyOf(paths);
  }

  /** The next one. */
  CniRequest next() {
    String command = random.nextInt(3) == 0 ? pick(COMMANDS) : "ADD";
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("CNI_COMMAND", command);
    variables.put("CNI_CONTAINERID", "one");
    variables.put("CNI_IFNAME", "eth0");
    variables.put("CNI_NETNS", pod);
    variables.put("CNI_PATH", folder.toString());
    if (random.nextInt(4) == 0) {
      variables.put("CNI_ARGS", pick(TEXTS));
    }
    if (random.nextInt(6) == 0) {
      variables.put(pick(List.copyOf(variables.keySet())), random.nextBoolean() ? text() : "");
    }
    Map<String, Object> network = network(command);
    for (int i = random.nextInt(4); i > 0; i--) {
      damage(network);
    }
    keepInFolder(network);
    Map<String, String> texts = new LinkedHashMap<>();
    variables.forEach((name, value) -> texts.put(name, value.toString()));
    return new CniRequest(texts, CniJson.write(network));
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  /** Without the character that no variable can have. */
  private String text() {
    Object text = random.nextInt(4) == 0 ? pick(paths) : pick(TEXTS);
    return text.toString().replace("\0", "");
  }

  private Map<String, Object> network(String command) {
    Map<String, Object> network = new LinkedHashMap<>();
    network.put("cniVersion", pick(CniVersion.SUPPORTED));
    network.put("name", "net");
    network.put("type", "fastvif");
    network.put("attachment", pick(ATTACHMENTS));
    if (network.get("attachment").equals("host-device")) {
      network.put("device", DEVICE);
    }
    if (network.get("attachment").equals("sriov")) {
      network.put("deviceID", "0000:00:03.0");
      network.put("vlan", 9);
    }
    if (network.get("attachment").equals("bridge")) {
      for (String flag : List.of("isGateway", "isDefaultGateway", "hairpinMode", "macspoofchk")) {
        network.put(flag, random.nextInt(3) == 0);
      }
      if (random.nextInt(12) == 0) {
        network.put("vlan", 9);
        network.put("vlanTrunk", list(object("id", 10), object("minID", 20, "maxID", 30)));
      }
    }
    if (!network.containsKey("device") && !network.containsKey("deviceID")) {
      network.put("ipMasq", random.nextInt(4) == 0);
    }
    network.put("mtu", random.nextBoolean() ? 1400 : 0);
    network.put("ipam", random.nextBoolean() ? hostLocal() : fixed());
    if (random.nextInt(3) == 0 || command.equals("CHECK")) {
      network.put("prevResult", previous());
    }
    if (random.nextInt(4) == 0) {
      Map<String, Object> runtime = object("mac", "02:00:00:00:00:09", "ips", list("10.88.0.9"));
      if (random.nextBoolean() && !network.containsKey("device")) {
        runtime.put("bandwidth", rates());
      }
      network.put("runtimeConfig", runtime);
    }
    if (random.nextInt(4) == 0) {
      network.put("dns", object("nameservers", list("10.88.0.53"), "domain", "example.org"));
    }
    if (command.equals("GC")) {
      Map<String, Object> valid = object("containerID", "two", "ifname", "eth0");
      network.put("cni.dev/valid-attachments", list(valid));
    }
    return network;
  }

  private static Map<String, Object> rates() {
    return object(
        "ingressRate",
        8_000_000,
        "ingressBurst",
        800_000,
        "egressRate",
        9_000_000_000L,
        "egressBurst",
        Integer.MAX_VALUE);
  }

  private static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      object.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
    }
    return object;
  }

  private static List<Object> list(Object... elements) {
    return new ArrayList<>(Arrays.asList(elements)); // null is a value too
  }

  private Map<String, Object> hostLocal() {
    return object(
        "type",
        "host-local",
        "dataDir",
        folder.toString(),
        "ranges",
        list(list(object("subnet", "10.88.0.0/24")), list(object("subnet", "fd88::/64"))),
        "routes",
        list(object("dst", "0.0.0.0/0"), object("dst", "fd99::/64", "gw", "fd88::1")));
  }

  private static Map<String, Object> fixed() {
    return object(
        "type",
        "static",
        "addresses",
        list(
            object("address", "10.88.0.7/24", "gateway", "10.88.0.1"),
            object("address", "fd88::7/64", "gateway", "fd88::1")),
        "routes",
        list(object("dst", "192.0.2.0/24", "gw", "10.88.0.1", "priority", 5)),
        "dns",
        object("search", list("example.org")));
  }

  private Map<String, Object> previous() {
    return object(
        "cniVersion",
        "1.0.0",
        "interfaces",
        list(
            object("name", "cni0", "mac", "02:00:00:00:00:01"),
            object("name", "eth0", "mac", "02:00:00:00:00:02", "sandbox", pod)),
        "ips",
        list(object("address", "10.88.0.7/24", "gateway", "10.88.0.1", "interface", 1)),
        "routes",
        list(object("dst", "0.0.0.0/0")),
        "dns",
        object("domain", "example.org"));
  }

  /** Changes a place of a document: any of its maps and lists is as likely. */
  private void damage(Map<String, Object> document) {
    List<Object> containers = new ArrayList<>();
    collect(document, containers);
    Object container = pick(containers);
    if (container instanceof Map<?, ?>) {
      @SuppressWarnings("unchecked") // made here
      Map<String, Object> map = (Map<String, Object>) container;
      String key =
          map.isEmpty() || random.nextInt(4) == 0 ? pick(KEYS) : pick(List.copyOf(map.keySet()));
      if (random.nextInt(5) == 0) {
        map.remove(key);
      } else {
        map.put(key, value());
      }
      return;
    }
    @SuppressWarnings("unchecked") // made here
    List<Object> elements = (List<Object>) container;
    if (elements.isEmpty() || random.nextInt(3) == 0) {
      elements.add(value());
    } else if (random.nextBoolean()) {
      elements.add(elements.get(random.nextInt(elements.size())));
    } else {
      elements.set(random.nextInt(elements.size()), value());
    }
  }

  private static void collect(Object value, List<Object> into) {
    if (value instanceof Map<?, ?> map) {
      into.add(value);
      map.values().forEach(member -> collect(member, into));
    } else if (value instanceof List<?> elements) {
      into.add(value);
      elements.forEach(element -> collect(element, into));
    }
  }

  private Object value() {
    return switch (random.nextInt(16)) {
      case 0 -> null;
      case 1 -> true;
      case 2 -> new LinkedHashMap<String, Object>();
      case 3 -> new ArrayList<>();
      case 4 -> pick(List.of(-1, 0, 1, 67, 68, 1500, 65_535, 65_536, Integer.MAX_VALUE));
      case 5 -> pick(List.of(Long.MIN_VALUE, Long.MAX_VALUE, 1.5, new BigDecimal("1e9999")));
      case 6 -> list(value());
      case 7 -> object(pick(KEYS), value());
      case 8 -> pick(paths);
      case 9 -> pick(List.of(hostLocal(), fixed(), previous()));
      default -> pick(TEXTS);
    };
  }

  /**
   * Nothing may be written elsewhere, such as to the folder that there is by default; and no link
   * may be taken that has addresses, which nobody gives back.
   */
  private void keepInFolder(Map<String, Object> network) {
    if (OTHERS.equals(network.get("device"))) {
      network.put("device", DEVICE);
    }
    if (network.get("ipam") instanceof Map<?, ?>) {
      @SuppressWarnings("unchecked") // made here
      Map<String, Object> ipam = (Map<String, Object>) network.get("ipam");
      Object given = ipam.get("dataDir");
      boolean isElsewhere =
          given == null || (given instanceof String text && !text.startsWith(folder.toString()));
      if (isElsewhere && "host-local".equals(ipam.get("type"))) {
        ipam.put("dataDir", folder.toString());
      }
    }
  }
}
