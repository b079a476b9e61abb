package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.ovsdb.OvsdbProxy;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/**
 * VIFs that are ready together share transactions: what makes them fast, counted. How fast they are
 * beside os-vif and ovs-vsctl is measured by {@code bench --ovs}.
 */
class OvsBatchingTest {
  /** As many as os-vif would take transactions for, and more. */
  private static final int VIFS = 100;

  private static final int MAX_TRANSACTIONS = VIFS / 10;
  private static final int SECONDS = 120;

  @TempDir Path folder;

  /** Until it is counted down, no transaction reaches the database: all are ready together. */
  private volatile CountDownLatch submitted = new CountDownLatch(0);

  private void all(
      Outcome expected, IntStream numbers, IntFunction<CompletableFuture<PlugResult>> operation)
      throws Exception {
    submitted = new CountDownLatch(1);
    List<CompletableFuture<PlugResult>> stages;
    try {
      stages = numbers.mapToObj(operation).toList();
    } finally {
      submitted.countDown();
    }
    for (CompletableFuture<PlugResult> stage : stages) {
      PlugResult result = stage.get(SECONDS, TimeUnit.SECONDS);
      assertEquals(
          expected,
          result.outcome(),
          () -> result.failure() == null ? "" : result.failure().message());
    }
  }

  private void areFew(IntFunction<Vif> make) throws Exception {
    AtomicInteger transactions = new AtomicInteger();
    try (OvsHost ovs = OvsHost.database(folder.resolve("ovs"), OvsHost.SCHEMA);
        OvsdbProxy proxy =
            new OvsdbProxy(
                folder.resolve("proxy.sock"),
                ovs.socket(),
                () -> {
                  transactions.incrementAndGet();
                  awaitSubmitted();
                  return OvsdbProxy.Fate.PASS;
                });
        VifHost host =
            VifHost.open(
                VifHostOptions.of(
                    HostConfiguration.builder(Map.of())
                        .option("ovs.ovsdb_connection", proxy.address())
                        .option("ovs.default_qos_type", "")
                        .build()))) {
      // The bridge stays with one port on it.
      Function<Integer, PlugRequest> request = number -> PlugRequest.of(make.apply(number));
      all(Outcome.PLUGGED, IntStream.of(VIFS), number -> host.plug(request.apply(number)));
      transactions.set(0);
      all(Outcome.PLUGGED, IntStream.range(0, VIFS), number -> host.plug(request.apply(number)));
      assertEquals(VIFS + 1, ovs.vsctl("--no-wait list-ports br-int").lines().count());
      isFew("plug", transactions.getAndSet(0));
      all(
          Outcome.UNPLUGGED,
          IntStream.range(0, VIFS),
          number -> host.unplug(request.apply(number)));
      assertEquals(1, ovs.vsctl("--no-wait list-ports br-int").lines().count());
      isFew("unplug", transactions.get());
    }
  }

  private void awaitSubmitted() {
    try {
      assertTrue(submitted.await(SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static void isFew(String what, int count) {
    assertTrue(count >= 1, what + " goes through the proxy");
    assertTrue(count <= MAX_TRANSACTIONS, what + ": " + count + " transactions");
  }

  @KernelTest
  void hybridVifsShareTransactions() throws Exception {
    areFew(OvsVifs::hybrid);
  }

  @KernelTest
  void createdPortsShareTransactions() throws Exception {
    areFew(OvsVifs::created);
  }

  @KernelTest
  void vhostUserPortsShareTransactions() throws Exception {
    areFew(
        number -> OvsVifs.vhostUser(number, VhostUserMode.SERVER, OvsVifs.profile(number).build()));
  }
}
