package io.fastvif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fastvif.config.HostConfiguration;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.io.TempDir;

/** Open vSwitch's database when it is first asked, by several threads at once. */
class OvsAskedAtFirstTest {
  @TempDir Path folder;

  private static void signal(String name, long pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor());
  }

  private static Thread ask(VifHost host, List<Boolean> known) {
    return Thread.ofPlatform().start(() -> known.add(host.snapshotWithOvs().ovs().isKnown()));
  }

  private static void awaitWaiting(Thread thread) throws Exception {
    Await.until(
        "it waits, or has ended",
        () ->
            thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TERMINATED);
  }

  @KernelTest
  void whoeverAsksWhileItIsWaitedForWaitsToo() throws Exception {
    try (OvsHost ovs = OvsHost.database(folder.resolve("ovs"), OvsHost.SCHEMA)) {
      HostConfiguration configuration =
          HostConfiguration.builder(Map.of()).option("ovs.ovsdb_connection", ovs.address()).build();
      signal("STOP", ovs.databasePid());
      List<Boolean> known = new CopyOnWriteArrayList<>();
      try (VifHost host = VifHost.open(VifHostOptions.of(configuration))) {
        Thread one = ask(host, known);
        awaitWaiting(one);
        Thread two = ask(host, known);
        awaitWaiting(two);
        signal("CONT", ovs.databasePid());
        one.join();
        two.join();
      } finally {
        signal("CONT", ovs.databasePid());
      }
      assertEquals(List.of(true, true), known);
    }
  }

  @KernelTest
  void oneThatIsAwayIsWaitedForOnce() throws Exception {
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of())
            .option("ovs.ovsdb_connection", "unix:" + folder.resolve("none"))
            .build();
    try (VifHost host = VifHost.open(VifHostOptions.of(configuration))) {
      assertFalse(host.snapshotWithOvs().ovs().isKnown());
      long begin = System.nanoTime();
      for (int i = 0; i < 100; i++) {
        assertFalse(host.snapshotWithOvs().ovs().isKnown());
      }
      long millis = (System.nanoTime() - begin) / 1_000_000;
      assertFalse(millis > 60_000, () -> "waited again: " + millis + " ms");
    }
  }
}
