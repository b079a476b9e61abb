package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.cni.PodRecords.PodRecord;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.forward.Idle;
import io.fastvif.netns.Netns;
import io.fastvif.plan.ServedPort;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.testing.Testpmd;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

class VhostUserAttachmentTest {
  private static final String MAC = "02:00:00:00:00:07";

  @TempDir Path folder;

  /** An agent's part of it. */
  private final class Served implements AutoCloseable {
    private final ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
    private final VifHost host =
        VifHost.open(
            VifHostOptions.byDefault().withForwarder(ports).withLeases(folder.resolve("devices")));
    private final CniPlugin plugin = new CniPlugin(host);

    CniAnswer ask(String verb, Netns pod, String network) {
      return plugin.answer(new CniRequest(PodLab.variables(verb, "one", pod), network)).join();
    }

    String done(String verb, Netns pod, String network) {
      CniAnswer answer = ask(verb, pod, network);
      assertFalse(answer.isError(), answer.text());
      return answer.text();
    }

    String refused(int code, String verb, Netns pod, String network) {
      CniAnswer answer = ask(verb, pod, network);
      assertTrue(answer.isError() && answer.text().contains("\"code\":" + code), answer.text());
      return answer.text();
    }

    @Override
    public void close() {
      host.close();
      ports.close();
    }
  }

  private Path info() {
    return folder.resolve("info").resolve("pod.json");
  }

  private String network(String mode) {
    return ("{'cniVersion':'1.1.0','name':'net','type':'fastvif','attachment':'vhostuser',"
            + "'host':{'engine':'fastvif','iftype':'vhostuser','netType':'bridge',"
            + "'vhost':{'mode':'"
            + mode
            + "','group':'0'},'bridge':{'bridgeName':'br7'}},"
            + "'container':{'engine':'testpmd','iftype':'vhostuser','netType':'interface'},"
            + "'sharedDir':'"
            + folder.resolve("shared")
            + "','runtimeConfig':{'mac':'"
            + MAC
            + "','CNIDeviceInfoFile':'"
            + info()
            + "'},'ipam':{'type':'static','addresses':[{'address':'10.88.0.2/24'}]}}")
        .replace('\'', '"');
  }

  /** As DEL has it when everything else is lost. */
  private static final String NAME_ALONE =
      "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"type\":\"fastvif\"}";

