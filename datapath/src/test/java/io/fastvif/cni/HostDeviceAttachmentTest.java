package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;

/** Pods get the host's nic0, whose other end is a router outside; or nic1, an ifb. */
class HostDeviceAttachmentTest {
  private static final Path REFERENCE = Path.of("/usr/lib/cni/host-device");
  private static final String MAC = "02:00:00:00:00:31";

  @TempDir Path folder;

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static void alias(String name, String alias) throws Exception {
    Peer.require("ip", "iproute2").run(List.of("link", "set", name, "alias", alias));
  }

  private static String in(Netns namespace, String arguments) {
    return namespace.call(() -> ip(arguments));
  }

  private static Netns outside(PodLab lab) throws Exception {
    Netns outside = lab.pod();
    ip(
        "link add nic0 address "
            + MAC
            + " mtu 1450 type veth peer name far0 netns "
            + PodLab.path(outside));
    alias("nic0", "uplink of rack 3");
    ip("link property add dev nic0 altname the-uplink-of-rack-three");
    ip("link set nic0 group 7 up");
    in(outside, "address add 10.88.0.1/24 dev far0");
    in(outside, "link set far0 up");
    ip("link add nic1 type ifb");
    return outside;
  }

  /** What people see of a link, without its place and its carrier. */
  private static String link(String name) throws Exception {
    return ip("-d -o link show dev " + name)
        .replaceAll("^\\d+: ", "")
        .replaceAll("@if\\d+|state \\w+|,M-DOWN|NO-CARRIER,|,LOWER_UP|qdisc \\w+", "")
        .replaceAll("link-netns\\S* \\S+", "");
  }

  private static String network(PodLab lab, String more) {
    return lab.network("1.1.0", "host-device", more)
        .replace("{\"dst\":\"0.0.0.0/0\"},{\"dst\":\"::/0\"}", "{\"dst\":\"0.0.0.0/0\"}");
  }

  private static boolean hasLink(Netns pod) {
    return in(pod, "-o link show").contains("eth0");
  }

  @KernelTest
  void deviceIsThePodsAndComesBackAsItWas() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns outside = outside(lab);
      String before = link("nic0");
      String network =
          network(lab, ",'device':'nic0','mtu':1400,'runtimeConfig':{'mac':'02:00:00:00:00:07'}");
      Netns pod = lab.pod();
      lab.done("STATUS", "", null, network);
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(result.contains("\"mac\":\"02:00:00:00:00:07\",\"mtu\":1400"), result);
      pod.call(() -> Peer.require("ping", "iputils-ping").run("-c 1 -w 60 10.88.0.1"));
      assertFalse(ip("-o link show").contains("nic0"));
      lab.done("STATUS", "", null, network);
      String check = PodLab.with(network, "prevResult", result);
      lab.done("CHECK", "one", pod, check);
      in(pod, "link set eth0 mtu 1300");
      String mtu = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      assertTrue(mtu.contains("another MTU"), mtu);

