package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

class TapAttachmentTest {
  private static final TapOptions SEVERAL = new TapOptions(true, true, -1, -1);
  private static final TapOptions ONE = new TapOptions(false, true, -1, -1);

  @TempDir Path folder;

  private static String in(Netns pod, String arguments) {
    return pod.call(() -> Peer.require("ip", "iproute2").run(arguments));
  }

  private static String network(String more) {
    return ("{'cniVersion':'1.1.0','name':'net','type':'fastvif','attachment':'tap'" + more + "}")
        .replace('\'', '"');
  }

  @KernelTest
  void tapIsMadeAsTheKeysSay() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      in(pod, "link add br1 type bridge");
      String network =
          network(
              ",'mtu':1400,'mac':'02:00:00:00:00:07','multiQueue':true,'owner':54321,'group':54322,"
                  + "'bridge':'br1'");
      lab.done("STATUS", "", null, network);
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(result.contains("\"mac\":\"02:00:00:00:00:07\",\"mtu\":1400"), result);
      String link = in(pod, "-d -o link show dev eth0");
      for (String setting :
          new String[] {
            "mtu 1400",
            "master br1",
            "tun type tap",
            "multi_queue",
            "persist on",
            "user 54321",
            "group 54322",
            "02:00:00:00:00:07",
            ",UP"
          }) {
        assertTrue(link.contains(setting), setting + " in " + link);
      }
      // As the hypervisor uses it.
      try (Tap first = pod.call(() -> Tap.attach("eth0", SEVERAL));
          Tap second = pod.call(() -> Tap.attach("eth0", SEVERAL))) {
        assertTrue(in(pod, "-o link show dev eth0").contains("LOWER_UP"));
        assertTrue(first.descriptor() != second.descriptor());
      }
      String check = PodLab.with(network, "prevResult", result);
      lab.done("CHECK", "one", pod, check);
      String otherwise = check.replace("\"owner\":54321", "\"owner\":54323");
      String owner = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, otherwise);
      assertTrue(owner.contains("another owner"), owner);
      in(pod, "link set eth0 nomaster");
      String master = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      assertTrue(master.contains("no port of br1"), master);
      lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", pod, network);

      lab.done("DEL", "one", pod, network);
      lab.done("DEL", "one", pod, network);
      lab.done("DEL", "one", null, network);
      assertFalse(in(pod, "-o link show").contains("eth0"));
      lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
    }
  }

  @KernelTest
  void tapMayHaveAddresses() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      String network = lab.network("1.0.0", "tap", "");
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(in(pod, "-o address show dev eth0").contains("10.88.0.2/24"));
      assertFalse(in(pod, "-d -o link show dev eth0").contains("multi_queue on"));
      SystemCallException refused =
          assertThrows(
              SystemCallException.class, () -> pod.call(() -> Tap.attach("eth0", SEVERAL)));
      assertTrue(refused.getMessage().contains("EINVAL"), refused.getMessage());
      pod.call(() -> Tap.attach("eth0", ONE)).close();
      lab.done("CHECK", "one", pod, PodLab.with(network, "prevResult", result));
      lab.done("DEL", "one", pod, network);
      assertEquals(Set.of(), lab.held());
      assertFalse(in(pod, "-o link show").contains("eth0"));
    }
  }

  @KernelTest
  void failedAddLeavesNothing() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      String context = network(",'selinuxContext':'system_u:system_r:container_t:s0'");
      String error = lab.refused(CniException.UNSUPPORTED_FIELD, "ADD", "one", pod, context);
      assertTrue(error.contains("selinuxContext") && error.contains("the agent"), error);
      String bridge = network(",'bridge':'br1'");
      String missing = lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, bridge);
      assertTrue(missing.contains("there is no bridge br1 in the pod"), missing);
      String unreachable =
          lab.network("1.0.0", "tap", "")
              .replace("\"0.0.0.0/0\"", "\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, unreachable);
      assertEquals(Set.of(), lab.held());
      assertFalse(in(pod, "-o link show").contains("eth0"));
      in(pod, "link add eth0 type veth peer name other0");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, network(""));
      lab.done("DEL", "one", pod, network(""));
      assertTrue(in(pod, "-d -o link show eth0").contains("veth"));
    }
  }
}
