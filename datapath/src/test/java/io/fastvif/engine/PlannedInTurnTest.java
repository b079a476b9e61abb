package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlanClaims;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Operations that are planned when the one before them on the same VIF has ended. */
class PlannedInTurnTest {
  private static final int SECONDS = 120;
  private static final int VIFS = 50;
  private static final int THREADS = 8;
  private static final int OPERATIONS = 10_000;
  private static final long QUEUE_FULL_NANOS = 50_000;

  private final VifPlugins plugins =
      VifPlugins.installed(Map.of("linux_bridge.create_port", "tap"));

  private static VifBridge vif(int number, String name) {
    return vif(number, name, 1450);
  }

  private static VifBridge vif(int number, String name, int mtu) {
    return VifBridge.builder()
        .id(new UUID((long) number << 32, number).toString())
        .address(new MacAddress(0xfa163e000000L + number))
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName(name)
        .bridgeName("br" + number % 3)
        .network(Network.builder().shouldProvideBridge(true).mtu(mtu).build())
        .build();
  }

  private static VifBridge vif(int number) {
    return vif(number, "tap" + number);
  }

  private PlugPlan plan(Action action, VifBridge vif, HostSnapshot host, PlanClaims claims) {
    if (action == Action.UNPLUG) {
      return plugins.of(vif).unplug(vif, null, host);
    }
    PlugPlan plan = plugins.of(vif).plug(vif, null, host);
    claims.add(vif, plan);
    return plan;
  }

  private CompletableFuture<PlugResult> submit(PlugEngine engine, Action action, VifBridge vif) {
    return engine
        .submit(vif.id().get(), (host, claims) -> plan(action, vif, host, claims))
        .orElseThrow()
        .toCompletableFuture();
  }

  private static Outcome outcome(CompletableFuture<PlugResult> result) throws Exception {
    return result.get(SECONDS, TimeUnit.SECONDS).outcome();
  }

  private static PlugEngine engine() {
    return PlugEngine.builder().monitorHost().build().start();
  }

  @KernelTest
  void unplugAndThenPlugLeavesTheLink() throws Exception {
    try (PlugEngine engine = engine()) {
      assertEquals(Outcome.PLUGGED, outcome(submit(engine, Action.PLUG, vif(0))));
      CompletableFuture<PlugResult> unplugged = submit(engine, Action.UNPLUG, vif(0));
      CompletableFuture<PlugResult> plugged = submit(engine, Action.PLUG, vif(0));
      assertEquals(Outcome.UNPLUGGED, outcome(unplugged));
      assertEquals(Outcome.PLUGGED, outcome(plugged));
      assertTrue(engine.snapshot().link("tap0").isPresent());
    }
  }

  @KernelTest
  void plugAndThenUnplugLeavesNoLink() throws Exception {
    try (PlugEngine engine = engine()) {
      CompletableFuture<PlugResult> plugged = submit(engine, Action.PLUG, vif(0));
      CompletableFuture<PlugResult> unplugged = submit(engine, Action.UNPLUG, vif(0));
      assertEquals(Outcome.PLUGGED, outcome(plugged));
      assertEquals(Outcome.UNPLUGGED, outcome(unplugged));
      assertTrue(engine.snapshot().link("tap0").isEmpty());
    }
  }

