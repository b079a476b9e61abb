package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.NumberedTraffic;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** {@code vhost-user serve} that goes from process to process under a guest's traffic. */
class ServeHandOverTest {
  private static final int HAND_OVERS = Integer.getInteger("fastvif.process-hand-overs", 3);
  private static final long PATIENCE_MILLIS = 60_000;

  @TempDir Path folder;

  private Path vifs() throws Exception {
    Path vifs = folder.resolve("vifs.json");
    Files.writeString(
        vifs,
        VersionedObjectWriter.write(
            FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "10.65.0.5")));
    return vifs;
  }

  private static void goesOn(NumberedTraffic traffic) throws Exception {
    long toHost = traffic.toHost().received() + 100;
    long toGuest = traffic.toGuest().received() + 100;
    Await.until(
        "frames both ways",
        () -> {
          traffic.check();
          return traffic.toHost().received() > toHost && traffic.toGuest().received() > toGuest;
        });
  }

  @KernelTest
  void socketThatCannotBeIsRefusedBeforeAnythingIsPlugged() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    for (String socket : new String[] {"", file.toString(), folder + "/none/hand-over"}) {
      for (String option : new String[] {"--hand-over", "--take-over"}) {
        CommandRun run = CommandRun.of("vhost-user", "serve", option, socket, vifs().toString());
        assertEquals(Fastvif.WRONG_INPUT, run.status(), run.err());
        assertTrue(run.err().startsWith("fastvif: " + option + ": "), run.err());
        assertEquals("", run.out());
      }
    }
    assertEquals(1, Peer.require("ip", "iproute2").run("-o link show").lines().count());
  }

  @KernelTest
  void goesFromProcessToProcess() throws Exception {
    Path vifs = vifs();
    String socket = folder.resolve("hand-over").toString();
    ServeProcess serving =
        ServeProcess.start(folder, "serve0", vifs, "--take-over", socket, "--control", control());
    try {
      Path path = FastPathVifs.socket(folder, 1);
      Await.until("the port", () -> Files.exists(path));
      Await.until(
          "the tap", () -> Peer.require("ip", "iproute2").run("link show").contains("vhu1"));
      try (VhostUserFrontend frontend =
              VhostUserFrontend.connect(path.toString(), PATIENCE_MILLIS);
          FrontendGuest guest =
              new FrontendGuest(frontend, VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED);
          NumberedTraffic traffic = new NumberedTraffic(guest, "vhu1")) {
        int held = 0;
        for (int i = 1; i <= HAND_OVERS; i++) {
          goesOn(traffic);
          ServeProcess former = serving;
          ServeProcess next =
              ServeProcess.start(
                  folder, "serve" + i, vifs, "--take-over", socket, "--control", control());
          serving = next;
          assertTrue(former.process().waitFor(60, TimeUnit.SECONDS), next.text());
          assertEquals(0, former.process().exitValue(), former.text());
          former.close();
          Await.until("it says so", () -> next.text().contains("1 ports were taken over"));
          goesOn(traffic);
          Await.until(
              "its VIF is plugged: " + next.text(),
              () -> Files.exists(Path.of(control())) && next.process().isAlive());
          int descriptors = descriptors(next);
          held = i == 1 ? descriptors : held;
          assertTrue(descriptors <= held + 4, descriptors + " descriptors, at first " + held);
        }
        traffic.end();
        System.out.printf(
            "%d hand-overs between processes, %d frames to the host, %d to the guest, none lost;"
                + " longest without one %.1f ms%n%s",
            HAND_OVERS,
            traffic.toHost().received(),
            traffic.toGuest().received(),
            Math.max(traffic.toHost().longestMillis(), traffic.toGuest().longestMillis()),
            serving.text());
        assertTrue(frontend.getFeatures() != 0, "the frontend was cut off");
      }
      assertEquals(0, serving.terminate(), serving.text());
      assertTrue(Files.notExists(path), "the last one unplugs");
      assertTrue(Files.notExists(Path.of(socket)));
    } finally {
      serving.close();
    }
  }

  private static int descriptors(ServeProcess process) {
    return Path.of("/proc/" + process.process().pid() + "/fd").toFile().list().length;
  }

  private String control() {
    return folder.resolve("control").toString();
  }
}
