package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Peer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** VLANs of a reference plugin and ours, key by key, in one namespace. */
final class VlanComparison {
  private static final List<String> OF_BRIDGES =
      List.of("vlan_filtering", "vlan_protocol", "vlan_default_pvid", "stp_state");
  private static final List<String> OF_PORTS =
      List.of("hairpin", "isolated", "learning", "flood", "guard", "root_block");

  private final PodLab lab;
  private final Path plugins;
  private final boolean isNew;

  /**
   * @param plugins the reference plugins' folder
   * @param version theirs
   */
  VlanComparison(PodLab lab, Path plugins, String version) {
    this.lab = lab;
    this.plugins = plugins;
    isNew = !version.equals("1.1.1");
  }

  /** Compares all. */
  void run() throws Exception {
    for (String keys :
        new String[] {
          "'vlan':100", "'vlan':1", "'vlan':100,'isGateway':true,'mtu':1400", "'vlan':4094"
        }) {
      // The older one always keeps the default VLAN.
      compare("," + keys + (isNew ? "" : ",'preserveDefaultVlan':true"));
    }
    if (isNew) {
      for (String keys :
          new String[] {
            "'vlan':100,'preserveDefaultVlan':true",
            "'vlan':100,'vlanTrunk':[{'id':200},{'minID':300,'maxID':302}]",
            "'vlanTrunk':[{'id':200},{'minID':199,'maxID':202}]",
            "'vlanTrunk':[{'id':1},{'id':4094}],'hairpinMode':true",
            "'vlanTrunk':[{'id':200}],'preserveDefaultVlan':true,'portIsolation':true",
            "'vlanTrunk':[{'minID':1,'maxID':4094}],'isGateway':true"
          }) {
        compare("," + keys);
      }
    }
  }

  private void compare(String keys) throws Exception {
    String network = lab.network("1.0.0", "bridge", keys);
    Netns pod = lab.pod();
    Map<String, String> variables = PodLab.variables("ADD", "one", pod);
    variables.put("CNI_PATH", plugins.toString());
    Path program = plugins.resolve("bridge");
    String reference = PodLab.ofReference(network);
    PodLab.Ended ended = PodLab.run(program, variables, reference);
    assertEquals(0, ended.status(), keys + ": " + ended.text());
    String theirs = result(ended.text(), pod) + state();
    variables.put("CNI_COMMAND", "DEL");
    PodLab.Ended deleted = PodLab.run(program, variables, reference);
    assertEquals(0, deleted.status(), keys + ": " + deleted.text());
    final String theirRest = state();
    deleteBridge();

    Netns other = lab.pod();
    String ours = result(lab.done("ADD", "one", other, network), other) + state();
    assertEquals(theirs, ours, plugins + " " + keys);
    assertTrue(ours.contains("vlan_filtering=1"), ours);
    lab.done("DEL", "one", other, network);
    assertEquals(theirRest, state(), plugins + " " + keys);
    deleteBridge();
  }

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static void deleteBridge() throws Exception {
    String links = ip("-o link show");
    for (String name : List.of("cni0.100", "cni0.1", "cni0.4094", "cni0")) {
      if (links.contains(": " + name + ":") || links.contains(": " + name + "@")) {
        ip("link delete " + name);
      }
    }
  }

  private static String masked(String text) {
    return text.replaceAll("veth[0-9a-f]{8}", "veth");
  }

  /** The links of a result and the places of its addresses, which differ with each ADD. */
  private static String result(String result, Netns pod) {
    Map<String, Object> json = CniJson.object("the result", result);
    StringBuilder text = new StringBuilder();
    for (Object link : (List<?>) json.get("interfaces")) {
      Map<?, ?> one = (Map<?, ?>) link;
      text.append(masked(one.get("name").toString()));
      text.append(PodLab.path(pod).equals(one.get("sandbox")) ? " in the pod\n" : "\n");
    }
    for (Object address : (List<?>) json.get("ips")) {
      text.append("address of ").append(((Map<?, ?>) address).get("interface")).append('\n');
    }
    return text.toString();
  }

  /** All bridges, their ports with their VLANs, and the addresses of all links. */
  private static String state() throws Exception {
    List<String> lines = new ArrayList<>();
    for (Map<?, ?> link : objects(ip("-j -d link show"))) {
      Map<?, ?> info = part(link, "linkinfo");
      Map<String, Object> told = new TreeMap<>();
      put(told, part(info, "info_data"), OF_BRIDGES);
      put(told, part(info, "info_slave_data"), OF_PORTS);
      put(told, link, List.of("mtu", "master"));
      told.put("up", ((List<?>) link.get("flags")).contains("UP"));
      lines.add("link " + masked(link.get("ifname").toString()) + " " + told);
    }
    for (Map<?, ?> vlans : objects(Peer.require("bridge", "iproute2").run("-j vlan show"))) {
      lines.add("vlans " + masked(vlans.get("ifname").toString()) + " " + vlans.get("vlans"));
    }
    for (Map<?, ?> link : objects(ip("-j address show"))) {
      for (Object address : (List<?>) link.get("addr_info")) {
        Map<?, ?> one = (Map<?, ?>) address;
        if ("global".equals(one.get("scope"))) {
          lines.add(masked(link.get("ifname") + " has " + one.get("local")));
        }
      }
    }
    return String.join("\n", lines.stream().sorted().toList());
  }

  private static void put(Map<String, Object> told, Map<?, ?> from, List<String> keys) {
    for (String key : keys) {
      if (from.containsKey(key)) {
        told.put(key, from.get(key));
      }
    }
  }

  private static Map<?, ?> part(Map<?, ?> of, String key) {
    return of.get(key) instanceof Map<?, ?> part ? part : Map.of();
  }

  private static List<Map<?, ?>> objects(String json) {
    List<Map<?, ?>> objects = new ArrayList<>();
    for (Object one : (List<?>) CniJson.object("", "{\"all\":" + json + "}").get("all")) {
      Map<?, ?> object = (Map<?, ?>) one;
      if (!object.isEmpty()) {
        objects.add(object);
      }
    }
    return objects;
  }
}
