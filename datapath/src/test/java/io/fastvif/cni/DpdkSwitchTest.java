package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import io.fastvif.testing.Testpmd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** Pods on an Open vSwitch with DPDK, in which testpmd answers ARP and ping. */
class DpdkSwitchTest {
  private static final String MAC = "02:00:00:00:00:07";
  private static final int FRAMES = 20;

  @TempDir Path folder;

  private String network(String bridge) {
    return ("{'cniVersion':'1.1.0','name':'net','type':'fastvif','attachment':'vhostuser',"
            + "'host':{'engine':'ovs-dpdk','iftype':'vhostuser','netType':'bridge',"
            + "'vhost':{'mode':'client','group':'0'},'bridge':{'bridgeName':'"
            + bridge
            + "'}},'container':{'engine':'ovs-dpdk','iftype':'vhostuser','netType':'interface',"
            + "'vhost':{'mode':'server'}},'sharedDir':'"
            + folder.resolve("shared")
            + "','runtimeConfig':{'mac':'"
            + MAC
            + "','CNIDeviceInfoFile':'"
            + info()
            + "'},'ipam':{'type':'static','addresses':[{'address':'10.88.0.2/24'}]}}")
        .replace('\'', '"');
  }

  private Path info() {
    return folder.resolve("info/pod.json");
  }

  private Path socket() {
    return folder.resolve("shared/one/one-eth0");
  }

  private PodLab lab(OvsHost ovs) {
    return new PodLab(folder, Map.of("ovs.ovsdb_connection", ovs.address()));
  }

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  /** The bridge's own link is a tap, which is made anew with the switch. */
  private static void address(String bridge) throws Exception {
    Await.until("the bridge's link", () -> ip("-o link show").contains(" " + bridge + ":"));
    ip("address replace 10.88.0.1/24 dev " + bridge);
    ip("link set " + bridge + " up");
  }

  private Testpmd testpmd(Netns pod) {
    String device = "net_virtio_user0,server=1,path=" + socket() + ",mac=" + MAC;
    return pod.call(() -> Testpmd.start(folder, device, "--forward-mode=icmpecho"));
  }

  private static void awaitAnswer(Testpmd testpmd) throws Exception {
    Peer ping = Peer.require("ping", "iputils-ping");
    Await.until(
        "an answer of testpmd",
        () -> {
          assertTrue(testpmd.isAlive(), testpmd::output);
          try {
            ping.run("-c 1 -W 1 10.88.0.2");
            return true;
          } catch (AssertionError unanswered) {
            return false;
          }
        });
  }

  /** The port's own counters, which ovs-vswitchd tells every few seconds. */
  private static void awaitFrames(OvsHost ovs, String port) throws Exception {
    for (String counter : List.of("rx_packets", "tx_packets")) {
      Await.until(
          counter + " of " + port,
          () -> {
            String count = ovs.vsctl("get Interface " + port + " statistics:" + counter).strip();
            return Long.parseLong(count) >= FRAMES;
          });
    }
  }

