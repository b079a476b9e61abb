package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.LogLines;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests with mistakes in them get an error object, and leave nothing behind; {@code
 * -Dfastvif.cni-requests=N} tries more of them, {@code -Dfastvif.seed=N} others.
 */
class FuzzedRequestTest {
  private static final int REQUESTS = Integer.getInteger("fastvif.cni-requests", 600);
  private static final int REQUESTS_OF_OPEN_VSWITCH = REQUESTS / 8;
  private static final int BETWEEN_COMPARISONS = 100;
  private static final long SEED = Long.getLong("fastvif.seed", 16);
  private static final Set<Integer> CODES =
      Set.of(
          CniException.INCOMPATIBLE_VERSION,
          CniException.UNSUPPORTED_FIELD,
          CniException.UNKNOWN_CONTAINER,
          CniException.INVALID_ENVIRONMENT,
          CniException.IO_FAILURE,
          CniException.INVALID_CONFIGURATION,
          CniException.UNAVAILABLE,
          CniException.LIMITED_CONNECTIVITY,
          CniException.HOST_REFUSED,
          CniException.IPAM_FAILED,
          CniException.DIFFERS);

  @TempDir Path folder;
  private final List<String> problems = new ArrayList<>();
  private int done;
  private final Map<Integer, Integer> codes = new TreeMap<>();

  @KernelTest
  void requestsWithMistakesLeaveNothing() throws Exception {
    makeHost();
    try (PodLab lab = new PodLab(folder)) {
      ask(
          lab,
          RandomRequests.OF_KERNEL,
          REQUESTS,
          new HostStateReader().filters(),
          FuzzedRequestTest::deleteBridgesBut);
    }
  }

  @KernelTest
  void requestsWithMistakesLeaveNothingInOpenVSwitch() throws Exception {
    makeHost();
    try (OvsHost ovs = OvsHost.startWithDpdk(folder.resolve("ovs"));
        PodLab lab = new PodLab(folder, Map.of("ovs.ovsdb_connection", ovs.address()))) {
      ovs.vsctl("add-br br-pod -- set bridge br-pod datapath_type=netdev");
      HostStateReader reader = new HostStateReader().filters().ovs(ovs);
      ask(
          lab,
          RandomRequests.OF_OPEN_VSWITCH,
          REQUESTS_OF_OPEN_VSWITCH,
          reader,
          links -> deleteBridges(ovs));
    }
  }

  /** Takes away what pods may leave. */
  private interface Rest {
    void remove(Set<String> linksBefore) throws Exception;
  }

  private void ask(
      PodLab lab, List<String> attachments, int count, HostStateReader reader, Rest rest)
      throws Exception {
    try (LogLines log = new LogLines("io.fastvif")) {
      Netns kept = lab.pod();
      String network = lab.network("1.1.0", "bridge", ",'isGateway':true,'bridge':'kept0'");
      network =
          network.replace("\"net\"", "\"kept\"").replace(".88.", ".90.").replace("fd88", "fd90");
      lab.done("ADD", "kept", kept, network);
      Netns pod = lab.pod();
      RandomRequests requests =
          new RandomRequests(attachments, SEED, lab.addresses(), PodLab.path(pod), paths());
      HostState before = reader.readSettled();
      HostStateReader ofPods = new HostStateReader().filters();
      HostState keptBefore = kept.call(ofPods::readSettled);
      HostState podBefore = pod.call(ofPods::readSettled);
      Set<String> linksBefore = links();
      for (int i = 1; i <= count; i++) {
        CniRequest request = requests.next();
        String what = "request " + i + " of -Dfastvif.seed=" + SEED + ": " + request;
        ask(lab, request, what);
        assertEquals(Set.of(), held(lab), what);
        assertEquals(Set.of("lo"), pod.call(FuzzedRequestTest::links), what);
        rest.remove(linksBefore);
        assertEquals(linksBefore, links(), what);
        assertEquals(Set.of(), PodLab.withRules(), what);
        if (i % BETWEEN_COMPARISONS == 0 || i == count) {
          before.assertUnchanged("after " + what, reader);
          assertEquals(List.of(), podBefore.differences(pod.call(ofPods::read)), what);
          assertEquals(List.of(), keptBefore.differences(kept.call(ofPods::read)), what);
        }
      }
      assertEquals(
          List.of(), log.lines().stream().filter(l -> l.contains("a verb of CNI")).toList());
      lab.done("DEL", "kept", kept, network);
    }
    assertEquals("", String.join("\n", problems));
    System.out.printf(
        "fuzz: %d requests, %d done, refused by code %s; -Dfastvif.seed=%d%n",
        count, done, codes, SEED);
    assertTrue(done > 0, "each was refused");
    Set<Integer> usual =
        Set.of(
            CniException.UNSUPPORTED_FIELD,
            CniException.INVALID_ENVIRONMENT,
            CniException.INVALID_CONFIGURATION);
    assertTrue(codes.keySet().containsAll(usual), codes::toString);
  }