  @KernelTest
  void whatCannotBePlannedFailsAlone() throws Exception {
    List<Throwable> errors = new ArrayList<>();
    try (PlugEngine engine =
        PlugEngine.builder().monitorHost().errorHandler(errors::add).build().start()) {
      CompletableFuture<PlugResult> good = submit(engine, Action.PLUG, vif(0));
      CompletableFuture<PlugResult> wrong = submit(engine, Action.PLUG, vif(1, "tap1", 1));
      CompletableFuture<PlugResult> broken =
          engine
              .submit(
                  "broken",
                  (host, claims) -> {
                    throw new StackOverflowError("of a plugin");
                  })
              .orElseThrow()
              .toCompletableFuture();
      assertEquals(Outcome.PLUGGED, outcome(good));
      PlugResult refused = wrong.get(SECONDS, TimeUnit.SECONDS);
      assertEquals(Outcome.FAILED, refused.outcome());
      assertNull(refused.plan());
      assertEquals(vif(1).id().get(), refused.vifId());
      InvalidInputException reason = refused.failure().wrongInput();
      assertEquals("network.mtu", reason.path());
      assertTrue(refused.failure().message().endsWith(": plan: " + reason.getMessage()));
      assertEquals(Outcome.FAILED, outcome(broken));
      assertEquals(
          "VIF broken: plan: an error of fastvif's own: java.lang.StackOverflowError: of a plugin",
          broken.join().failure().message());
      assertEquals(1, errors.size());
    }
  }

  /** Whether they are planned together, or one while the other is under way. */
  @KernelTest
  void twoThatWantTheSameNameAreToldApart() throws Exception {
    try (PlugEngine engine = engine()) {
      for (int round = 0; round < 20; round++) {
        List<CompletableFuture<PlugResult>> results = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          results.add(submit(engine, Action.PLUG, vif(i, "same")));
        }
        int plugged = 0;
        for (CompletableFuture<PlugResult> result : results) {
          if (outcome(result) == Outcome.PLUGGED) {
            plugged++;
          } else {
            assertEquals("vif_name", result.join().failure().wrongInput().path());
          }
        }
        assertEquals(1, plugged);
        for (int i = 0; i < 4; i++) {
          submit(engine, Action.UNPLUG, vif(i, "same")).get(SECONDS, TimeUnit.SECONDS);
        }
        assertTrue(engine.snapshot().link("same").isEmpty());
      }
    }
  }

  /** A random operation, and what it leaves its VIF as. */
  private final class Operation implements PlugOperation {
    private final VifBridge vif;
    private final Action action;
    private final Action[] last;
    private final int number;
    private final List<PlugFailure> failures;
    private final CountDownLatch left;

    Operation(
        int number, Action action, Action[] last, List<PlugFailure> failures, CountDownLatch left) {
      this.number = number;
      this.action = action;
      this.last = last;
      this.failures = failures;
      this.left = left;
      vif = vif(number);
    }

    @Override
    public String vifId() {
      return vif.id().get();
    }

    @Override
    public PlugPlan plan() {
      return null;
    }

    @Override
    public PlugPlan plan(HostSnapshot host, PlanClaims claims) {
      return PlannedInTurnTest.this.plan(action, vif, host, claims);
    }

    @Override
    public void completed(Outcome outcome, PlugFailure failure) {
      if (failure == null) {
        last[number] = action;
      } else {
        failures.add(failure);
      }
      left.countDown();
    }
  }

  @KernelTest
  void theLastAcknowledgedStateIsTheKernels() throws Exception {
    Action[] last = new Action[VIFS];
    List<PlugFailure> failures = new ArrayList<>();
    CountDownLatch left = new CountDownLatch(OPERATIONS);
    try (PlugEngine engine = engine()) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        Random random = new Random(t);
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < OPERATIONS / THREADS; i++) {
                        int number = random.nextInt(VIFS);
                        Action action = random.nextBoolean() ? Action.PLUG : Action.UNPLUG;
                        Operation operation = new Operation(number, action, last, failures, left);
                        while (!engine.offer(operation)) {
                          LockSupport.parkNanos(QUEUE_FULL_NANOS);
                        }
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertTrue(left.await(SECONDS, TimeUnit.SECONDS));
      assertEquals(List.of(), failures);
      HostSnapshot host = engine.snapshot();
      for (int i = 0; i < VIFS; i++) {
        assertNotNull(last[i]);
        assertEquals(last[i] == Action.PLUG, host.link("tap" + i).isPresent(), "tap" + i);
      }
    }
  }
}
