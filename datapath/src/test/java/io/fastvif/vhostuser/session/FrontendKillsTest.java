package io.fastvif.vhostuser.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.FlowStatistics;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.testing.Await;
import io.fastvif.testing.Testpmd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DPDK's frontend, killed over and over while its frames go round: nothing of it may be left. With
 * {@code -Dfastvif.kills=N} so many times.
 */
class FrontendKillsTest {
  private static final int KILLS = Integer.getInteger("fastvif.kills", 20);
  private static final int FRAMES = 200_000;
  private static final List<String> DEVICES =
      List.of("", ",packed_vq=1", ",in_order=0", ",packed_vq=1,in_order=0", ",mrg_rxbuf=0");

  private final Random random = new Random(3);
  private final AtomicInteger gone = new AtomicInteger();
  @TempDir Path folder;

  /** All that is held, but what the JVM and the test's own processes come and go with. */
  private record Held(Resources resources, List<String> threads, List<String> sockets) {
    static Held now() throws IOException {
      List<String> threads =
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(name -> !name.startsWith("process reaper"))
              .filter(name -> !name.startsWith("ForkJoinPool.")) // the JDK's, of other tests
              // of other tests' engines
              .filter(
                  name -> !name.startsWith("fastvif-callback-") && !name.equals("fastvif-netns"))
              .sorted()
              .toList();
      return new Held(Resources.now(), threads, paths());
    }

    /** Whether no more is held now. What another test left may be let go meanwhile. */
    boolean isAll() throws IOException {
      List<String> more = new ArrayList<>(Held.now().threads());
      threads.forEach(more::remove);
      return more.isEmpty() && resources.newer().isEmpty() && sockets.equals(paths());
    }

    /** Those that the process listens on or has accepted, by their path. */
    private static List<String> paths() throws IOException {
      try (var lines = Files.lines(Path.of("/proc/net/unix"))) {
        return lines
            .filter(line -> line.endsWith("/kills.sock"))
            .map(line -> line.split(" +", -1)[5])
            .sorted()
            .toList();
      }
    }
  }

  private static long frames(PortPair pair) {
    return pair.statistics().stream().mapToLong(FlowStatistics::frames).sum();
  }

  private void killUnderTraffic(PortPair pair, String socket, int kill) throws Exception {
    String device =
        "net_virtio_user0,path=" + socket + ",queues=2" + DEVICES.get(kill % DEVICES.size());
    long before = frames(pair);
    int until = 1 + random.nextInt(FRAMES);
    try (Testpmd testpmd =
        Testpmd.start(folder, device, "--forward-mode=flowgen", "--rxq=2", "--txq=2")) {
      Await.until(
          until + " frames",
          () -> {
            assertTrue(testpmd.isAlive(), testpmd::output);
            return frames(pair) - before >= until;
          });
      testpmd.kill();
    }
    Await.until("the end of session " + kill, () -> gone.get() > kill);
    assertEquals(kill + 1, gone.get());
  }

  @Test
  void nothingIsLeftOfKilledFrontends() throws Exception {
    String socket = folder.resolve("kills.sock").toString();
    VhostUserPort port = VhostUserPort.toGuest("killed", 2);
    BackendObserver observer =
        new BackendObserver() {
          @Override
          public void disconnected(boolean owner, String reason) {
            gone.incrementAndGet();
          }
        };
    try (Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
        SessionLoop loop = SessionLoop.start()) {
      PortPair pair = forwarder.connect(port, port);
      try (VhostUserBackend backend =
          VhostUserBackend.listen(
              loop,
              ListenOptions.of(socket),
              BackendOptions.of(port.features(), 2),
              port,
              observer)) {
        killUnderTraffic(pair, socket, 0);
        Held afterTheFirst = Held.now();
        for (int i = 1; i < KILLS; i++) {
          killUnderTraffic(pair, socket, i);
          Await.until("nothing more is held after kill " + i, afterTheFirst::isAll);
        }
        assertTrue(backend != null && frames(pair) >= KILLS);
      }
      assertNull(forwarder.failure());
    }
  }
}
