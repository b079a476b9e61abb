package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.NumberedTraffic;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * A port under traffic that goes back and forth between two processes. Nothing may be lost, and
 * neither process keep anything. {@code -Dfastvif.hand-overs=N} does it N times.
 */
class ProcessHandOverTest {
  private static final int HAND_OVERS = Integer.getInteger("fastvif.hand-overs", 20);
  private static final long PATIENCE_MILLIS = 60_000;
  private static final long FRAMES_BETWEEN = 200;

  /** Both processes have done everything by then. */
  private static final int WARM = 6;

  /** Of the JVM itself, whose compilers come and go. */
  private static final int THREADS_MORE = 4;

  @TempDir Path folder;

  /** What a process has. */
  private record Held(int descriptors, long guestMappings, int threads) {
    static Held of(Process process) throws IOException {
      Path proc = Path.of("/proc/" + process.pid());
      try (var maps = Files.lines(proc.resolve("maps"), StandardCharsets.UTF_8)) {
        return new Held(
            proc.resolve("fd").toFile().list().length,
            maps.filter(line -> line.contains("/memfd:") || line.contains("socket:")).count(),
            proc.resolve("task").toFile().list().length);
      }
    }
  }

  /** One of the two, and what it had when it had given the port for the first time. */
  private static final class End implements AutoCloseable {
    final Process process;
    final BufferedReader out;
    Held held;

    End(Process process) {
      this.process = process;
      out = process.inputReader();
    }

    String tell(String what) throws IOException {
      process.outputWriter().write(what + "\n");
      process.outputWriter().flush();
      String answer = out.readLine();
      assertTrue(answer != null, what + " was not answered");
      return answer;
    }

    void gave(int handOver) throws Exception {
      assertEquals("gave", tell("gave"));
      Held now = Held.of(process);
      if (handOver < WARM) {
        held = now;
        return;
      }
      assertEquals(0, now.guestMappings(), "a guest's memory is mapped where it is not served");
      assertTrue(now.descriptors() <= held.descriptors(), now + ", at first " + held);
      assertTrue(now.threads() <= held.threads() + THREADS_MORE, now + ", at first " + held);
    }

    @Override
    public void close() throws IOException {
      process.outputWriter().close();
      try {
        process.waitFor(20, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private End start() throws IOException {
    return new End(HandOverProcess.start(HandOverPeer.class, folder.toString()));
  }

  private static long links() throws Exception {
    return Peer.require("ip", "iproute2").run("-o link show").lines().count();
  }

  @KernelTest
  void nothingIsLostAndNothingIsKept() throws Exception {
    Tap.createPersistent("vhu1", new TapOptions(false, true, -1, -1));
    Peer.require("ip", "iproute2").run("link set vhu1 up");
    goesBackAndForth("serve", "vhu1");
  }

  @KernelTest
  void uplinkGoesAlong() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add e0 type veth peer name e1");
    ip.run("link set e0 up");
    ip.run("link set e1 up");
    goesBackAndForth("serve uplink", "e1");
    assertFalse(ip.run("link show e0").contains("xdp"), "the last one detaches the program");
  }

  private void goesBackAndForth(String serve, String link) throws Exception {
    long links = links();
    double[] pauses = new double[HAND_OVERS];
    try (End one = start();
        End other = start()) {
      assertEquals("serves", one.tell(serve));
      try (VhostUserFrontend frontend =
              VhostUserFrontend.connect(HandOverProcess.port(folder).path(), PATIENCE_MILLIS);
          FrontendGuest guest =
              new FrontendGuest(frontend, VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED);
          NumberedTraffic traffic = new NumberedTraffic(guest, link)) {
        for (int i = 0; i < HAND_OVERS; i++) {
          goesOn(traffic);
          End former = i % 2 == 0 ? one : other;
          End next = i % 2 == 0 ? other : one;
          pauses[i] = Long.parseLong(next.tell("take")) / 1e6;
          former.gave(i);
          traffic.check();
        }
        goesOn(traffic);
        traffic.end();
        assertTrue(frontend.getFeatures() != 0, "the frontend was cut off");
        Arrays.sort(pauses);
        System.out.printf(
            "%d hand-overs between two processes, %d frames to the host, %d to the guest, none"
                + " lost, nothing kept; pause median %.2f ms, of 99 in 100 %.2f, longest %.2f%n",
            HAND_OVERS,
            traffic.toHost().received(),
            traffic.toGuest().received(),
            pauses[HAND_OVERS / 2],
            pauses[HAND_OVERS * 99 / 100],
            pauses[HAND_OVERS - 1]);
      }
    }
    assertEquals(links, links());
    assertEquals(
        List.of(), Arrays.asList(folder.toFile().list()), "the last one removes both sockets");
  }

  private static void goesOn(NumberedTraffic traffic) throws Exception {
    long toHost = traffic.toHost().received() + FRAMES_BETWEEN;
    long toGuest = traffic.toGuest().received() + FRAMES_BETWEEN;
    Await.until(
        "frames both ways",
        () -> {
          traffic.check();
          return traffic.toHost().received() > toHost && traffic.toGuest().received() > toGuest;
        });
  }
}
