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

  static final String OTHERS = "others0";

  private static final List<String> COMMANDS = List.of("ADD", "CHECK", "DEL", "GC", "STATUS");

  /** Those that take nothing but the kernel, the most used ones more often. */
  static final List<String> OF_KERNEL =
      List.of(
          "bridge",
          "bridge",
          "bridge",
          "bridge",
          "ptp",
          "ptp",
          "host-device",
          "macvlan",
          "sriov",
          "tap");

  /** Those on an Open vSwitch with DPDK that has a bridge br-pod. */
  static final List<String> OF_OPEN_VSWITCH = List.of("ovs", "vhostuser");

  private static final String SHARED_DIR = "sharedDir";

  private final List<String> attachments;
  private final Random random;
  private final Path folder;
  private final String pod;
  private final List<Object> paths;

  /**
   * @param attachments those that are asked for
   * @param folder the only one in which files may be made
   * @param pod the path of a pod's namespace
   * @param paths of other things
   */
  RandomRequests(List<String> attachments, long seed, Path folder, String pod, List<String> paths) {
    this.attachments = List.copyOf(attachments);
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
      variables.put("CNI_ARGS", pick(RandomWords.TEXTS));
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
    Object text = random.nextInt(4) == 0 ? pick(paths) : pick(RandomWords.TEXTS);
    return text.toString().replace("\0", "");
  }

  private Map<String, Object> network(String command) {
    Map<String, Object> network = new LinkedHashMap<>();
    network.put("cniVersion", pick(CniVersion.SUPPORTED));
    network.put("name", "net");
    network.put("type", "fastvif");
    network.put("attachment", pick(attachments));
    putOwnKeys(network);
    network.put("mtu", random.nextBoolean() ? 1400 : 0);
    network.put("ipam", random.nextBoolean() ? hostLocal() : fixed());
    if (random.nextInt(3) == 0 || command.equals("CHECK")) {
      network.put("prevResult", previous());
    }
    if (random.nextInt(4) == 0) {
      Map<String, Object> runtime = object("mac", "02:00:00:00:00:09", "ips", list("10.88.0.9"));
      Object attachment = network.get("attachment");
      if (random.nextBoolean() && List.of("bridge", "ptp").contains(attachment)) {
        runtime.put("bandwidth", rates());
      }
      if (random.nextBoolean() && attachment.equals("vhostuser")) {
        runtime.put("CNIDeviceInfoFile", folder.resolve("info.json").toString());
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

  /** What an attachment has beside the keys of all. */
  private void putOwnKeys(Map<String, Object> network) {
    switch (network.get("attachment").toString()) {
      case "bridge" -> {
        for (String flag : List.of("isGateway", "isDefaultGateway", "hairpinMode", "macspoofchk")) {
          network.put(flag, random.nextInt(3) == 0);
        }
        if (random.nextInt(12) == 0) {
          network.put("vlan", 9);
          network.put("vlanTrunk", trunk());
        }
        network.put("ipMasq", random.nextInt(4) == 0);
      }
      case "ptp" -> network.put("ipMasq", random.nextInt(4) == 0);
      case "host-device" -> network.put("device", DEVICE);
      case "macvlan" -> {
        network.put("master", OTHERS);
        network.put("mode", pick(List.of("bridge", "private", "vepa")));
      }
      case "tap" -> network.put("multiQueue", random.nextBoolean());
      case "sriov" -> {
        network.put("deviceID", "0000:00:03.0");
        network.put("vlan", 9);
      }
      case "ovs" -> {
        network.put("bridge", "br-pod");
        if (random.nextBoolean()) {
          network.put("vlan", 9);
        } else {
          network.put("trunk", trunk());
        }
        if (random.nextBoolean()) {
          network.put("ingressRate", 8_000_000);
          network.put("ingressBurst", 800_000);
        }
      }
      case "vhostuser" -> {
        network.put("host", end("client"));
        network.put("container", end("server"));
        network.put(SHARED_DIR, folder.toString());
      }
      default -> throw new IllegalArgumentException(network.toString());
    }
  }

  private static List<Object> trunk() {
    return list(object("id", 10), object("minID", 20, "maxID", 30));
  }

  private static Map<String, Object> end(String mode) {
    Map<String, Object> end =
        object("engine", "ovs-dpdk", "iftype", "vhostuser", "vhost", object("mode", mode));
    if (mode.equals("client")) {
      end.put("netType", "bridge");
      end.put("bridge", object("bridgeName", "br-pod"));
    }
    return end;
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
          map.isEmpty() || random.nextInt(4) == 0
              ? pick(RandomWords.KEYS)
              : pick(List.copyOf(map.keySet()));
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
      case 7 -> object(pick(RandomWords.KEYS), value());
      case 8 -> pick(paths);
      case 9 -> pick(List.of(hostLocal(), fixed(), previous()));
      default -> pick(RandomWords.TEXTS);
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
    if (network.get(SHARED_DIR) instanceof String given && !given.startsWith(folder.toString())) {
      network.put(SHARED_DIR, folder.toString());
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