  private Path socket() {
    return folder.resolve("shared").resolve("one").resolve("one-eth0");
  }

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private void pods(Netns pod, String more) throws Exception {
    Peer ping = Peer.require("ping", "iputils-ping");
    String device = "net_virtio_user0,path=" + socket() + ",mac=" + MAC + more;
    try (Testpmd testpmd =
        pod.call(() -> Testpmd.start(folder, device, "--forward-mode=icmpecho"))) {
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
  }

  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> !Files.isDirectory(path))
          .map(path -> folder.relativize(path).toString())
          .filter(path -> !path.startsWith("dpdk") && !path.equals("cni/lock"))
          .sorted()
          .toList();
    }
  }

  @KernelTest
  void applicationInThePodAnswersAlsoWhenTheAgentHasStartedAgain() throws Exception {
    String network = network("server");
    try (Netns pod = Netns.createPrivate()) {
      try (Served agent = new Served()) {
        agent.done("STATUS", null, network);
        String result = agent.done("ADD", pod, network);
        assertTrue(result.contains("\"socketPath\":\"" + socket() + "\""), result);
        assertEquals(
            "{\"type\":\"vhost-user\",\"version\":\"1.1.0\",\"vhost-user\":{\"mode\":\"client\","
                + "\"path\":\""
                + socket()
                + "\"}}",
            Files.readString(info()));
        ip("address add 10.88.0.1/24 dev br7");
        pods(pod, "");
        String check = PodLab.with(network, "prevResult", result);
        agent.done("CHECK", pod, check);
        agent.refused(CniException.INVALID_CONFIGURATION, "ADD", pod, network);
        Files.delete(info());
        agent.refused(CniException.DIFFERS, "CHECK", pod, check);
      }
      try (Served agent = new Served()) {
        agent.plugin.restore().join();
        pods(pod, "");
        agent.done("DEL", null, NAME_ALONE);
        agent.done("DEL", null, NAME_ALONE);
        assertEquals(List.of(), left());
        assertFalse(Files.exists(socket().getParent()));
        assertFalse(ip("-o link show").contains("vhu"));
      }
    }
  }

  @KernelTest
  void podMayMakeTheSocket() throws Exception {
    String network = network("client");
    try (Netns pod = Netns.createPrivate();
        Served agent = new Served()) {
      agent.done("ADD", pod, network);
      ip("address add 10.88.0.1/24 dev br7");
      pods(pod, ",server=1");
      String valid = PodLab.with(NAME_ALONE, "cni.dev/valid-attachments", "[]");
      agent.done("GC", null, valid);
      assertEquals(List.of(), left());
      assertFalse(ip("-o link show").contains("vhu"));
    }
  }

  @KernelTest
  void hostMayRouteToThePod() throws Exception {
    String network =
        network("server")
            .replace("\"netType\":\"bridge\"", "\"netType\":\"interface\"")
            .replace(",\"bridge\":{\"bridgeName\":\"br7\"}", "");
    try (Netns pod = Netns.createPrivate();
        Served agent = new Served()) {
      ip("link set lo up");
      ip("address add 192.0.2.1/32 dev lo");
      agent.done("STATUS", null, network);
      String result = agent.done("ADD", pod, network);
      pods(pod, "");
      String check = PodLab.with(network, "prevResult", result);
      agent.done("CHECK", pod, check);
      ip("route del 10.88.0.2");
      String error = agent.refused(CniException.DIFFERS, "CHECK", pod, check);
      assertTrue(error.contains("no route to 10.88.0.2"), error);
      agent.done("DEL", pod, network);
      assertEquals(List.of(), left());
      assertFalse(ip("-o link show").contains("vhu"));
    }
  }

  /** As an agent leaves it that is killed before, or after, it has made the tap. */
  @KernelTest
  void whatAKilledAgentHasLeftGoesByItsRecord() throws Exception {
    Path half = Files.createDirectories(socket().getParent()).resolve("configData.json");
    try (ServerSocketChannel abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      abandoned.bind(UnixDomainSocketAddress.of(socket()));
    }
    try (Served agent = new Served()) {
      Files.writeString(WritePodFile.incomplete(half), "{");
      PodRecords records = new PodRecords(folder.resolve("cni"));
      List<String> files = List.of(half.toString(), info().toString());
      String vifId = "cni/net/one/eth0";
      records.write(
          new PodRecord(vifId, PodMark.thisHost(), "", Map.of(), socket().toString(), files));
      // Another host's record of a pod of that name stays.
      records.write(
          new PodRecord("cni/net/two/eth0", "cookie 0", "", Map.of(), "/nowhere/s", files));
      agent.plugin.restore().join(); // says in the log that it cannot
      agent.done("GC", null, PodLab.with(NAME_ALONE, "cni.dev/valid-attachments", "[]"));
      assertEquals(List.of("cni/cni:net:two:eth0:cookie-0.json"), left());
      assertFalse(Files.exists(socket().getParent()));
    }
  }

  /** An agent that starts again limits as the one before. */
  @KernelTest
  void podIsLimitedByItsBandwidth() throws Exception {
    String rates =
        "\"bandwidth\":{\"ingressRate\":100000000,\"ingressBurst\":8000000,"
            + "\"egressRate\":20000000,\"egressBurst\":1600000},\"mac\"";
    String network = network("server").replace("\"mac\"", rates);
    PortRates wanted =
        new PortRates(
            new RateLimit(12_500_000, 0, 1_000_000), new RateLimit(2_500_000, 0, 200_000));
    String result;
    try (Netns pod = Netns.createPrivate()) {
      try (Served agent = new Served()) {
        result = agent.done("ADD", pod, network);
        assertEquals(wanted, agent.ports.open().getFirst().rates());
        agent.done("CHECK", pod, PodLab.with(network, "prevResult", result));
        ServedPort port = agent.ports.open().getFirst();
        agent.ports.limit(port.withRates(PortRates.UNLIMITED));
        String differs =
            agent.refused(
                CniException.DIFFERS, "CHECK", pod, PodLab.with(network, "prevResult", result));
        assertTrue(differs.contains("not limited to the guest 12500000 bytes"), differs);
      }
      try (Served agent = new Served()) {
        agent.plugin.restore().join();
        assertEquals(wanted, agent.ports.open().getFirst().rates());
        agent.done("DEL", null, NAME_ALONE);
        assertEquals(List.of(), agent.ports.open());
      }
    }
    assertEquals(List.of(), left());
  }

  @KernelTest
  void whatFailsLeavesNothing() throws Exception {
    try (Netns pod = Netns.createPrivate();
        Served agent = new Served()) {
      Files.writeString(folder.resolve("info"), "in the way");
      agent.refused(CniException.HOST_REFUSED, "ADD", pod, network("server"));
      assertEquals(List.of("info"), left());
      assertFalse(ip("-o link show").contains("vhu"));
      String vpp = network("server").replace("\"fastvif\",\"if", "\"vpp\",\"if");
      String error = agent.refused(CniException.UNSUPPORTED_FIELD, "ADD", pod, vpp);
      assertTrue(error.contains("host.engine"), error);
      String memif =
          network("server").replace("\"vhost\":{", "\"memif\":{\"role\":\"master\"},\"vhost\":{");
      error = agent.refused(CniException.UNSUPPORTED_FIELD, "ADD", pod, memif);
      assertTrue(error.contains("host.memif"), error);
      String group = network("server").replace("\"group\":\"0\"", "\"group\":\"no such\"");
      agent.refused(CniException.INVALID_CONFIGURATION, "ADD", pod, group);
      String up = network("server").replace(folder + "/shared", folder + "/../shared");
      agent.refused(CniException.INVALID_CONFIGURATION, "ADD", pod, up);
    }
    try (PodLab lab = new PodLab(folder)) {
      String status = lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network("server"));
      assertTrue(status.contains("an agent"), status);
      lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", lab.pod(), network("server"));
    }
  }

  @KernelTest
  void twoInterfacesOfAPodHaveNotOneSocket() throws Exception {
    for (String mode : List.of("server", "client")) {
      String network = network(mode).replace("\"mode\"", "\"socketfile\":\"pod.sock\",\"mode\"");
      try (Netns pod = Netns.createPrivate();
          Served agent = new Served()) {
        agent.done("ADD", pod, network);
        List<String> before = left();
        Map<String, String> second = PodLab.variables("ADD", "one", pod);
        second.put("CNI_IFNAME", "net1");
        String other = network.replace("pod.json", "net1.json");
        CniAnswer refused = agent.plugin.answer(new CniRequest(second, other)).join();
        assertTrue(refused.isError(), refused.text());
        assertTrue(refused.text().contains("host.vhost.socketfile"), refused.text());
        second.put("CNI_COMMAND", "DEL");
        assertFalse(agent.plugin.answer(new CniRequest(second, other)).join().isError());
        assertEquals(before, left());
        agent.done("DEL", pod, network);
        assertEquals(List.of(), left());
      }
    }
  }

  private String withUplink(String more) {
    return network("server")
        .replace("\"bridge\":{\"bridgeName\":\"br7\"}", "\"uplink\":\"af_xdp:v0\"" + more);
  }

  /** The pod is behind one end of a veth pair, in the VLAN that frames without a tag are in. */
  @KernelTest
  void podsShareALinkOfTheHost() throws Exception {
    String network = withUplink("");
    try (Netns pod = Netns.createPrivate();
        Served agent = new Served()) {
      assertTrue(agent.refused(50, "STATUS", null, network).contains("there is no link v0"));
      ip("link add v0 type veth peer name v1");
      ip("link set v0 up");
      ip("link set v1 up");
      ip("address add 10.88.0.1/24 dev v1");
      agent.done("STATUS", null, network);
      String result = agent.done("ADD", pod, network);
      assertEquals(
          " only from " + MAC + " 10.88.0.2",
          agent.ports.open().getFirst().switchPort().toString());
      pods(pod, "");
      String previous =
          network.substring(0, network.length() - 1) + ",\"prevResult\":" + result + "}";
      agent.done("CHECK", pod, previous);
      assertTrue(agent.refused(102, "CHECK", pod, previous.replace(":v0", ":v1")).contains("port"));
      agent.done("DEL", pod, NAME_ALONE);
      assertEquals(List.of(), agent.ports.open());
      assertFalse(ip("link show v0").contains("xdp"));
      assertEquals(List.of(), left());
    }
  }

  @KernelTest
  void keysOfAnUplinkAreChecked() throws Exception {
    try (Netns pod = Netns.createPrivate();
        Served agent = new Served()) {
      for (String[] wrong :
          new String[][] {
            {withUplink("").replace("af_xdp:v0", "v0"), "host.uplink"},
            {withUplink(",\"bridge\":{\"bridgeName\":\"br7\"}"), "host.uplink"},
            {withUplink(",\"antiSpoofing\":\"maybe\""), "host.antiSpoofing"},
            {network("server").replace("\"sharedDir\"", "\"vlan\":5,\"sharedDir\""), "host.uplink"},
            {
              withUplink("")
                  .replace("\"sharedDir\"", "\"vlan\":5,\"vlanTrunk\":[{\"id\":5}],\"sharedDir\""),
              "vlan"
            },
          }) {
        String text = agent.refused(7, "ADD", pod, wrong[0]);
        assertTrue(text.contains(wrong[1]), text);
      }
      assertEquals(List.of(), left());
    }
  }
}