      Netns second = lab.pod();
      String taken = lab.refused(CniException.HOST_REFUSED, "ADD", "two", second, network);
      assertTrue(taken.contains("nic0 is in use: cni/net/one/eth0 has it"), taken);
      String again = lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, network);
      assertTrue(again.contains("attached already"), again);

      // What a pod may do with what it has.
      in(pod, "link property add dev eth0 altname of-the-pod");
      in(pod, "link property del dev eth0 altname the-uplink-of-rack-three");
      in(pod, "link set eth0 group 9 down");
      in(pod, "link set eth0 name mine alias the-pods");
      lab.done("DEL", "one", pod, network);
      assertEquals(before, link("nic0"));
      lab.done("DEL", "one", pod, network);
      lab.done("DEL", "one", null, network);
      assertEquals(before, link("nic0"));
      assertEquals(Set.of(), lab.held());
      lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      outside.close();
    }
  }

  @KernelTest
  void deviceComesBackWithoutItsPodsPathAndByCollection() throws Exception {
    Process running = null;
    try (PodLab lab = new PodLab(folder)) {
      Netns outside = outside(lab);
      String before = link("nic0");
      String ifb = link("nic1");
      Netns pod = lab.pod();
      running = pod.call(() -> new ProcessBuilder("sleep", "600").start());
      String network = network(lab, ",'device':'nic0'");
      String second = network(lab, ",'device':'nic1'");
      lab.done("ADD", "one", pod, network);
      lab.done("DEL", "one", null, network);
      assertEquals(before, link("nic0"));

      lab.done("ADD", "kept", lab.pod(), second);
      lab.done("ADD", "lost", pod, network);
      String valid = "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]";
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
      assertEquals(before, link("nic0"));
      assertFalse(ip("-o link show").contains("nic1"));
      assertEquals(Set.of("10.88.0.3", "fd88::3"), lab.held());
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", "[]"));
      assertEquals(ifb, link("nic1"));
      assertEquals(Set.of(), lab.held());
      outside.close();
    } finally {
      if (running != null) {
        running.destroyForcibly().waitFor();
      }
    }
  }

  /** Links of software end with their namespace. */
  @KernelTest
  void deviceThatIsGoneIsForgotten() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = network(lab, ",'device':'nic0'");
      Netns pod = lab.pod();
      String missing = lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network);
      assertTrue(missing.contains("there is no link nic0"), missing);
      Netns outside = outside(lab);
      lab.done("ADD", "one", pod, network);
      pod.close();
      Await.until("the pod's end", () -> !in(outside, "-o link show").contains("far0"));
      lab.done("DEL", "one", null, network);
      assertEquals(Set.of(), lab.held());
      lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network);
    }
  }

  @KernelTest
  void failedAddLeavesEverythingAsItWas() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      outside(lab);
      String before = link("nic0");
      Netns pod = lab.pod();
      String network = network(lab, ",'device':'nic0'");
      String unreachable =
          network.replace("\"0.0.0.0/0\"", "\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, unreachable);
      assertEquals(before, link("nic0"));
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, network(lab, ",'device':'lo'"));
      assertFalse(ip("-o link show dev lo").contains("alias"));
      in(pod, "link add eth0 type veth peer name other0");
      String name = lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, network);
      assertTrue(name.contains("there is a link eth0 in the pod already"), name);
      assertEquals(before, link("nic0"));
      lab.done("DEL", "one", pod, network);
      assertTrue(hasLink(pod));
      // Another pod's device, or a VIF's link, is nobody else's.
      alias("nic1", "fastvif:others");
      String vifs = network(lab, ",'device':'nic1'");
      String others = lab.refused(CniException.HOST_REFUSED, "ADD", "one", lab.pod(), vifs);
      assertTrue(others.contains("nic1 is in use"), others);
      assertTrue(link("nic1").contains("alias fastvif:others"));
      assertEquals(Set.of(), lab.held());
    }
  }

  /** How it was has to be known before anything is changed of it. */
  @KernelTest
  void withoutARecordNothingIsChanged() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      outside(lab);
      String before = link("nic0");
      Files.createDirectories(lab.records().resolve("devices/incomplete")); // where it would be
      String network = network(lab, ",'device':'nic0'");
      String refused = lab.refused(CniException.HOST_REFUSED, "ADD", "one", lab.pod(), network);
      assertTrue(refused.contains("incomplete"), refused);
      assertEquals(before, link("nic0"));
      assertEquals(Set.of(), lab.held());
    }
  }

  @KernelTest
  void nameThatOthersHaveMeanwhileIsNamed() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      outside(lab);
      String before = link("nic0");
      Netns pod = lab.pod();
      String network = network(lab, ",'device':'nic0'");
      lab.done("ADD", "one", pod, network);
      ip("link add nic0 type ifb");
      String taken = lab.refused(CniException.HOST_REFUSED, "DEL", "one", pod, network);
      assertTrue(taken.contains("there is another link nic0"), taken);
      ip("link delete nic0");
      lab.done("DEL", "one", pod, network);
      assertEquals(before, link("nic0"));
      assertEquals(Set.of(), lab.held());
    }
  }

  @KernelTest
  void keysAreAsTheReferencePluginHasThem() throws Exception {
    if (!Files.isExecutable(REFERENCE)) {
      Peer.missing(REFERENCE + " is missing: apt-get install containernetworking-plugins");
    }
    String addressed =
        "{'type':'host-local','subnet':'10.88.0.0/24','routes':[{'dst':'0.0.0.0/0'}],'dataDir':'";
    for (String keys :
        new String[] {
          ",'device':'nic0'",
          ",'hwaddr':'" + MAC + "'",
          ",'device':'nic1','hwaddr':'" + MAC + "'",
          ",'device':'nic0','ipam':" + addressed + folder.resolve("addresses") + "'}"
        }) {
      try (PodLab lab = new PodLab(folder.resolve("" + keys.length()))) {
        Netns outside = outside(lab);
        String network =
            ("{'cniVersion':'1.0.0','name':'net','type':'fastvif','attachment':'host-device'"
                    + keys
                    + "}")
                .replace('\'', '"');
        Netns theirs = lab.pod();
        Netns ours = lab.pod();
        String wanted = reference("ADD", theirs, network);
        String theirState = state(theirs);
        reference("DEL", theirs, network);
        String moved = keys.contains("nic1") ? "nic1" : "nic0";
        if (moved.equals("nic0")) {
          ip("link set nic0 alias uplink up"); // which is lost there
        }
        String before = link(moved);
        String result = lab.done("ADD", "one", ours, network);
        assertEquals(masked(wanted, theirs), masked(result, ours).replace(".3/", ".2/"));
        assertEquals(theirState, state(ours).replace(".3/", ".2/"));
        lab.done("CHECK", "one", ours, PodLab.with(network, "prevResult", result));
        lab.done("DEL", "one", ours, network);
        assertEquals(before, link(moved));
        ip("link del nic0");
        ip("link del nic1");
        outside.close();
      }
    }
  }

  private static String reference(String verb, Netns pod, String network) throws Exception {
    String theirs = network.replace("\"attachment\":\"host-device\",", "");
    PodLab.Ended ended = PodLab.run(REFERENCE, PodLab.variables(verb, "one", pod), theirs);
    assertEquals(0, ended.status(), ended.text());
    return ended.text();
  }

  private static String masked(String result, Netns pod) {
    return new TreeMap<>(CniJson.object("the result", result.replace(PodLab.path(pod), "pod")))
        .toString();
  }

  /** Without the alias, which is the former name there. */
  private static String state(Netns pod) {
    String link = in(pod, "-d -o link show dev eth0");
    String addresses = in(pod, "-o address show dev eth0 scope global");
    return (link + addresses + in(pod, "route show"))
        .replaceAll("alias (fastvif-device:cni/net/one/eth0 of (cookie \\d+|\\S+)|nic\\d)", "")
        .replaceAll("(?m)^\\d+: |qlen \\d+|valid_lft.*|@if\\d+|src [0-9.]+| nodad|\\\\", " ")
        .replaceAll("state \\w+|,LOWER_UP|group \\w+|link-netns\\S* \\S+", " ")
        .replaceAll("\\s+", " ");
  }

  @KernelTest
  void mistakesAreNamedBeforeAnythingIsDone() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      String none = lab.refused(7, "ADD", "one", pod, network(lab, ""));
      assertTrue(none.contains("device") && none.contains("pciBusID"), none);
      lab.done("STATUS", "", null, network(lab, ""));
      Map<String, String> wrong =
          Map.of(
              ",'device':'a/b'", "device: \\\"a/b\\\"",
              ",'hwaddr':'x'", "hwaddr: \\\"x\\\"",
              ",'kernelpath':'/sys/class/net'", "a path below /sys/devices/",
              ",'kernelpath':'/sys/devices/../net'", "a path below /sys/devices/",
              ",'pciBusID':'3b:00'", "the address of a PCI device",
              ",'pciBusID':'ffff:00:1f.7'", "of a PCI device of this host",
              ",'runtimeConfig':{'deviceID':'mlx5_core.sf.4'}", "runtimeConfig.deviceID");
      for (Map.Entry<String, String> one : wrong.entrySet()) {
        String error = lab.refused(7, "ADD", "one", pod, network(lab, one.getKey()));
        assertTrue(error.contains(one.getValue()), error);
      }
      String missing = network(lab, ",'kernelpath':'/sys/devices/pci0000:00/0000:00:1f.7'");
      String error = lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, missing);
      assertTrue(error.contains("there is no link of /sys/devices"), error);
      assertEquals(Set.of(), lab.held());
    }
  }
}
