package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.plan.LinkGroups;
import io.fastvif.testing.OthersLock;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Pods in VLANs of a bridge, where the kernel has them: {@code VlanLabMain FOLDER}. It ends with
 * the first difference.
 */
final class VlanLabMain {
  private static final int PODS = 10;
  private static final String GATEWAY = "cni0.100";

  private final PodLab lab;

  VlanLabMain(PodLab lab) {
    this.lab = lab;
  }

  /** Runs all. */
  public static void main(String[] arguments) throws Exception {
    Path out = Path.of(arguments[0]);
    try (PodLab lab = new PodLab(Path.of("/run/pods"))) {
      new VlanLabMain(lab).run();
      for (String reference : Files.readAllLines(out.resolve("references"))) {
        String[] words = reference.split(" ", 2);
        new VlanComparison(lab, Path.of(words[1]), words[0]).run();
      }
    }
    Files.writeString(out.resolve("done"), "all");
  }

  /** All but the comparisons. */
  void run() throws Exception {
    podsReachTheirOwnVlanOnly();
    trunkCarriesItsVlans();
    checkSeesEachDifference();
    failedAddLeavesNothing();
    failedAddLeavesTheGatewayToOthers();
    whatIsHalfMadeIsMadeAnew();
    gatewayJoinsTheBridgeThatIsMadeAnew();
    gatewayThatIsDownIsBroughtUp();
    whatIsBrokenOffAtAnyStepIsTakenAway();
    burstHasOneGateway();
  }

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static String bridge(String arguments) throws Exception {
    return Peer.require("bridge", "iproute2").run(arguments);
  }

  private static void ping(Netns from, String to) {
    from.call(() -> Peer.require("ping", "iputils-ping").run("-c 1 -w 60 " + to));
  }

  private static void pingFails(Netns from, String to) {
    assertThrows(
        AssertionError.class,
        () -> from.call(() -> Peer.require("ping", "iputils-ping").run("-c 1 -W 2 " + to)));
  }

  private String network(String more) {
    return lab.network("1.1.0", "bridge", more);
  }

  /** What is there of links and VLANs, without what follows from carriers and indexes. */
  private static String state() throws Exception {
    return (ip("-d link show") + bridge("vlan show") + ip("address show"))
        .replaceAll("(?m)^\\d+: ", "")
        .replaceAll("NO-CARRIER,|,LOWER_UP|state \\w+|qdisc \\w+|(qlen|tso_max_size) \\d+", "")
        .replaceAll("(hello|tcn|topology_change|gc)_timer +[0-9.]+", "")
        .replaceAll("inet6 fe80.*|valid_lft.*", "");
  }

  private static void deleteBridge() throws Exception {
    ip("link delete " + GATEWAY);
    ip("link delete cni0");
  }

  private void podsReachTheirOwnVlanOnly() throws Exception {
    String in100 = network(",'vlan':100,'isDefaultGateway':true,'hairpinMode':true");
    String in200 = network(",'vlan':200");
    lab.done("STATUS", "", null, in100);
    Netns one = lab.pod();
    Netns two = lab.pod();
    Netns other = lab.pod();
    String result = lab.done("ADD", "one", one, in100);
    lab.done("ADD", "two", two, in100);
    lab.done("ADD", "other", other, in200);
    ping(one, "10.88.0.1");
    ping(one, "10.88.0.3");
    ping(two, "fd88::1");
    pingFails(other, "10.88.0.2");
    pingFails(one, "10.88.0.4");
    assertTrue(ip("address show dev " + GATEWAY).contains("10.88.0.1/24"));
    assertFalse(ip("address show dev cni0").contains("10.88.0.1/24"));
    assertTrue(result.contains("\"name\":\"" + GATEWAY + "\""), result);
    assertTrue(result.contains("\"interface\":2"), result);
    lab.done("CHECK", "one", one, PodLab.with(in100, "prevResult", result));
    // A network without VLANs is in the bridge's own.
    Netns plain = lab.pod();
    lab.done("ADD", "plain", plain, network(""));
    pingFails(plain, "10.88.0.2");
    String valid = "[{\"containerID\":\"two\",\"ifname\":\"eth0\"}]";
    lab.done("GC", "", null, PodLab.with(in100, "cni.dev/valid-attachments", valid));
    ping(two, "10.88.0.1");
    assertEquals(Set.of("10.88.0.3", "fd88::3"), lab.held());
    lab.done("DEL", "two", null, in100);
    assertFalse(bridge("vlan show").contains("200"), bridge("vlan show"));
    deleteBridge();
  }

