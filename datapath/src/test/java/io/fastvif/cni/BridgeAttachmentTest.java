package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.Orphans;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;

class BridgeAttachmentTest {
  private static final int PODS = 30;

  private static final String GATEWAY =
      ",'isDefaultGateway':true,'ipMasq':true,'macspoofchk':true,'hairpinMode':true,'mtu':1400";

  @TempDir Path folder;

  @KernelTest
  void podsReachEachOtherAndTheGatewayAndLeaveNothing() throws Exception {
    Peer ping = Peer.require("ping", "iputils-ping");
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.1.0", "bridge", GATEWAY);
      Netns one = lab.pod();
      Netns two = lab.pod();
      String result = lab.done("ADD", "one", one, network);
      lab.done("ADD", "two", two, network);
      assertEquals(
          Set.of("10.88.0.2", "10.88.0.3", "fd88::2", "fd88::3"),
          lab.held(),
          lab.held().toString());
      one.call(() -> ping.run("-c 1 -w 60 10.88.0.1"));
      one.call(() -> ping.run("-c 1 -w 60 10.88.0.3"));
      one.call(() -> ping.run("-6 -c 1 -w 60 fd88::3"));
      lab.done("CHECK", "one", one, PodLab.with(network, "prevResult", result));
      assertTrue(result.contains("\"mtu\":1400"), result);

      lab.done("DEL", "one", one, network);
      lab.done("DEL", "one", null, network);
      lab.refused(
          CniException.DIFFERS, "CHECK", "one", one, PodLab.with(network, "prevResult", result));
      two.close(); // the namespace is gone before DEL
      lab.done("DEL", "two", null, network);
      lab.done("DEL", "two", null, network);
      assertEquals(Set.of(), lab.held());
      assertEquals(List.of(), podLinks(lab));
      assertEquals(Set.of(), PodLab.withRules());
    }
  }

  private static List<String> podLinks(PodLab lab) {
    return lab.host().snapshot().links().stream()
        .filter(link -> link.kind().equals("veth"))
        .map(LinkState::name)
        .toList();
  }

  @KernelTest
  void failedAddLeavesNothing() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      HostStateReader reader = new HostStateReader().filters();
      HostState before = reader.read();
      Netns pod = lab.pod();
      // The last step fails: the route's gateway is nowhere.
      String network =
          lab.network("1.0.0", "bridge", GATEWAY)
              .replace(
                  "{\"dst\":\"0.0.0.0/0\"}", "{\"dst\":\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"}");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, network);
      assertEquals(Set.of(), lab.held());
      before.assertUnchanged("after an ADD that failed", reader);
      // The name in the pod is taken.
      String good = lab.network("1.0.0", "bridge", "");
      lab.done("ADD", "one", pod, good);
      lab.refused(CniException.HOST_REFUSED, "ADD", "two", pod, good);
      assertEquals(Set.of("10.88.0.3", "fd88::3"), lab.held(), "freed ones are not next");
      lab.done("DEL", "one", pod, good);
      assertEquals(List.of(), podLinks(lab));
    }
  }

  @KernelTest
  void collectionTakesAwayWhatTheRuntimeForgot() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.1.0", "bridge", GATEWAY);
      Netns kept = lab.pod();
      lab.done("ADD", "kept", kept, network);
      lab.done("ADD", "lost", lab.pod(), network);
      String other =
          network.replace("\"name\":\"net\"", "\"name\":\"other\"").replace("10.88", "10.89");
      lab.done(
          "ADD",
          "lost",
          lab.pod(),
          other.replace("fd88", "fd89").replace("\"ipMasq", "\"bridge\":\"br2\",\"ipMasq"));
      String valid =
          PodLab.with(
              network,
              "cni.dev/valid-attachments",
              "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]");
      lab.refused(CniException.INVALID_CONFIGURATION, "GC", "", null, network);
      lab.done("GC", "", null, valid);
      assertEquals(Set.of("10.88.0.2", "fd88::2"), lab.held());
      assertEquals(Set.of("cni/net/kept/eth0", "cni/other/lost/eth0"), PodLab.withRules());
      assertEquals(2, podLinks(lab).size());
    }
  }

  /** As a process leaves it that is killed before the link has its alias. */
  @KernelTest
  void collectionTakesAwayWhatIsHalfMade() throws Exception {
    try (PodLab lab = new PodLab(folder);
        RouteSocket socket = RouteSocket.open()) {
      Path net = Files.createDirectories(lab.addresses().resolve("net"));
      Files.writeString(net.resolve("10.88.0.9"), "lost\r\neth0");
      socket.execute(
          socket
              .link()
              .create("vethhalf")
              .group(LinkGroups.making("cni/net/lost/eth0"))
              .kind(new Veth().peerName("peer0")));
      Await.until("the link", () -> lab.host().snapshot().link("vethhalf").isPresent());
      String network = lab.network("1.1.0", "bridge", "");
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", "[]"));
      assertEquals(List.of(), podLinks(lab));
      assertEquals(Set.of(), lab.held());
    }
  }

  @KernelTest
  void statusSaysWhyNoPodCanBeAttached() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.1.0", "bridge", "").replace("fd88::/64", "fd88::/126");
      lab.done("STATUS", "", null, network);
      lab.done("ADD", "one", lab.pod(), network);
      lab.done("ADD", "two", lab.pod(), network);
      lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network);
      lab.refused(CniException.IPAM_FAILED, "ADD", "three", lab.pod(), network);
      assertEquals(4, lab.held().size(), "the IPv4 address is freed when there is no IPv6 one");
      Peer.require("ip", "iproute2").run("link set cni0 down");
      Await.until(
          "the bridge to be seen down",
          () -> !lab.host().snapshot().link("cni0").orElseThrow().up());
      lab.refused(CniException.LIMITED_CONNECTIVITY, "STATUS", "", null, network);
    }
  }

  @KernelTest
  void statusSaysThatAddressesCannotBeKept() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Path file = Files.writeString(folder.resolve("file"), "");
      String network =
          lab.network("1.1.0", "bridge", "")
              .replace("\"dataDir\":\"" + folder, "\"dataDir\":\"" + file);
      String said = lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network);
      assertTrue(said.contains("no folder can be made in " + file), said);
      lab.refused(CniException.IO_FAILURE, "ADD", "one", lab.pod(), network);
    }
  }

  @KernelTest
  void attachmentsAreNobodysOrphansAndNotMadeTwice() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.0.0", "bridge", "");
      Netns pod = lab.pod();
      lab.done("ADD", "one", pod, network);
      lab.host().sync(List.of(), Orphans.UNPLUG);
      assertEquals(1, podLinks(lab).size());
      String other =
          PodLab.with(network, "runtimeConfig", "{\"ips\":[\"10.88.0.77\",\"fd88::77\"]}");
      lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, other);
      assertEquals(Set.of("10.88.0.2", "fd88::2"), lab.held());
      lab.done("ADD", "two", lab.pod(), other);
      assertEquals(Set.of("10.88.0.2", "10.88.0.77", "fd88::2", "fd88::77"), lab.held());
      lab.done("DEL", "one", pod, network);
      lab.done("DEL", "two", pod, network);
    }
  }

  @KernelTest
  void burstIsAttachedAndDetachedTogether() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.0.0", "bridge", ",'isGateway':true");
      List<CompletableFuture<CniAnswer>> all = new ArrayList<>();
      for (int i = 0; i < PODS; i++) {
        all.add(lab.begin("ADD", "pod" + i, lab.pod(), network));
      }
      for (CompletableFuture<CniAnswer> answer : all) {
        assertTrue(!answer.join().isError(), answer.join().text());
      }
      assertEquals(2 * PODS, lab.held().size());
      all.clear();
      for (int i = 0; i < PODS; i++) {
        all.add(lab.begin("DEL", "pod" + i, null, network));
      }
      for (CompletableFuture<CniAnswer> answer : all) {
        assertTrue(!answer.join().isError(), answer.join().text());
      }
      assertEquals(Set.of(), lab.held());
      assertEquals(List.of(), podLinks(lab));
    }
  }
}