  /**
   * Forwarding is on, as the first ADD that succeeds would leave it; and there are others' links.
   */
  private static void makeHost() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link set lo up");
    ip.run("link add others0 type veth peer name others1");
    ip.run("address add 192.0.2.1/24 dev others0");
    ip.run("link set others0 up");
    ip.run("link set others1 up");
    ip.run("link add " + RandomRequests.DEVICE + " type ifb");
    Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
    Files.writeString(Path.of("/proc/sys/net/ipv6/conf/all/forwarding"), "1");
  }

  /** What is no namespace: nothing, a file, a folder, a pipe that nobody writes, and others. */
  private List<String> paths() throws Exception {
    Path fifo = folder.resolve("fifo");
    Peer.require("mkfifo", "coreutils").run(List.of(fifo.toString()));
    Path file = Files.writeString(folder.resolve("file"), "nameserver 10.0.0.1\n");
    return List.of(
        "/nonexistent/netns",
        "/",
        "/dev/null",
        "/dev/zero",
        "/proc/self/ns/mnt",
        "/proc/thread-self/ns/net",
        fifo.toString(),
        file.toString(),
        folder.resolve("networks/sub").toString());
  }

  /** What succeeds is taken back. */
  private void ask(PodLab lab, CniRequest request, String what) throws Exception {
    CniAnswer answer = new CniPlugin(lab.host()).answer(request).get(60, TimeUnit.SECONDS);
    if (!answer.isError()) {
      done++;
      if (request.variable("CNI_COMMAND").equals("ADD")) {
        CniJson.object("the result", answer.text());
        Map<String, String> variables = new TreeMap<>(request.variables());
        variables.put("CNI_COMMAND", "DEL");
        CniRequest delete = new CniRequest(variables, request.configuration());
        CniAnswer deleted = new CniPlugin(lab.host()).answer(delete).get(60, TimeUnit.SECONDS);
        assertFalse(deleted.isError(), () -> deleted.text() + " " + what);
      }
      return;
    }
    Map<String, Object> error = CniJson.object("the error", answer.text());
    int code = ((Number) error.get("code")).intValue();
    codes.merge(code, 1, Integer::sum);
    String message = error.get("msg").toString();
    String text = message + error.getOrDefault("details", "");
    boolean isOne =
        CODES.contains(code)
            && CniVersion.SUPPORTED.contains(error.get("cniVersion"))
            && !message.isBlank()
            && !text.contains("\tat ")
            && !text.contains("fastvif's own");
    if (!isOne) {
      problems.add(answer.text() + " is the answer to " + what);
    }
  }

  private static Set<String> links() {
    Set<String> names = new TreeSet<>();
    LinkMessage link = new LinkMessage();
    try (RouteSocket socket = RouteSocket.open()) {
      socket.dump(socket.link().dump(false), message -> names.add(link.wrap(message).name()));
    }
    return names;
  }

  /** A bridge stays, and the host's link in a VLAN of it, as others may have come to use them. */
  private static void deleteBridgesBut(Set<String> before) {
    LinkMessage link = new LinkMessage();
    Set<String> bridges = new TreeSet<>();
    try (RouteSocket socket = RouteSocket.open()) {
      socket.dump(
          socket.link().dump(false),
          message -> {
            link.wrap(message);
            boolean isInVlan = link.name().matches(".+\\.[0-9]+") && link.kindEquals("veth");
            if ((isInVlan || link.kindEquals("bridge")) && !before.contains(link.name())) {
              bridges.add(link.name());
            }
          });
      bridges.forEach(name -> socket.execute(socket.link().delete(name)));
    }
  }

  /** One that pods' ports have been asked on stays too. */
  private static void deleteBridges(OvsHost ovs) throws Exception {
    for (String bridge : ovs.list("Bridge", "name")) {
      if (!bridge.equals("br-pod")) {
        ovs.vsctl("del-br " + bridge);
      }
    }
    assertEquals(List.of("br-pod"), ovs.list("Interface", "name"));
  }

  /** The addresses that are given, but those of the pod that stays. */
  private static Set<String> held(PodLab lab) throws IOException {
    Set<String> held = new TreeSet<>();
    try (Stream<Path> files = Files.walk(lab.addresses())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        boolean isAddress = !name.equals("lock") && !name.startsWith("last_reserved_ip.");
        boolean isKept = file.getParent().getFileName().toString().equals("kept");
        if (isAddress && !isKept && Files.isRegularFile(file)) {
          held.add(file.toString());
        }
      }
    }
    return held;
  }
}
