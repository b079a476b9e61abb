package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What the keys of a bridge do to frames, and that CHECK sees when it is undone. */
class BridgeKeysTest {
  @TempDir Path folder;

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  /** Until it is answered once. */
  private static void ping(Netns from, String to) {
    ping(from, "-w 60", to);
  }

  private static String ping(Netns from, String patience, String to) {
    return from.call(() -> Peer.require("ping", "iputils-ping").run("-c 1 " + patience + " " + to));
  }

  private static void pingFails(Netns from, String to) {
    assertThrows(AssertionError.class, () -> ping(from, "-W 1", to));
  }

  @KernelTest
  void podsLeaveTheHostUnderItsAddress() throws Exception {
    try (PodLab lab = new PodLab(folder);
        Netns outside = Netns.createPrivate()) {
      ip("link add up0 type veth peer name eth0 netns " + PodLab.path(outside));
      ip("address add 192.0.2.1/24 dev up0");
      ip("link set up0 up");
      outside.call(() -> ip("address add 192.0.2.2/24 dev eth0"));
      outside.call(() -> ip("link set eth0 up"));
      Netns pod = lab.pod();
      String plain = lab.network("1.0.0", "bridge", ",'isDefaultGateway':true");
      lab.done("ADD", "one", pod, plain);
      pingFails(pod, "192.0.2.2"); // it has no route back
      lab.done("DEL", "one", pod, plain);
      String network = lab.network("1.0.0", "bridge", ",'isDefaultGateway':true,'ipMasq':true");
      String result = lab.done("ADD", "one", pod, network);
      ping(pod, "192.0.2.2");
      String check = PodLab.with(network, "prevResult", result);
      lab.done("CHECK", "one", pod, check);
      Peer.require("nft", "nftables").run("flush table ip fastvif_cni");
      lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      lab.done("DEL", "one", pod, network);
      assertEquals(
          "",
          Peer.require("nft", "nftables")
              .run("list ruleset")
              .strip()
              .replaceAll("(?s)table ip fastvif_cni \\{.*", ""));
    }
  }

  @KernelTest
  void framesWithAnotherSourceAreDropped() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.0.0", "bridge", ",'isGateway':true,'macspoofchk':true");
      Netns pod = lab.pod();
      lab.done("ADD", "one", pod, network);
      ping(pod, "10.88.0.1");
      pod.call(() -> ip("link set eth0 address 02:00:00:00:00:99"));
      pingFails(pod, "10.88.0.1");
      lab.done("DEL", "one", pod, network);
      assertEquals("", Peer.require("nft", "nftables").run("list ruleset"));
    }
  }

  @KernelTest
  void isolatedPodsReachTheGatewayOnly() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network =
          lab.network(
              "1.0.0", "bridge", ",'isGateway':true,'portIsolation':true,'promiscMode':true");
      Netns one = lab.pod();
      String result = lab.done("ADD", "one", one, network);
      lab.done("ADD", "two", lab.pod(), network);
      ping(one, "10.88.0.1");
      pingFails(one, "10.88.0.3");
      assertTrue(lab.host().snapshot().link("cni0").orElseThrow().promiscuous());
      lab.done("CHECK", "one", one, PodLab.with(network, "prevResult", result));
      String otherwise = network.replace("\"portIsolation\":true,", "");
      lab.refused(
          CniException.DIFFERS, "CHECK", "one", one, PodLab.with(otherwise, "prevResult", result));
    }
  }

  @KernelTest
  void anotherAddressOfTheBridgeIsReplacedWhenThatIsForced() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      ip("link add cni0 type bridge");
      ip("address add 10.99.0.1/24 dev cni0");
      String network = lab.network("1.0.0", "bridge", ",'isGateway':true");
      Netns pod = lab.pod();
      String error = lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, network);
      assertTrue(error.contains("10.99.0.1/24"), error);
      assertTrue(ip("address show dev cni0").contains("10.99.0.1/24"));
      assertFalse(ip("address show dev cni0").contains("fd88::1"));
      String forced = lab.network("1.0.0", "bridge", ",'isGateway':true,'forceAddress':true");
      String failing =
          forced.replace(
              "{\"dst\":\"0.0.0.0/0\"}", "{\"dst\":\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"}");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, failing);
      assertTrue(ip("address show dev cni0").contains("10.99.0.1/24"), "it is put back");
      lab.done("ADD", "one", pod, forced);
      assertFalse(ip("address show dev cni0").contains("10.99.0.1/24"));
      ping(pod, "10.88.0.1");
      lab.done("DEL", "one", pod, forced);
    }
  }

  @KernelTest
  void podsEndIsLeftToThePod() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.1.0", "bridge", ",'disableContainerInterface':true");
      String plain = network.substring(0, network.indexOf(",\"ipam\"")) + "}";
      Netns pod = lab.pod();
      String result = lab.done("ADD", "one", pod, plain);
      String state = pod.call(() -> ip("-o link show dev eth0"));
      assertFalse(state.contains(",UP"), state);
      assertFalse(state.contains("group 5"), state); // it has left that of links being made
      lab.done("CHECK", "one", pod, PodLab.with(plain, "prevResult", result));
      lab.done("DEL", "one", pod, plain);
      lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, network);
    }
  }
}
