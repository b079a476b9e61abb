package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the guide and of the Kubernetes manifests: each is read, and run. */
class GuideTest {
  private static final Path GUIDE = Path.of("src/main/c/README.md");
  private static final Path MANIFESTS = Path.of("src/main/packaging/kubernetes");

  /** Prints the documents of a file of YAML as JSON. */
  private static final String TO_JSON =
      "import json,sys,yaml;print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";

  @TempDir Path folder;

  /** The configurations of a text's blocks. */
  private static List<String> configurations(String guide) {
    List<String> found = new ArrayList<>();
    String fence = "```json\n";
    for (int at = guide.indexOf(fence); at >= 0; at = guide.indexOf(fence, at + 1)) {
      int begin = at + fence.length();
      found.add(guide.substring(begin, guide.indexOf("```", begin)));
    }
    return found;
  }

  /**
   * What a runtime gives to the plugin: of a list of plugins the one, with the list's name and
   * version; and not with the host's own addresses, but those of this test.
   */
  @SuppressWarnings("unchecked") // keys of JSON are strings
  private Map<String, Object> forPlugin(String configuration) {
    Map<String, Object> all = CniJson.object("the configuration", configuration);
    Map<String, Object> own = new LinkedHashMap<>(all);
    if (all.get("plugins") instanceof List<?> plugins) {
      assertEquals(1, plugins.size(), configuration);
      own = new LinkedHashMap<>((Map<String, Object>) plugins.getFirst());
      own.put("name", all.get("name"));
      own.put("cniVersion", all.get("cniVersion"));
    }
    if (own.get("ipam") instanceof Map<?, ?> given) {
      Map<String, Object> ipam = new LinkedHashMap<>((Map<String, Object>) given);
      if (ipam.get("type").equals("host-local")) {
        ipam.put("dataDir", folder.resolve("networks").toString());
      }
      own.put("ipam", ipam);
    }
    own.computeIfPresent("sharedDir", (key, given) -> shared().toString());
    return own;
  }

  private Path shared() {
    return folder.resolve("shared");
  }

  private void run(String example) throws Exception {
    Map<String, Object> configuration = forPlugin(example);
    assertEquals("fastvif", configuration.get("type"), example);
    String network = CniJson.write(configuration);
    Object attachment = configuration.get("attachment");
    if (attachment.equals(OvsAttachment.NAME) || attachment.equals(VhostUserAttachment.NAME)) {
      runOnOpenVSwitch(network);
      return;
    }
    boolean isFunction = attachment.equals(SriovAttachment.NAME);
    boolean isInVlans = configuration.containsKey("vlan") || configuration.containsKey("vlanTrunk");
    if (isFunction || isInVlans) { // which are run in the lab
      NetworkConfiguration read = NetworkConfiguration.read(new CniRequest(Map.of(), network));
      assertEquals(isFunction, read.attachment().takesDevices());
      return;
    }
    try (PodLab lab = new PodLab(folder)) {
      if (configuration.get("device") instanceof String device) {
        Peer.require("ip", "iproute2").run("link add " + device + " type ifb");
      }
      Netns pod = lab.pod();
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(pod.call(() -> Files.exists(Path.of("/proc/sys/net/ipv4/conf/eth0"))), result);
      lab.done("CHECK", "one", pod, PodLab.with(network, "prevResult", result));
      lab.done("DEL", "one", pod, network);
      assertTrue(pod.call(() -> !Files.exists(Path.of("/proc/sys/net/ipv4/conf/eth0"))), network);
    }
  }

  private void runOnOpenVSwitch(String network) throws Exception {
    boolean hasDpdk = network.contains(VhostUserAttachment.NAME);
    Path place = folder.resolve(hasDpdk ? "dpdk" : "ovs");
    try (OvsHost ovs = hasDpdk ? OvsHost.startWithDpdk(place) : OvsHost.start(place);
        PodLab lab = new PodLab(folder, Map.of("ovs.ovsdb_connection", ovs.address()))) {
      if (!hasDpdk) {
        ovs.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      }
      lab.done("STATUS", "", null, network);
      Netns pod = lab.pod();
      String result = lab.done("ADD", "one", pod, network);
      assertEquals(hasDpdk, Files.isDirectory(shared().resolve("one")), result);
      lab.done("CHECK", "one", pod, PodLab.with(network, "prevResult", result));
      lab.done("DEL", "one", pod, network);
      assertEquals(
          List.of(),
          ovs.list("Interface", "name").stream().filter(name -> name.startsWith("v")).toList());
    }
  }

  @KernelTest
  void everyConfigurationOfTheGuideIsRun() throws Exception {
    List<String> examples = configurations(Files.readString(GUIDE));
    assertEquals(9, examples.size());
    for (String example : examples) {
      run(example);
    }
  }

  @KernelTest
  void networkOfMultusIsRun() throws Exception {
    Map<?, ?> attachment = document("network-attachment.yaml");
    assertEquals("NetworkAttachmentDefinition", attachment.get("kind"));
    run((String) ((Map<?, ?>) attachment.get("spec")).get("config"));
  }

  /** What a pod of the DaemonSet has to see of the host, and that it asks for no role. */
  @Test
  void daemonSetSeesTheHost() throws Exception {
    Map<?, ?> set = document("daemonset.yaml");
    assertEquals("DaemonSet", set.get("kind"));
    Map<?, ?> pod = (Map<?, ?>) at(set, "spec", "template").get("spec");
    assertEquals(false, pod.get("automountServiceAccountToken"));
    assertEquals(true, pod.get("hostNetwork"));
    assertEquals(
        at(set, "spec", "selector").get("matchLabels"),
        at(set, "spec", "template", "metadata").get("labels"));
    Map<?, ?> container = (Map<?, ?>) ((List<?>) pod.get("containers")).getFirst();
    Map<Object, Object> mounts = new LinkedHashMap<>();
    for (Object mount : (List<?>) container.get("volumeMounts")) {
      mounts.put(((Map<?, ?>) mount).get("name"), ((Map<?, ?>) mount).get("mountPath"));
    }
    Map<Object, Object> volumes = new LinkedHashMap<>();
    for (Object volume : (List<?>) pod.get("volumes")) {
      Map<?, ?> hostPath = at((Map<?, ?>) volume, "hostPath");
      volumes.put(((Map<?, ?>) volume).get("name"), hostPath.get("path"));
      assertEquals("DirectoryOrCreate", hostPath.get("type"), "a node may not have it: " + volume);
    }
    // At the host's paths, which the client's requests have in them.
    assertEquals(volumes, mounts);
    assertEquals(
        Set.of(
            "/run/fastvif",
            "/var/lib/fastvif",
            "/var/lib/cni",
            "/opt/cni/bin",
            "/run/netns",
            "/run/openvswitch",
            "/run/vhostuser",
            "/run/k8s.cni.cncf.io"),
        Set.copyOf(mounts.values()));
  }

  private static Map<?, ?> at(Map<?, ?> object, String... keys) {
    Map<?, ?> there = object;
    for (String key : keys) {
      there = (Map<?, ?>) there.get(key);
    }
    return there;
  }

  private static Map<?, ?> document(String name) throws Exception {
    Peer python = Peer.requirePythonModule("yaml", "python3-yaml");
    String json = python.run(List.of("-c", TO_JSON, MANIFESTS.resolve(name).toString()));
    List<?> documents = (List<?>) CniJson.object("", "{\"all\":" + json + "}").get("all");
    assertEquals(1, documents.size());
    return (Map<?, ?>) documents.getFirst();
  }
}