  private void trunkCarriesItsVlans() throws Exception {
    String trunk = network(",'vlan':100,'vlanTrunk':[{'id':200},{'minID':99,'maxID':101}]");
    Netns router = lab.pod();
    Netns native100 = lab.pod();
    Netns in200 = lab.pod();
    String result = lab.done("ADD", "router", router, trunk);
    String one = lab.done("ADD", "one", native100, network(",'vlan':100"));
    lab.done("ADD", "two", in200, network(",'vlan':200"));
    ping(router, one.replaceAll("(?s).*\"address\":\"(10[0-9.]+)/24\".*", "$1"));
    router.call(() -> ip("link add link eth0 name eth0.200 type vlan id 200"));
    router.call(() -> ip("address add 10.200.0.1/24 dev eth0.200"));
    router.call(() -> ip("link set eth0.200 up"));
    in200.call(() -> ip("address add 10.200.0.2/24 dev eth0"));
    ping(in200, "10.200.0.1");
    pingFails(native100, "10.200.0.1");
    String check = PodLab.with(trunk, "prevResult", result);
    lab.done("CHECK", "router", router, check);
    String more = check.replace("{\"id\":200}", "{\"id\":200},{\"id\":4094}");
    String differs = lab.refused(CniException.DIFFERS, "CHECK", "router", router, more);
    assertTrue(differs.contains("4094"), differs);
    // Without one of its own, a trunk's own is 1.
    String all = network(",'vlanTrunk':[{'minID':2,'maxID':4094}]");
    Netns everywhere = lab.pod();
    String allResult = lab.done("ADD", "all", everywhere, all);
    lab.done("CHECK", "all", everywhere, PodLab.with(all, "prevResult", allResult));
    for (String pod : new String[] {"router", "one", "two", "all"}) {
      lab.done("DEL", pod, null, all);
    }
    ip("link delete cni0");
  }

  private void checkSeesEachDifference() throws Exception {
    String kept = network(",'vlan':100,'isGateway':true,'preserveDefaultVlan':true");
    Netns pod = lab.pod();
    String result = lab.done("ADD", "one", pod, kept);
    String check = PodLab.with(kept, "prevResult", result);
    lab.done("CHECK", "one", pod, check);
    String dropped = check.replace("\"preserveDefaultVlan\":true", "\"mtu\":0");
    lab.refused(CniException.DIFFERS, "CHECK", "one", pod, dropped);
    String port = result.replaceAll("(?s).*\"name\":\"(veth[0-9a-f]{8})\".*", "$1");
    for (String[] change :
        new String[][] {
          {"ip", "address delete 10.88.0.1/24 dev " + GATEWAY, "has no address 10.88.0.1/24"},
          {"ip", "link set " + GATEWAY + " down", "has no address 10.88.0.1/24"},
          {"bridge", "vlan add dev " + port + " vid 300", "also in the VLANs"},
          {"bridge", "vlan delete dev " + port + " vid 100", "not in the VLANs"},
          {"ip", "link set cni0 type bridge vlan_filtering 0", "does not filter"}
        }) {
      Peer.require(change[0], "iproute2").run(change[1]);
      String differs = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      assertTrue(differs.contains(change[2]), differs);
    }
    lab.done("DEL", "one", pod, kept);
    deleteBridge();
  }

  private String failing(String more) {
    return network(more)
        .replace("{\"dst\":\"0.0.0.0/0\"}", "{\"dst\":\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"}");
  }

  private void failedAddLeavesNothing() throws Exception {
    String failing = failing(",'vlan':100,'isGateway':true");
    String before = state();
    lab.refused(CniException.HOST_REFUSED, "ADD", "one", lab.pod(), failing);
    assertEquals(before, state());
    // Nor on a bridge that was there.
    ip("link add cni0 type bridge");
    ip("link set cni0 up");
    before = state();
    lab.refused(CniException.HOST_REFUSED, "ADD", "one", lab.pod(), failing);
    assertEquals(before, state());
    ip("link delete cni0");
    assertEquals(Set.of(), lab.held());
  }

  private void failedAddLeavesTheGatewayToOthers() throws Exception {
    String network = network(",'vlan':100,'isGateway':true");
    Netns pod = lab.pod();
    lab.done("ADD", "one", pod, network);
    String before = state();
    String failing = failing(",'vlan':100,'isGateway':true");
    lab.refused(CniException.HOST_REFUSED, "ADD", "two", lab.pod(), failing);
    assertEquals(before, state());
    ping(pod, "10.88.0.1");
    lab.done("DEL", "one", pod, network);
    deleteBridge();
  }

  /** As a process leaves the gateway's link that is killed while it makes it. */
  @SuppressWarnings("try") // it ends with the block
  private void whatIsHalfMadeIsMadeAnew() throws Exception {
    String network = network(",'vlan':100,'isGateway':true");
    int group = LinkGroups.making("cni/net/one/eth0");
    try (RouteSocket socket = RouteSocket.open()) {
      Veth pair = new Veth().peerName("vethhalf").peerGroup(group);
      socket.execute(socket.link().create(GATEWAY).group(group).kind(pair));
    }
    Netns pod = lab.pod();
    // Nor is it of somebody who was killed while another process makes it.
    Files.createDirectories(lab.records());
    try (OthersLock other = OthersLock.ofFile(lab.records().resolve("lock"))) {
      lab.refused(CniException.TRY_AGAIN_LATER, "ADD", "two", pod, network);
      assertTrue(ip("link show").contains("vethhalf"));
    }
    lab.done("ADD", "two", pod, network);
    ping(pod, "10.88.0.1");
    assertFalse(ip("link show").contains("vethhalf"));
    lab.done("DEL", "two", pod, network);
    deleteBridge();
  }

