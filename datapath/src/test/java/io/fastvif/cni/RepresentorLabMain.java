package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Two pods with virtual functions of a card in switchdev mode, in the lab: {@code
 * RepresentorLabMain VF VF}. It ends with the first difference.
 */
final class RepresentorLabMain {
  private static final Map<String, String> OPTIONS =
      Map.of("ovs.ovsdb_connection", "unix:/run/openvswitch/db.sock");

  private RepresentorLabMain() {}

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static void ping(Netns from, String to) {
    from.call(() -> Peer.require("busybox", "busybox-static").run("ping -c 1 -w 60 " + to));
  }

  private static String ports() throws Exception {
    return Peer.require("ovs-vsctl", "openvswitch-switch").run("list-ports br-int").strip();
  }

  private static String state() throws Exception {
    return ip("-d link show")
        .replaceAll("(?m)^\\d+: ", "")
        .replaceAll("NO-CARRIER,|,LOWER_UP|state \\w+|qdisc \\w+|qlen \\d+", "");
  }

  /** Runs all. */
  public static void main(String[] functions) throws Exception {
    try (PodLab lab = new PodLab(Path.of("/run/pods"), OPTIONS)) {
      String before = state();
      String network =
          lab.network(
              "1.1.0",
              "ovs",
              ",'bridge':'br-int','mtu':1400,'deviceID':'"
                  + functions[0]
                  + "','runtimeConfig':{'mac':'02:00:00:00:00:21'}");
      String second =
          lab.network(
              "1.1.0",
              "ovs",
              ",'bridge':'br-int','runtimeConfig':{'deviceID':'" + functions[1] + "'}");
      Netns one = lab.pod();
      Netns two = lab.pod();
      String result = lab.done("ADD", "one", one, network);
      assertTrue(result.contains("\"pciID\":\"" + functions[0] + "\""), result);
      lab.done("ADD", "two", two, second);
      assertEquals(2, ports().lines().count(), ports());
      ping(one, "10.88.0.1");
      ping(one, "10.88.0.3");
      String check = PodLab.with(network, "prevResult", result);
      lab.done("CHECK", "one", one, check);
      String leased = lab.refused(7, "ADD", "three", lab.pod(), network);
      assertTrue(leased.contains("is leased to cni/net/one/eth0"), leased);

      String port = ports().lines().filter(result::contains).findFirst().orElseThrow();
      ip("link set " + port + " down");
      String down = lab.refused(CniException.DIFFERS, "CHECK", "one", one, check);
      assertTrue(down.contains(port + " is down"), down);

      // One by GC, and the other after its pod is gone.
      String valid = "[{\"containerID\":\"two\",\"ifname\":\"eth0\"}]";
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
      assertEquals(1, ports().lines().count(), ports());
      two.close();
      lab.done("DEL", "two", null, second);
      lab.done("DEL", "two", null, second);
      assertEquals("", ports());
      assertEquals(before, state());
      assertEquals(Set.of(), lab.held());

      // A failed ADD leaves nothing.
      String unreachable =
          network.replace("\"0.0.0.0/0\"", "\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", one, unreachable);
      assertEquals("", ports());
      assertEquals(before, state());
      cardIsFoundBesideItsRepresentors(lab);
      podIsLimitedBothWays(lab);
    }
  }

  /** On the kernel's datapath; and ovs-vswitchd starts anew. */
  private static void podIsLimitedBothWays(PodLab lab) throws Exception {
    Peer tc = Peer.require("tc", "iproute2");
    String rates =
        ",'ingressRate':8000000,'ingressBurst':800000,'egressRate':16000000,'egressBurst':1600000";
    String network = lab.network("1.1.0", "ovs", ",'bridge':'br-int'" + rates);
    Netns pod = lab.pod();
    lab.done("STATUS", "", null, network);
    String check = PodLab.with(network, "prevResult", lab.done("ADD", "one", pod, network));
    String port = ports();
    Path pid = Path.of("/run/openvswitch/ovs-vswitchd.pid");
    for (boolean isAnew : new boolean[] {false, true}) {
      if (isAnew) {
        String old = Files.readString(pid).strip();
        Peer.require("kill", "procps").run("-KILL " + old);
        Peer.require("sh", "dash")
            .run(
                List.of(
                    "-c",
                    "unshare --time --monotonic 3600 --fork /usr/sbin/ovs-vswitchd"
                        + " unix:/run/openvswitch/db.sock --pidfile --detach --log-file"));
        Peer.require("ovs-vsctl", "openvswitch-switch").run("set Bridge br-int other_config:x=y");
      }
      String limits =
          tc.run("qdisc show dev " + port) + tc.run("filter show dev " + port + " ingress");
      assertTrue(limits.contains("tbf") && limits.contains("rate 8Mbit"), limits);
      assertTrue(limits.contains("police") && limits.contains("rate 16Mbit"), limits);
      ping(pod, "10.88.0.1");
      lab.done("CHECK", "one", pod, check);
    }
    lab.done("DEL", "one", pod, network);
    assertEquals("", ports());
    assertEquals(Set.of(), lab.held());
  }

  /** Its pod has taken the mark off, and is gone. */
  private static void cardIsFoundBesideItsRepresentors(PodLab lab) throws Exception {
    String before = state();
    String card =
        ip("-d -o link show")
            .lines()
            .filter(line -> line.contains("portname p0 "))
            .map(line -> line.replaceAll("^\\d+: ([^:@]+).*", "$1"))
            .findFirst()
            .orElseThrow();
    String network = lab.network("1.1.0", "host-device", ",'device':'" + card + "'");
    Netns pod = lab.pod();
    lab.done("ADD", "one", pod, network);
    pod.call(() -> ip("link set eth0 alias of-the-pod"));
    pod.close();
    Await.until("the link's return", () -> ip("-o link show").contains("of-the-pod"));
    lab.done("DEL", "one", null, network);
    assertEquals(before, state());
    assertEquals(Set.of(), lab.held());
  }
}