  private static List<String> ports(OvsHost ovs) throws Exception {
    return ovs.list("Interface", "name").stream().filter(name -> name.startsWith("vhu")).toList();
  }

  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> !Files.isDirectory(path))
          .map(path -> folder.relativize(path).toString())
          .filter(path -> !path.startsWith("dpdk") && !path.startsWith("ovs"))
          .filter(path -> !path.endsWith("/lock"))
          .sorted()
          .toList();
    }
  }

  private void assertGone(OvsHost ovs) throws Exception {
    assertEquals(List.of(), ports(ovs));
    assertEquals(List.of(), left());
    assertFalse(Files.exists(socket().getParent()));
  }

  @KernelTest
  void applicationInThePodAnswersThroughTheBridge() throws Exception {
    String network = network("br-dpdk0");
    try (OvsHost ovs = OvsHost.startWithDpdk(folder.resolve("ovs"));
        PodLab lab = lab(ovs)) {
      Netns pod = lab.pod();
      lab.done("STATUS", "", null, network);
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(result.contains("\"socketPath\":\"" + socket() + "\""), result);
      assertEquals(
          "{\"type\":\"vhost-user\",\"version\":\"1.1.0\",\"vhost-user\":{\"mode\":\"server\","
              + "\"path\":\""
              + socket()
              + "\"}}",
          Files.readString(info()));
      String port = ports(ovs).getFirst();
      assertEquals("dpdkvhostuserclient", ovs.vsctl("get Interface " + port + " type").strip());
      assertEquals("netdev", ovs.vsctl("get Bridge br-dpdk0 datapath_type").strip());
      String check = PodLab.with(network, "prevResult", result);
      address("br-dpdk0");
      try (Testpmd testpmd = testpmd(pod)) {
        awaitAnswer(testpmd);
        Peer.require("ping", "iputils-ping").run("-c " + FRAMES + " -i 0.2 -W 5 10.88.0.2");
        awaitFrames(ovs, port);
        lab.done("CHECK", "one", pod, check);
        lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, network);

        // Open vSwitch ends and starts again; then the agent does.
        ovs.killSwitch();
        ovs.startSwitch();
        address("br-dpdk0");
        awaitAnswer(testpmd);
        try (PodLab again = lab(ovs)) {
          again.done("CHECK", "one", pod, check);
          ovs.vsctl("set Interface " + port + " options:vhost-server-path=/nowhere/s");
          ovs.awaitHeard(() -> again.host().snapshotWithOvs().ovs());
          String differs = again.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
          assertTrue(differs.contains("another socket"), differs);
          // Also while the application has its socket still.
          again.done("DEL", "one", pod, network);
        }
      }
      assertGone(ovs);
      lab.done("DEL", "one", null, network);
      String gone = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      assertTrue(gone.contains("Open vSwitch has no port of it"), gone);
    }
  }

  @KernelTest
  void collectionFindsPortsByTheirMarks() throws Exception {
    String network = network("br-dpdk0");
    try (OvsHost ovs = OvsHost.startWithDpdk(folder.resolve("ovs"));
        PodLab lab = lab(ovs)) {
      lab.done("ADD", "one", lab.pod(), network);
      lab.done("ADD", "kept", lab.pod(), network.replace("pod.json", "kept.json"));
      assertEquals(2, ports(ovs).size());
      ovs.vsctl("add-port br-dpdk0 vhu-others -- set Interface vhu-others type=internal");
      ovs.awaitHeard(() -> lab.host().snapshotWithOvs().ovs());
      String valid = "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]";
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
      assertEquals(2, ports(ovs).size());
      assertTrue(Files.exists(folder.resolve("shared/kept")));
      assertFalse(Files.exists(folder.resolve("shared/one")));
      // As DEL has it when everything else is lost.
      String name = "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"type\":\"fastvif\"}";
      lab.done("DEL", "kept", null, name);
      assertEquals(List.of("vhu-others"), ports(ovs));
      assertEquals(List.of(), left());

      ovs.killDatabase();
      lab.refused(CniException.TRY_AGAIN_LATER, "ADD", "one", lab.pod(), network);
      lab.refused(CniException.TRY_AGAIN_LATER, "DEL", "one", null, network);
      lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network);
      assertEquals(List.of(), left());
      ovs.startDatabase();
    }
  }

  @KernelTest
  void twoInterfacesOfAPodHaveNotOneSocket() throws Exception {
    String network =
        network("br-dpdk0")
            .replace(
                "\"vhost\":{\"mode\":\"client\"",
                "\"vhost\":{\"socketfile\":\"pod.sock\",\"mode\":\"client\"");
    try (OvsHost ovs = OvsHost.startWithDpdk(folder.resolve("ovs"));
        PodLab lab = lab(ovs)) {
      Netns pod = lab.pod();
      String result = lab.done("ADD", "one", pod, network);
      List<String> before = left();
      Map<String, String> second = PodLab.variables("ADD", "one", pod);
      second.put("CNI_IFNAME", "net1");
      CniAnswer refused = lab.ask(second, network.replace("pod.json", "net1.json"));
      assertTrue(refused.isError(), refused.text());
      assertTrue(refused.text().contains("host.vhost.socketfile"), refused.text());
      second.put("CNI_COMMAND", "DEL");
      assertFalse(lab.ask(second, network).isError());
      assertEquals(before, left());
      lab.done("CHECK", "one", pod, PodLab.with(network, "prevResult", result));
      lab.done("DEL", "one", pod, network);
      assertGone(ovs);
    }
  }

  @KernelTest
  void failedAddLeavesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("ovs-file"), "");
    try (OvsHost ovs = OvsHost.startWithDpdk(folder.resolve("ovs"));
        PodLab lab = lab(ovs)) {
      String network = network("br-dpdk0").replace(info().toString(), file + "/pod.json");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", lab.pod(), network);
      assertGone(ovs);
      assertEquals(List.of(), ovs.list("Bridge", "name"));
    }
  }

  @KernelTest
  void switchWithoutDpdkAndMistakesAreNamedBeforeAnythingChanges() throws Exception {
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"));
        PodLab lab = lab(ovs)) {
      Netns pod = lab.pod();
      String network = network("br-dpdk0");
      for (String verb : List.of("ADD", "STATUS")) {
        int code = verb.equals("ADD") ? CniException.HOST_REFUSED : CniException.UNAVAILABLE;
        String refused = lab.refused(code, verb, "one", pod, network);
        assertTrue(refused.contains("dpdkvhostuserclient"), refused);
        assertTrue(refused.contains("dpdk-init"), refused);
      }
      assertGone(ovs);
      assertEquals(List.of(), ovs.list("Bridge", "name"));

      ovs.vsctl("add-br br9 -- set Bridge br9 datapath_type=system");
      ovs.awaitHeard(() -> lab.host().snapshotWithOvs().ovs());
      String other = network("br9");
      String datapath = lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, other);
      assertTrue(datapath.contains("br9") && datapath.contains("system"), datapath);
      lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, other);
      assertEquals("system", ovs.vsctl("get Bridge br9 datapath_type").strip());
      ovs.vsctl("del-br br9");

      String server = network.replace("\"mode\":\"client\"", "\"mode\":\"server\"");
      String mode = lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, server);
      assertTrue(mode.contains("host.vhost.mode"), mode);
      String routed = network.replace("\"netType\":\"bridge\"", "\"netType\":\"interface\"");
      String type = lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, routed);
      assertTrue(type.contains("host.netType"), type);
      assertGone(ovs);
    }
  }
}
