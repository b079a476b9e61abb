package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Aliases;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/** Pods on the host's eth0, whose other end is a router outside. */
class MacvlanAttachmentTest {
  private static final Path REFERENCE = Path.of("/usr/lib/cni/macvlan");

  @TempDir Path folder;

  static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static String in(Netns pod, String arguments) {
    return pod.call(() -> ip(arguments));
  }

  private static void ping(Netns from, String to) {
    from.call(() -> Peer.require("ping", "iputils-ping").run("-c 1 -w 60 " + to));
  }

  /** The host's eth0, with a default route; the snapshot has it when this returns. */
  private static Netns outside(PodLab lab) throws Exception {
    Netns outside = lab.pod();
    ip("link add eth0 type veth peer name far0 netns " + PodLab.path(outside));
    ip("address add 192.0.2.1/24 dev eth0");
    ip("link set eth0 up");
    in(outside, "address add 10.88.0.1/24 dev far0");
    in(outside, "link set far0 up");
    ip("route add default via 192.0.2.2 dev eth0");
    Await.until(
        "the default route",
        () ->
            lab.host().snapshot().link("eth0").filter(link -> link.up()).stream()
                .anyMatch(link -> hasDefault(lab, link.index())));
    return outside;
  }

  private static boolean hasDefault(PodLab lab, int index) {
    return lab.host().snapshot().routes(index).stream()
        .anyMatch(route -> route.prefixLength() == 0);
  }

  private static String network(PodLab lab, String more) {
    return lab.network("1.1.0", "macvlan", more)
        .replace("{\"dst\":\"0.0.0.0/0\"},{\"dst\":\"::/0\"}", "{\"dst\":\"0.0.0.0/0\"}");
  }

  private static boolean hasLink(Netns pod) {
    return in(pod, "-o link show").contains("macvlan")
        || in(pod, "-d -o link show").contains("macvlan mode");
  }

  @KernelTest
  void podsReachWhatTheMasterReachesAndLeaveNothing() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      outside(lab);
      String network = network(lab, ",'mtu':1400");
      Netns one = lab.pod();
      Netns two = lab.pod();
      String result = lab.done("ADD", "one", one, network);
      assertTrue(result.contains("\"mtu\":1400"), result);
      lab.done("ADD", "two", two, network);
      ping(one, "10.88.0.1");
      ping(one, "10.88.0.3");
      ping(one, "fd88::3");
      String check = PodLab.with(network, "prevResult", result);
      lab.done("CHECK", "one", one, check);
      in(one, "link set eth0 type macvlan mode private");
      String differs = lab.refused(CniException.DIFFERS, "CHECK", "one", one, check);
      assertTrue(differs.contains("mode is PRIVATE"), differs);

      lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", one, network);
      assertEquals(Set.of("10.88.0.2", "10.88.0.3", "fd88::2", "fd88::3"), lab.held());
      lab.done("DEL", "one", one, network);
      lab.done("DEL", "one", one, network);
      lab.refused(CniException.DIFFERS, "CHECK", "one", one, check);
      assertFalse(hasLink(one));
      assertTrue(hasLink(two));
      two.close(); // the namespace is gone before DEL, and the link with it
      lab.done("DEL", "two", null, network);
      assertEquals(Set.of(), lab.held());
    }
  }

  @KernelTest
  void failedAddLeavesNothing() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      outside(lab);
      Netns pod = lab.pod();
      String before = in(pod, "-o link show");
      String network =
          network(lab, "").replace("\"0.0.0.0/0\"", "\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, network);
      assertEquals(Set.of(), lab.held());
      assertEquals(before, in(pod, "-o link show"));
      // A link of somebody else's has the name.
      in(pod, "link add eth0 type veth peer name other0");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, network(lab, ""));
      assertTrue(in(pod, "-d -o link show eth0").contains("veth"));
      lab.done("DEL", "one", pod, network);
      assertTrue(in(pod, "-d -o link show eth0").contains("veth"));
      assertEquals(Set.of(), lab.held());
    }
  }

  @KernelTest
  void whatIsInPodsIsFoundWithoutTheirPaths() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      Process running = pod.call(() -> new ProcessBuilder("sleep", "600").start());
      try {
        findWithoutPath(lab, pod);
      } finally {
        running.destroyForcibly().waitFor();
      }
    }
  }

  /** The descriptor of this process, as a process has one that does not enter its pod. */
  @KernelTest
  void whatIsInPodsIsFoundThatOnlyADescriptorKeepsAlive() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      findWithoutPath(lab, lab.pod());
    }
  }

  private static void findWithoutPath(PodLab lab, Netns pod) throws Exception {
    outside(lab);
    String network = network(lab, "");
    lab.done("ADD", "kept", pod, network);
    in(pod, "link set eth0 name eth7");
    lab.done("ADD", "lost", pod, network);
    // Another host's pod may have the same name, and a process may have been killed early.
    String others = Aliases.ofPodLink("cni/net/lost/eth0", "cookie 0");
    in(pod, "link add eth8 type veth peer name eth9");
    pod.call(
        () -> Peer.require("ip", "iproute2").run(List.of("link", "set", "eth8", "alias", others)));
    Files.writeString(lab.addresses().resolve("net").resolve("10.88.0.9"), "half\r\neth0");
    int group = PodMark.of("cni/net/half/eth0").group();
    in(pod, "link add eth5 group " + group + " type veth peer name eth6");
    String valid = "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]";
    lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
    assertEquals(Set.of("10.88.0.2", "fd88::2"), lab.held());
    assertEquals("eth7 eth8 eth9 lo", names(pod));
    lab.done("DEL", "kept", null, network);
    assertEquals("eth8 eth9 lo", names(pod));
    assertEquals(Set.of(), lab.held());
  }

  /** Such as another pod's, whose own work never lets its links be read in one go. */
  @KernelTest
  void namespaceThatNeverRestsDoesNotKeepOthersFromBeingCollected() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      outside(lab);
      String network = network(lab, "");
      Netns pod = lab.pod();
      Netns restless = lab.pod();
      AtomicInteger made = new AtomicInteger();
      AtomicBoolean isEnough = new AtomicBoolean();
      Thread maker =
          new Thread(() -> restless.call(() -> makeLinks(made, isEnough)), "restless namespace");
      maker.start();
      try {
        Await.until("some links", () -> made.get() >= 300);
        lab.done("ADD", "lost", pod, network);
        String gc = PodLab.with(network, "cni.dev/valid-attachments", "[]");
        lab.done("GC", "", null, gc);
        assertFalse(hasLink(pod));
        assertEquals(Set.of(), lab.held());
      } finally {
        isEnough.set(true);
        maker.join();
      }
    }
  }

  private static Object makeLinks(AtomicInteger made, AtomicBoolean isEnough) {
    try (RouteSocket socket = RouteSocket.open()) {
      while (!isEnough.get() && made.get() < 20_000) {
        int number = made.incrementAndGet();
        socket.execute(socket.link().create("a" + number).kind(new Veth().peerName("b" + number)));
      }
    }
    return null;
  }

  private static String names(Netns pod) {
    return in(pod, "-o link show")
        .lines()
        .map(line -> line.split("[:@]", -1)[1].strip())
        .sorted()
        .reduce((one, other) -> one + " " + other)
        .orElse("");
  }

  @KernelTest
  void keysAreAsTheReferencePluginHasThem() throws Exception {
    if (!Files.isExecutable(REFERENCE)) {
      Peer.missing(REFERENCE + " is missing: apt-get install containernetworking-plugins");
    }
    for (String keys :
        new String[] {
          "",
          ",'master':'eth0','mode':'private','mtu':1300,'mac':'02:00:00:00:00:07'",
          ",'mode':'vepa','runtimeConfig':{'mac':'02:00:00:00:00:08'},'mac':'02:00:00:00:00:07'",
          ",'master':'eth0','mode':'passthru'"
        }) {
      try (PodLab lab = new PodLab(folder.resolve("" + keys.length()))) {
        outside(lab);
        String network = network(lab, keys).replace("1.1.0", "1.0.0");
        Netns theirs = lab.pod();
        Netns ours = lab.pod();
        String wanted = reference("ADD", theirs, network);
        String theirState = state(theirs);
        reference("DEL", theirs, network);
        String result = lab.done("ADD", "one", ours, network);
        assertEquals(
            masked(wanted, theirs),
            masked(result, ours).replace(".3/", ".2/").replace("::3", "::2"));
        assertEquals(theirState, state(ours).replace(".3/", ".2/").replace("::3", "::2"));
        lab.done("CHECK", "one", ours, PodLab.with(network, "prevResult", result));
        lab.done("DEL", "one", ours, network);
        ip("link del eth0");
      }
    }
  }

  private static String reference(String verb, Netns pod, String network) throws Exception {
    String theirs = network.replace("\"attachment\":\"macvlan\",", "");
    PodLab.Ended ended = PodLab.run(REFERENCE, PodLab.variables(verb, "one", pod), theirs);
    assertEquals(0, ended.status(), ended.text());
    return ended.text();
  }

  private static String masked(String result, Netns pod) {
    String text = result.replaceAll("([0-9a-f]{2}:){4}[0-9a-f]{2}:(?!0[78])[0-9a-f]{2}", "mac");
    return new TreeMap<>(CniJson.object("the result", text.replace(PodLab.path(pod), "pod")))
        .toString();
  }

  private static String state(Netns pod) {
    String link = in(pod, "-d -o link show dev eth0");
    String addresses = in(pod, "-o address show dev eth0 scope global");
    return (link + addresses + in(pod, "route show"))
        .replaceAll("alias fastvif-pod:cni/net/one/eth0 of (cookie \\d+|\\S+)", "")
        .replaceAll("([0-9a-f]{2}:){4}[0-9a-f]{2}:(?!0[78])[0-9a-f]{2}", "mac")
        .replaceAll("(?m)^\\d+: |qlen \\d+|valid_lft.*|@if\\d+|src [0-9.]+| nodad|\\\\", " ")
        .replaceAll("\\s+", " ");
  }

  @KernelTest
  void whatCannotBeIsRefusedBeforeAnythingIsDone() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      String network = network(lab, "");
      lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network);
      String none = lab.refused(7, "ADD", "one", pod, network);
      assertTrue(none.contains("there is no default route"), none);
      outside(lab);
      lab.done("STATUS", "", null, network);
      String mode = lab.refused(7, "ADD", "one", pod, network(lab, ",'mode':'source'"));
      assertTrue(mode.contains("mode: "), mode);
      String master = lab.refused(7, "ADD", "one", pod, network(lab, ",'master':'eth5'"));
      assertTrue(master.contains("there is no link eth5"), master);
      String mtu = lab.refused(7, "ADD", "one", pod, network(lab, ",'mtu':9000"));
      assertTrue(mtu.contains("at most 1500"), mtu);
      String inPod = lab.refused(7, "ADD", "one", pod, network(lab, ",'linkInContainer':true"));
      assertTrue(inPod.contains("master: "), inPod);
      lab.refused(
          CniException.UNSUPPORTED_FIELD, "ADD", "one", pod, network(lab, ",'bcqueuelen':7"));
      assertEquals(Set.of(), lab.held());
      ip("link set eth0 down");
      Await.until("eth0 down", () -> !lab.host().snapshot().link("eth0").orElseThrow().up());
      lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network(lab, ",'master':'eth0'"));
    }
  }

  @KernelTest
  void masterMayBeInThePod() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      in(pod, "link add low0 type veth peer name low1");
      in(pod, "link set low0 up");
      String network = network(lab, ",'master':'low0','linkInContainer':true");
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(in(pod, "-o link show eth0").contains("eth0@low0"));
      lab.done("CHECK", "one", pod, PodLab.with(network, "prevResult", result));
      lab.done("STATUS", "", null, network);
      lab.done("DEL", "one", pod, network);
      assertFalse(hasLink(pod));
    }
  }
}
