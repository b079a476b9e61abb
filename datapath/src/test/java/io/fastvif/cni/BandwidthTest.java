package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.plan.LinkGroups;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** Pods whose traffic is limited, by the keys of the reference plugin {@code bandwidth}. */
class BandwidthTest {
  private static final Path REFERENCE = Path.of("/usr/lib/cni/bandwidth");
  private static final String RATES =
      "'ingressRate':8000000,'ingressBurst':1600000,'egressRate':16000123,'egressBurst':2147483647";

  @TempDir Path folder;

  private static String limited(String rates) {
    return ",'runtimeConfig':{'bandwidth':{" + rates + "}}";
  }

  private static String tc(String arguments) throws Exception {
    return Peer.require("tc", "iproute2").run(arguments);
  }

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  /** The names of links of a kind; {@code ip} may complain of other ends that it cannot see. */
  private static List<String> links(String kind) throws Exception {
    return ip("-o link show type " + kind)
        .lines()
        .filter(line -> line.matches("[0-9]+: .*"))
        .map(line -> line.replaceAll("^[0-9]+: ([^:@]+).*", "$1"))
        .toList();
  }

  /**
   * What limits traffic, without names. Of the reference plugin's two actions on what a pod sends
   * the first keeps it, and the second is never reached.
   */
  private static String limits() throws Exception {
    StringBuilder limits = new StringBuilder(tc("-j qdisc show"));
    for (String port : links("veth")) {
      limits.append('\n').append(tc("-j filter show dev " + port + " ingress"));
    }
    return limits
        .toString()
        .replaceAll("veth[0-9a-f]{8}", "veth")
        .replaceAll("bwp[0-9a-f]{12}", "ifb")
        .replaceAll("\"refcnt\":[0-9]+", "") // by the number of queues
        .replaceAll(",\\{\"order\":2,[^}]*\\}[^}]*\\}", "");
  }

  @KernelTest
  void limitsAreTheSameAsTheReferencePlugins() throws Exception {
    if (!Files.isExecutable(REFERENCE)) {
      Peer.missing(REFERENCE + " is missing: apt-get install containernetworking-plugins");
    }
    String network;
    String ours;
    String result;
    try (PodLab lab = new PodLab(folder.resolve("ours"))) {
      network = lab.network("1.0.0", "bridge", limited(RATES));
      Netns pod = lab.pod();
      result = lab.done("ADD", "one", pod, network);
      ours = limits();
      lab.done("DEL", "one", pod, network);
    }
    try (PodLab lab = new PodLab(folder.resolve("theirs"))) {
      Netns pod = lab.pod();
      String plain = lab.network("1.0.0", "bridge", "");
      String bridged = PodLab.reference("ADD", "one", pod, plain);
      String chained =
          PodLab.with(
              network.replace("\"type\":\"fastvif\"", "\"type\":\"bandwidth\""),
              "prevResult",
              bridged);
      PodLab.Ended ended = PodLab.run(REFERENCE, PodLab.variables("ADD", "one", pod), chained);
      assertEquals(0, ended.status(), ended.text());
      assertEquals(limits(), ours);
      assertEquals(names(ended.text()), names(result));
      for (String word : List.of("tbf", "\"rate\":1000000", "redirect")) {
        assertTrue(ours.contains(word), ours);
      }
      PodLab.Ended deleted = PodLab.run(REFERENCE, PodLab.variables("DEL", "one", pod), chained);
      assertEquals(0, deleted.status(), deleted.text());
      PodLab.reference("DEL", "one", pod, plain);
    }
  }

  /** The links of a result, and which of them the addresses are on. */
  private static String names(String result) {
    Map<String, Object> json = CniJson.object("the result", result);
    StringBuilder names = new StringBuilder();
    for (Object link : (List<?>) json.get("interfaces")) {
      names.append(((Map<?, ?>) link).get("name").toString().replaceAll("[0-9a-f]{8,12}", ""));
      names.append(((Map<?, ?>) link).containsKey("sandbox") ? " in the pod, " : ", ");
    }
    for (Object address : (List<?>) json.get("ips")) {
      names.append(((Map<?, ?>) address).get("interface")).append(' ');
    }
    return names.toString();
  }

