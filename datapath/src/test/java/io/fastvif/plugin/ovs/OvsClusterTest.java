package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.ovsdb.OvsdbRemotes;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsdbCluster;
import io.fastvif.vif.Vif;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * Databases that are a raft cluster, or behind a relay: every time limit holds, whatever the
 * servers do, and what is answered is what the database has.
 */
class OvsClusterTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** The limit once for the snapshot, once for the change, and for a machine that is busy. */
  private static final long MAX_SECONDS = 60;

  @TempDir Path folder;

  private static PlugEngine engine(String servers, Duration limit) {
    return PlugEngine.builder()
        .ovs(new OvsSettings(OvsdbRemotes.parse(servers), null, limit))
        .build()
        .start();
  }

  private static List<CompletableFuture<PlugResult>> plug(PlugEngine engine, int first, int count) {
    HostSnapshot host = engine.snapshot();
    VifPlugins plugins = VifPlugins.installed(Map.of("ovs.default_qos_type", ""));
    List<CompletableFuture<PlugResult>> stages = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      Vif vif = OvsVifs.created(i);
      PlugPlan plan = plugins.of(vif).plug(vif, OvsTestBed.INSTANCE, host);
      stages.add(engine.submit(plan).orElseThrow().toCompletableFuture());
    }
    return stages;
  }

  private static PlugResult plug(String servers, Duration limit, int number) throws Exception {
    try (PlugEngine engine = engine(servers, limit)) {
      return plug(engine, number, 1).getFirst().get(120, TimeUnit.SECONDS);
    }
  }

  private static void succeed(Outcome expected, PlugResult result) {
    assertNull(result.failure(), () -> result.failure().message());
    assertEquals(expected, result.outcome());
  }

  /** Fails within the limit, and says why. */
  private static PlugResult failInTime(String servers, int number, String why) throws Exception {
    long begin = System.nanoTime();
    PlugResult result = plug(servers, LIMIT, number);
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(seconds < MAX_SECONDS, seconds + " s");
    assertTrue(result.failure().message().contains(why), result.failure()::message);
    return result;
  }

  private static void failUnknown(String servers, int number) throws Exception {
    PlugResult result = failInTime(servers, number, "whether it was done is not known");
    String left = result.failure().leftBehind().getFirst();
    assertTrue(left.startsWith("perhaps") && left.contains("add-port br-int tap"), left);
  }

  private static List<String> ports(OvsdbCluster servers, int number) throws Exception {
    return servers.vsctl(number, "list-ports br-int").lines().sorted().toList();
  }

  @KernelTest
  void aRelayWhoseDatabaseIsAwayAnswersInTheTimeGiven() throws Exception {
    try (OvsdbCluster servers = OvsdbCluster.relay(folder)) {
      String relay = servers.address(1);
      succeed(Outcome.PLUGGED, plug(relay, LONG, 1));
      assertEquals(List.of("tap1"), ports(servers, 0));
      servers.signal(0, "STOP");
      failUnknown(relay, 2);
      servers.signal(0, "CONT");
      // What was unknown is finished, or was done.
      plug(relay, LONG, 2);
      assertEquals(List.of("tap1", "tap2"), ports(servers, 0));
      servers.kill(0);
      failUnknown(relay, 3);
      servers.start(0);
      assertNull(plug(relay, LONG, 3).failure());
      assertEquals(List.of("tap1", "tap2", "tap3"), ports(servers, 0));
    }
  }

  @KernelTest
  void oneOfAClusterThatIsNotItsLeaderIsNotAsked() throws Exception {
    try (OvsdbCluster servers = OvsdbCluster.raft(folder, 3)) {
      failInTime(servers.address(1), 1, "is not the leader of its cluster");
      succeed(Outcome.PLUGGED, plug(servers.addresses(1, 2, 0), LONG, 1));
      assertEquals(List.of("tap1"), ports(servers, 0));
      // A server that takes connections and says nothing does not use up the time of the others.
      servers.signal(1, "STOP");
      succeed(
          Outcome.PLUGGED,
          plug("unix:" + folder.resolve("none") + "," + servers.addresses(1, 0), LONG, 2));
      servers.signal(1, "CONT");
      String other = "cid:00000000-0000-4000-8000-000000000000,";
      failInTime(other + servers.address(0), 3, "no database Open_vSwitch of the cluster 0000");
    }
  }

  @KernelTest
  void theLeaderChangesInTheMiddle() throws Exception {
    try (OvsdbCluster servers = OvsdbCluster.raft(folder, 3);
        PlugEngine engine = engine(servers.addresses(0, 1, 2), LONG)) {
      List<CompletableFuture<PlugResult>> stages = new ArrayList<>(plug(engine, 1, 50));
      for (int round = 1; round <= 3; round++) {
        stages.getLast().get(120, TimeUnit.SECONDS);
        stages.addAll(plug(engine, 1 + 100 * round, 50));
        int leader = servers.leader();
        if (round == 2) {
          servers.end(leader);
        } else {
          servers.kill(leader);
        }
        stages.addAll(plug(engine, 51 + 100 * round, 50));
        for (CompletableFuture<PlugResult> stage : stages) {
          assertNull(stage.get(120, TimeUnit.SECONDS).failure(), () -> "" + stage.join().failure());
        }
        servers.start(leader);
        Await.until("a leader", () -> servers.leader() >= 0);
      }
      assertEquals(350, ports(servers, servers.leader()).size());
    }
  }

  @KernelTest
  void aClusterWithoutQuorumAnswersInTheTimeGiven() throws Exception {
    try (OvsdbCluster servers = OvsdbCluster.raft(folder, 3)) {
      String all = servers.addresses(0, 1, 2);
      succeed(Outcome.PLUGGED, plug(all, LONG, 1));
      servers.kill(1);
      servers.kill(2);
      // The leader does not know yet that it is alone, and takes the change.
      PlugResult first = failInTime(all, 2, "");
      assertEquals(Outcome.FAILED, first.outcome());
      Await.until("the leader to know", () -> servers.leader() < 0);
      failInTime(all, 3, "unix:");
      servers.start(1);
      assertNull(plug(all, LONG, 2).failure());
      assertNull(plug(all, LONG, 3).failure());
      assertEquals(List.of("tap1", "tap2", "tap3"), ports(servers, servers.leader()));
    }
  }
}
