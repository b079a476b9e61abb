package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.plan.BridgeKeeping;
import io.fastvif.plan.PlugPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;

/** An executor on a fake kernel, for a test to extend. */
abstract class ExecutorFixture {
  private static final long BOUND_SECONDS = 60;

  final FakeKernel kernel = new FakeKernel();
  final List<Throwable> errors = new ArrayList<>();
  final BatchExecutor executor = newExecutor();

  /** What became of the plans that were added, by their VIFs' ids. */
  final Map<String, Outcome> outcomes = new LinkedHashMap<>();

  final Map<String, PlugFailure> failures = new LinkedHashMap<>();

  /** One more executor on the same kernel. */
  final BatchExecutor newExecutor() {
    return new BatchExecutor(
        kernel,
        kernel,
        OvsTransport.none("none"),
        new NoVhostUserPorts(),
        64,
        BridgeKeeping.NONE,
        errors::add,
        () -> {},
        new EngineCounters(),
        new OwnThreads(""));
  }

  @AfterEach
  void closeExecutor() {
    executor.close();
    assertEquals(0, kernel.openExchanges.get());
  }

  final boolean add(PlugPlan plan) {
    return add(executor, plan);
  }

  final boolean add(BatchExecutor to, PlugPlan plan) {
    return to.add(
        new PlugOperation() {
          @Override
          public PlugPlan plan() {
            return plan;
          }

          @Override
          public void completed(Outcome outcome, PlugFailure failure) {
            assertNull(outcomes.put(plan.vifId(), outcome), "completed twice");
            failures.put(plan.vifId(), failure);
          }
        });
  }

  /** Works until nothing is under way. */
  final void execute() {
    workUntil(executor::isIdle);
  }

  final void workUntil(BooleanSupplier reached) {
    workUntil(executor, reached);
  }

  static void workUntil(BatchExecutor executor, BooleanSupplier reached) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!reached.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "the executor does not get on");
      if (executor.work() == 0) {
        Thread.onSpinWait();
      }
    }
  }

  static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(BOUND_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
