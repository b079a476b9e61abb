package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/**
 * containerd with runc, whose pods are the plugin's. {@code -Dfastvif.churn-pods=500} has more of
 * them come and go.
 */
class ContainerdTest {
  private static final int BURST = 50;
  private static final int CHURN = Integer.getInteger("fastvif.churn-pods", 20);
  private static final int WORKERS = 4;

  @TempDir Path folder;
  private final HostStateReader reader = new HostStateReader().filters();

  /** The containers of the successful executions of a verb, each as often as it was one. */
  private static List<String> containers(RuntimeHost host, String verb) throws Exception {
    return host.executions().stream()
        .filter(one -> one.verb().equals(verb) && one.status() == 0)
        .map(RuntimeHost.Execution::container)
        .toList();
  }

  private long newLinks(HostState before) {
    return reader.read().objects().keySet().stream()
        .filter(ContainerdTest::isLink)
        .filter(name -> !before.objects().containsKey(name))
        .count();
  }

  private static boolean isLink(String name) {
    return name.startsWith("link ");
  }

  @KernelTest
  void podsComeAtOnceAndGo() throws Exception {
    Peer ping = Peer.require("ping", "iputils-ping");
    try (RuntimeHost host = new RuntimeHost(folder);
        Containerd containerd = new Containerd(host, folder)) {
      containerd.cri("run", "other", "1");
      HostState before = reader.readSettled();
      Set<String> keptBefore = host.kept();
      List<String> pods = new ArrayList<>();
      Set<String> addresses = new HashSet<>();
      for (String line : containerd.cri("run", "pod", "" + BURST).strip().split("\n", -1)) {
        String[] words = line.split(" ", -1);
        pods.add(words[0]);
        addresses.add(words[1]);
      }
      assertEquals(BURST, addresses.size(), "an address of each: " + addresses);
      for (String address : addresses) {
        ping.run("-c 1 -w 60 " + address);
      }
      assertEquals(BURST, newLinks(before), "links on the host");
      List<String> remove = new ArrayList<>(pods);
      remove.addFirst("remove");
      containerd.cri(remove.toArray(String[]::new));
      before.assertUnchanged("the burst is gone", reader);
      assertEquals(keptBefore, host.kept());
      System.out.print(containerd.cri("churn", "" + CHURN, "" + WORKERS));
      before.assertUnchanged("the others came and went", reader);
      assertEquals(keptBefore, host.kept());
      host.requireAllExecutionsSucceeded();
      List<String> added = containers(host, "ADD");
      assertEquals(1 + BURST + CHURN, added.size(), "one ADD of each");
      Set<String> deleted = new HashSet<>(containers(host, "DEL"));
      assertEquals(BURST + CHURN, deleted.size());
      assertTrue(deleted.containsAll(pods));
    }
  }

  @KernelTest
  void ctrDeletesWithoutNamespace() throws Exception {
    try (RuntimeHost host = new RuntimeHost(folder);
        Containerd containerd = new Containerd(host, folder)) {
      String said =
          containerd.ctr(
              "run",
              "--rm",
              "--cni",
              "--cgroup=" + host.cgroup() + "/one",
              "--rootfs",
              host.root().toString(),
              "one",
              "/bin/ping",
              "-c",
              "1",
              "-w",
              "60",
              "10.88.0.1");
      assertTrue(said.contains("1 packets received"), said);
      host.requireAllExecutionsSucceeded();
      List<RuntimeHost.Execution> deletes =
          host.executions().stream().filter(one -> one.verb().equals("DEL")).toList();
      assertEquals(1, deletes.size());
      assertEquals("", deletes.getFirst().netns());
      assertEquals(Set.of(), host.kept());
      List<String> links =
          HostState.read().objects().keySet().stream().filter(ContainerdTest::isLink).toList();
      assertEquals(List.of("link cni0", "link lo"), links);
    }
  }
}