  /** As after somebody has deleted the bridge by hand. */
  private void gatewayJoinsTheBridgeThatIsMadeAnew() throws Exception {
    String network = network(",'vlan':100,'isGateway':true");
    Netns pod = lab.pod();
    lab.done("ADD", "one", pod, network);
    ip("link delete cni0");
    lab.done("DEL", "one", pod, network);
    Netns next = lab.pod();
    String result = lab.done("ADD", "two", next, network);
    ping(next, "10.88.0.1");
    String check = PodLab.with(network, "prevResult", result);
    lab.done("CHECK", "two", next, check);
    ip("link set " + AttachmentPlan.nameOf("veth", GATEWAY) + " nomaster");
    String differs = lab.refused(CniException.DIFFERS, "CHECK", "two", next, check);
    assertTrue(differs.contains("not connected"), differs);
    lab.done("DEL", "two", next, network);
    deleteBridge();
  }

  private void gatewayThatIsDownIsBroughtUp() throws Exception {
    String keys = ",'vlan':100,'isGateway':true";
    String network = network(keys);
    Netns pod = lab.pod();
    String result = lab.done("ADD", "one", pod, network);
    String check = PodLab.with(network, "prevResult", result);
    String ofPort = AttachmentPlan.nameOf("veth", GATEWAY);
    ip("link set " + ofPort + " down");
    String differs = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
    assertTrue(differs.contains(ofPort), differs);
    ip("link set " + GATEWAY + " down");
    Netns next = lab.pod();
    lab.done("ADD", "two", next, network);
    ping(next, "10.88.0.1");
    ping(next, "fd88::1");
    lab.done("CHECK", "one", pod, check);
    lab.done("DEL", "one", pod, network);
    lab.done("DEL", "two", next, network);
    // Nobody needs it when an ADD fails.
    ip("link set " + ofPort + " down");
    lab.refused(CniException.HOST_REFUSED, "ADD", "three", lab.pod(), failing(keys));
    assertTrue(ip("-o link show dev " + ofPort).contains("state DOWN"), ip("link show"));
    assertFalse(ip("-o link show dev " + ofPort).contains(",UP"), ip("link show"));
    deleteBridge();
  }

  /** Of an ADD; another pod stays as it is. */
  private void whatIsBrokenOffAtAnyStepIsTakenAway() throws Exception {
    for (String keys :
        List.of(
            ",'vlan':100,'isGateway':true",
            ",'vlanTrunk':[{'id':200}],'egressRate':8000000,'egressBurst':800000")) {
      String network = network(keys);
      lab.done("ADD", "kept", lab.pod(), network);
      String before = state();
      Set<String> held = lab.held();
      AttachmentId one = new AttachmentId("net", "one", "eth0");
      int steps = 1;
      for (int done = 1; done <= steps; done++) {
        try (Netns pod = Netns.createPrivate()) {
          steps = AddSteps.add(lab, one, pod, network, done);
          if (done % 2 == 0) {
            lab.done("DEL", "one", pod, network);
          } else {
            String valid = "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]";
            lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
          }
          String what = keys + " up to step " + done + " of " + steps;
          assertEquals(before, state(), what);
          assertEquals(held, lab.held(), what);
        }
      }
      lab.done("DEL", "kept", null, network);
      if (keys.contains("isGateway")) {
        ip("link delete " + GATEWAY);
      }
      ip("link delete cni0");
    }
  }

  private void burstHasOneGateway() throws Exception {
    String network = network(",'vlan':100,'isGateway':true");
    String failing = failing(",'vlan':100,'isGateway':true");
    List<Netns> pods = new ArrayList<>();
    List<CompletableFuture<CniAnswer>> all = new ArrayList<>();
    for (int i = 0; i < PODS; i++) {
      pods.add(lab.pod());
      all.add(lab.begin("ADD", "pod" + i, pods.get(i), i % 2 == 0 ? failing : network));
    }
    for (int i = 0; i < PODS; i++) {
      CniAnswer answer = all.get(i).join();
      assertEquals(i % 2 == 0, answer.isError(), answer.text());
    }
    for (int i = 1; i < PODS; i += 2) {
      ping(pods.get(i), "10.88.0.1");
      lab.done("DEL", "pod" + i, null, network);
    }
    assertEquals(Set.of(), lab.held());
    deleteBridge();
  }
}
