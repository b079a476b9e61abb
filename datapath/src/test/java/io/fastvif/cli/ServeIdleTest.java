package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.json.VersionedObjectWriter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** How often the threads of {@code vhost-user serve} wake while nothing can happen. */
class ServeIdleTest {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int WINDOW_SECONDS = 5;

  /**
   * The JVM's own, whose names Linux cuts: a compiler's thread looks for work every five seconds.
   */
  private static final String JVM_THREADS = "C1 .*|C2 .*|VM .*|Thread-.*|java";

  private static final int OF_THE_JVM = 12;

  @TempDir Path folder;

  /** How often each thread has waited for something. */
  private static Map<String, Long> waits(long pid) throws IOException {
    Map<String, Long> waits = new TreeMap<>();
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          for (String line : Files.readAllLines(task.resolve("status"))) {
            if (line.startsWith("voluntary_ctxt_switches:")) {
              waits.put(
                  name + " " + task.getFileName(),
                  Long.parseLong(line.substring(line.indexOf(':') + 1).strip()));
            }
          }
        } catch (IOException ended) {
          if (Files.exists(task)) {
            throw ended;
          }
        }
      }
    }
    return waits;
  }

  /** What each thread has done more in the window, if anything. */
  private static Map<String, Long> awake(long pid) throws Exception {
    Map<String, Long> before = waits(pid);
    TimeUnit.SECONDS.sleep(WINDOW_SECONDS);
    Map<String, Long> more = new TreeMap<>();
    waits(pid)
        .forEach(
            (thread, count) -> {
              long of = count - before.getOrDefault(thread, 0L);
              if (of > 0) {
                more.put(thread, of);
              }
            });
    return more;
  }

  private static void assertQuiet(ServeProcess serve) throws Exception {
    long pid = serve.process().pid();
    Map<String, Long> last = new TreeMap<>();
    // What was begun, such as compiling, comes to its end.
    Await.until(
        "no thread of fastvif wakes",
        () -> {
          last.clear();
          last.putAll(awake(pid));
          return last.keySet().stream()
              .allMatch(thread -> thread.replaceFirst(" [0-9]+$", "").matches(JVM_THREADS));
        });
    long jvm = last.values().stream().mapToLong(Long::longValue).sum();
    assertTrue(jvm <= OF_THE_JVM, last::toString);
  }

  private ServeProcess serve(int ports) throws Exception {
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < ports; i++) {
      json.append(i > 0 ? "," : "")
          .append(
              VersionedObjectWriter.write(FastPathVifs.bridged(folder, i, VhostUserMode.CLIENT)));
    }
    Path vifs = Files.writeString(folder.resolve("vifs.json"), json.append(']'));
    ServeProcess serve = ServeProcess.start(folder, "serve", vifs, "--interval", "0");
    Await.until(
        "the last socket",
        () -> Files.exists(FastPathVifs.socket(folder, ports - 1)) || !serve.process().isAlive());
    assertTrue(serve.process().isAlive(), serve.text());
    // Nothing comes from the host: the taps would get the kernel's own frames.
    Peer.require("ip", "iproute2").run("link set br-fp down");
    return serve;
  }

  @KernelTest
  void aPortWakesNobodyBeforeWhileAndAfterAGuestIsThere() throws Exception {
    try (ServeProcess serve = serve(1)) {
      assertQuiet(serve);
      try (VhostUserFrontend frontend =
              VhostUserFrontend.connect(
                  FastPathVifs.socket(folder, 0).toString(), PATIENCE_MILLIS);
          FrontendGuest guest = new FrontendGuest(frontend, VirtioFeatures.VERSION_1)) {
        assertTrue(guest.send(new byte[64]));
        assertQuiet(serve);
      }
      assertQuiet(serve);
      assertEquals(Fastvif.DONE, serve.terminate(), serve.text());
    }
  }

  @KernelTest
  void fiveHundredPortsWakeNobody() throws Exception {
    try (ServeProcess serve = serve(500)) {
      assertQuiet(serve);
      assertEquals(Fastvif.DONE, serve.terminate(), serve.text());
    }
  }
}