  @KernelTest
  void checkSeesEachDifferenceAndNothingIsLeft() throws Exception {
    for (String attachment : new String[] {"bridge", "ptp"}) {
      try (PodLab lab = new PodLab(folder.resolve(attachment))) {
        String gateway = attachment.equals("ptp") ? "" : ",'isGateway':true";
        String network = lab.network("1.1.0", attachment, gateway + limited(RATES));
        Netns pod = lab.pod();
        String result = lab.done("ADD", "one", pod, network);
        String check = PodLab.with(network, "prevResult", result);
        lab.done("CHECK", "one", pod, check);
        lab.done("STATUS", "", null, network);
        String other = check.replace("8000000", "8000008");
        String differs = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, other);
        assertTrue(differs.contains("rate=1000000"), differs);
        String port = links("veth").getFirst();
        String limiter = own(links("ifb"));
        for (String[] change :
            new String[][] {
              {"filter del dev " + port + " ingress", "does not redirect"},
              {"qdisc del dev " + limiter + " root", "limits to nothing"},
              {"qdisc del dev " + port + " root", "limits to nothing"}
            }) {
          tc(change[0]);
          differs = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
          assertTrue(differs.contains(change[1]), differs);
        }
        ip("link delete " + limiter);
        lab.done("DEL", "one", pod, network);
        assertEquals(List.of(), own(lab));
      }
    }
  }

  private static String own(List<String> ifbs) {
    return ifbs.stream()
        .filter(name -> name.startsWith(LimitRates.PREFIX))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> own(PodLab lab) {
    return lab.host().snapshot().links().stream()
        .filter(link -> link.kind().equals("veth") || link.kind().equals("ifb"))
        .map(link -> link.name())
        .filter(name -> !name.matches("ifb[01]")) // which each namespace may have from the start
        .toList();
  }

  @KernelTest
  void limiterGoesWhereThePodIsGoneAlready() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.1.0", "bridge", limited(RATES));
      network = network.substring(0, network.indexOf(",\"ipam\"")) + "}";
      Netns gone = lab.pod();
      lab.done("ADD", "one", gone, network);
      Netns kept = lab.pod();
      lab.done("ADD", "two", kept, network);
      gone.close();
      Await.until("the pod's link to go with it", () -> own(lab).size() == 3);
      lab.done("STATUS", "", null, network);
      // The runtime asks for the same pod again, without a DEL.
      Netns again = lab.pod();
      lab.done("ADD", "one", again, network);
      assertEquals(4, own(lab).size());
      again.close();
      Await.until("the pod's link to go with it", () -> own(lab).size() == 3);
      String valid = "[{\"containerID\":\"two\",\"ifname\":\"eth0\"}]";
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
      assertEquals(2, own(lab).size());
      kept.close();
      Await.until("the pod's link to go with it", () -> own(lab).size() == 1);
      lab.done("DEL", "two", null, network);
      assertEquals(List.of(), own(lab));
    }
  }

  /** Of a process that was killed between the device and its alias, and whose pod has gone. */
  @KernelTest
  void limiterThatIsHalfMadeIsCollected() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.1.0", "bridge", limited(RATES));
      network = network.substring(0, network.indexOf(",\"ipam\"")) + "}";
      String own = LimitRates.prefix("net") + "00000001";
      String ofValid = LimitRates.prefix("net") + "00000002";
      String ofOthers = LimitRates.prefix("net2") + "00000003";
      ip("link add " + own + " group " + LinkGroups.making("cni/net/one/eth0") + " type ifb");
      ip("link add " + ofValid + " group " + LinkGroups.making("cni/net/two/eth0") + " type ifb");
      ip("link add " + ofOthers + " group " + LinkGroups.making("cni/net2/x/eth0") + " type ifb");
      ip("link add bwp00000000 type ifb");
      String valid = "[{\"containerID\":\"two\",\"ifname\":\"eth0\"}]";
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
      assertEquals(Set.of(ofValid, ofOthers, "bwp00000000"), Set.copyOf(own(lab)));
    }
  }

  @KernelTest
  void failedAddLeavesNothing() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      HostStateReader reader = new HostStateReader().filters();
      HostState before = reader.read();
      String network =
          lab.network("1.0.0", "bridge", limited(RATES))
              .replace(
                  "{\"dst\":\"0.0.0.0/0\"}", "{\"dst\":\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"}");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", lab.pod(), network);
      before.assertUnchanged("after an ADD that failed", reader);
    }
  }

  @KernelTest
  void ratesOfTheNetworkGoBeforeThoseOfThePod() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String own = ",'ingressRate':16000000,'ingressBurst':800000";
      String network = lab.network("1.0.0", "bridge", own + limited(RATES));
      lab.done("ADD", "one", lab.pod(), network);
      assertTrue(limits().contains("\"rate\":2000000"), limits());
      assertFalse(limits().contains("ingress"), limits());
      String unlimited = limited("'ingressRate':0,'ingressBurst':0,'egressRate':0,'egressBurst':0");
      lab.done("ADD", "two", lab.pod(), lab.network("1.0.0", "bridge", unlimited));
      assertEquals(1, limits().split("tbf", -1).length - 1, limits());
    }
  }

  @KernelTest
  void ratesMayBeOfMoreThan32Bits() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String rates = "'ingressRate':80000000000,'ingressBurst':800000000";
      String network = lab.network("1.0.0", "bridge", limited(rates));
      Netns pod = lab.pod();
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(limits().contains("\"rate\":10000000000"), limits());
      lab.done("CHECK", "one", pod, PodLab.with(network, "prevResult", result));
    }
  }

  @KernelTest
  void ratesThatLetNothingThroughAreRefused() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      String[][] wrong = {
        {"'ingressRate':8000000", "runtimeConfig.bandwidth.ingressBurst"},
        {"'egressBurst':8000000", "runtimeConfig.bandwidth.egressRate"},
        {"'egressRate':8000000,'egressBurst':12000", "runtimeConfig.bandwidth.egressBurst"},
        {"'egressRate':1000,'egressBurst':8000000", "runtimeConfig.bandwidth.egressRate"},
        {"'egressRate':-8,'egressBurst':8000000", "runtimeConfig.bandwidth.egressRate"},
        {"'egressRate':8000000,'egressBurst':34359738360", "runtimeConfig.bandwidth.egressBurst"},
        {"'egressRate':'1M','egressBurst':8000000", "runtimeConfig.bandwidth.egressRate"}
      };
      for (String[] one : wrong) {
        String network = lab.network("1.0.0", "bridge", limited(one[0]));
        String said = lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, network);
        assertTrue(said.contains(one[1] + ":"), said);
      }
      String unknown =
          lab.network("1.0.0", "bridge", limited(RATES + ",'unshapedSubnets':['::/0']"));
      lab.refused(CniException.UNSUPPORTED_FIELD, "ADD", "one", pod, unknown);
      String macvlan = lab.network("1.0.0", "macvlan", ",'master':'lo'" + limited(RATES));
      lab.refused(CniException.UNSUPPORTED_FIELD, "ADD", "one", pod, macvlan);
      assertEquals(Set.of(), lab.held());
    }
  }
}
