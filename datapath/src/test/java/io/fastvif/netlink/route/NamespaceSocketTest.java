package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.netns.NetnsException;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Short work in a namespace that the thread is not in. */
class NamespaceSocketTest {
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");
  private static final byte[] ADDRESS = {10, 1, 2, 3};
  private static final byte[] GATEWAY = {10, 1, 2, 1};
  private static final long MAC = 0x02_00_00_00_00_09L;
  private static final int PODS = 40;

  /** As a CNI plugin does it for a pod. */
  private static void connect(Netns pod) {
    try (RouteSocket here = RouteSocket.open(pod)) {
      here.execute(here.link().create("eth0").kind(new Veth().peerName("out0")));
      int eth0 = here.indexOf("eth0");
      here.execute(here.link().set(1).up());
      here.execute(here.link().set(eth0).up());
      here.execute(here.link().set(here.indexOf("out0")).up());
      here.execute(here.address().add(eth0, ADDRESS, 24));
      here.execute(here.route().add(AF_INET, null, 0).gateway(GATEWAY));
      here.execute(here.neighbour().setPermanent(eth0, GATEWAY, MAC));
    }
  }

  private static int eth0(Netns namespace) {
    try (RouteSocket there = RouteSocket.open(namespace)) {
      return there.indexOf("eth0");
    }
  }

  @KernelTest
  void aPodIsConnectedAsIpShowsItAndTheThreadStaysWhereItIs() throws IOException {
    Peer ip = Peer.require("ip", "iproute2");
    Path here = Files.readSymbolicLink(OWN);
    try (Netns pod = Netns.createPrivate();
        RouteSocket own = RouteSocket.open()) {
      connect(pod);
      assertEquals(here, Files.readSymbolicLink(OWN));
      assertEquals(0, own.indexOf("eth0"));
      String shown = pod.call(() -> ip.run("route show") + ip.run("neighbour show"));
      assertTrue(shown.contains("default via 10.1.2.1 dev eth0"), shown);
      assertTrue(shown.contains("10.1.2.0/24 dev eth0 proto kernel"), shown);
      assertTrue(shown.contains("10.1.2.1 dev eth0 lladdr 02:00:00:00:00:09 PERMANENT"), shown);
      try (RouteSocket again = RouteSocket.open(pod)) {
        int eth0 = again.indexOf("eth0");
        again.execute(again.neighbour().delete(eth0, GATEWAY));
        NetlinkException gone =
            assertThrows(
                NetlinkException.class,
                () -> again.execute(again.neighbour().delete(eth0, GATEWAY)));
        assertEquals(Errno.ENOENT, gone.errno());
        again.execute(again.link().delete(eth0));
      }
      assertEquals(0, eth0(pod));
    }
  }

  @KernelTest
  void theNamespaceIsThatOfAPathAProcessOrADescriptor() throws Exception {
    try (Netns pod = Netns.createPrivate()) {
      connect(pod);
      int index = eth0(pod);
      Process sleeper = pod.call(() -> new ProcessBuilder("sleep", "600").start());
      try (Netns ofProcess = Netns.ofProcess(sleeper.pid());
          Netns ofPath = Netns.of(Path.of("/proc/" + sleeper.pid() + "/ns/net"));
          Netns ofDescriptor = Netns.ofDescriptor(pod.descriptor())) {
        assertEquals(index, eth0(ofProcess));
        assertEquals(index, eth0(ofPath));
        assertEquals(index, eth0(ofDescriptor));
      } finally {
        sleeper.destroyForcibly().waitFor();
      }
    }
  }

  @KernelTest
  void whatIsNoNamespaceIsSaid() throws IOException {
    try (FileInputStream file = new FileInputStream("/proc/self/status");
        Netns none = Netns.of(Path.of("/proc/self/status"))) {
      assertEquals(Errno.EINVAL, refusal(none));
      assertTrue(file.read() >= 0);
    }
    assertEquals(
        Errno.ENOENT,
        assertThrows(SystemCallException.class, () -> Netns.ofDescriptor(1 << 20)).errno());
  }

  private static int refusal(Netns none) {
    return assertThrows(SystemCallException.class, () -> RouteSocket.open(none)).errno();
  }

  @KernelTest
  void whatAVisitThrowsComesToTheCaller() {
    try (Netns pod = Netns.createPrivate()) {
      IllegalStateException own = new IllegalStateException("own");
      assertEquals(
          own,
          assertThrows(
              IllegalStateException.class,
              () ->
                  pod.visit(
                      () -> {
                        throw own;
                      })));
      IOException checked = new IOException("checked");
      NetnsException wrapped =
          assertThrows(
              NetnsException.class,
              () ->
                  pod.visit(
                      () -> {
                        throw checked;
                      }));
      assertEquals(checked, wrapped.getCause());
    }
  }

  @KernelTest
  void virtualThreadsConnectManyPodsAtOnceAndTheirCarriersStayOutside() throws Exception {
    List<Netns> pods = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Path outside = threads.submit(() -> Files.readSymbolicLink(OWN)).get(60, TimeUnit.SECONDS);
      for (int i = 0; i < PODS; i++) {
        pods.add(Netns.createPrivate());
      }
      List<Future<Path>> done = new ArrayList<>();
      for (Netns pod : pods) {
        done.add(
            threads.submit(
                () -> {
                  connect(pod);
                  return Files.readSymbolicLink(OWN);
                }));
      }
      for (Future<Path> each : done) {
        assertEquals(outside, each.get(60, TimeUnit.SECONDS));
      }
      for (Netns pod : pods) {
        assertTrue(eth0(pod) > 0);
      }
    } finally {
      pods.forEach(Netns::close);
    }
  }
}
