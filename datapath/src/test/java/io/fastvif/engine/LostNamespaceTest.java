package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.bindings.linux.arch_h;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An engine whose thread may not enter its namespace any more: the process has dropped a right. */
class LostNamespaceTest {
  private static final int SECONDS = 60;

  @KernelTest
  void everyOperationIsAnsweredAndWhatIsLeftIsNamed() throws Exception {
    assertTrue(FaultyProcess.run(Losing.class).contains("done"));
  }

  private record Waiting(CountDownLatch begun, CountDownLatch mayGoOn) implements PluginStep {
    @Override
    public boolean perform() throws IOException {
      begun.countDown();
      try {
        return mayGoOn.await(SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        throw new IOException(interrupted);
      }
    }

    @Override
    public boolean undo() {
      return true;
    }

    @Override
    public String toString() {
      return "wait";
    }
  }

  /** Runs in a child. */
  static final class Losing {
    private static PlugEngine engine(EngineGroup group, Netns namespace) {
      FakeKernel kernel = new FakeKernel();
      return PlugEngine.builder()
          .group(group)
          .namespace(namespace)
          .transport(() -> kernel)
          .errorHandler(thrown -> {})
          .build()
          .start();
    }

    private static CompletableFuture<PlugResult> submit(PlugEngine engine, PlugPlan plan) {
      return engine.submit(plan).orElseThrow().toCompletableFuture();
    }

    /** Runs the engines, or ends one. */
    private static boolean isEngines(String thread) {
      return thread.startsWith("fastvif-lost-1") || thread.endsWith("-ending");
    }

    public static void main(String[] arguments) throws Exception {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch mayGoOn = new CountDownLatch(1);
      try (Netns first = Netns.createPrivate();
          Netns second = Netns.createPrivate();
          EngineGroup group = EngineGroup.open("lost")) {
        PlugEngine one = engine(group, first);
        PlugEngine two = engine(group, second);
        PlugPlan tap = TestPlans.tap("vif", "tap1", 1450);
        List<PlannedStep> steps = new ArrayList<>(tap.steps());
        steps.add(PlannedStep.own(new Waiting(begun, mayGoOn), null));
        List<CompletableFuture<PlugResult>> results = new ArrayList<>();
        results.add(
            submit(
                one, new PlugPlan("vif", "tap1", Action.PLUG, List.of(), null, steps, List.of())));
        assertTrue(begun.await(SECONDS, TimeUnit.SECONDS));
        results.add(submit(one, TestPlans.tap("vif", "tap1", 1450))); // behind the other
        submit(two, TestPlans.tap("vif", "tap1", 1450)).get(SECONDS, TimeUnit.SECONDS);
        SystemCallFaults.install(
            (number, a, b) ->
                number == arch_h.__NR_setns && isEngines(Thread.currentThread().getName())
                    ? Errno.EPERM
                    : 0);
        try {
          results.add(submit(one, TestPlans.tap("another", "tap2", 1450)));
          for (CompletableFuture<PlugResult> result : results) {
            assertEquals(Outcome.FAILED, result.get(SECONDS, TimeUnit.SECONDS).outcome());
          }
          assertTrue(one.close(Duration.ofSeconds(SECONDS)));
        } finally {
          SystemCallFaults.remove();
          mayGoOn.countDown();
        }
        PlugFailure failure = results.getFirst().get().failure();
        assertEquals(Errno.EPERM, failure.errno());
        assertEquals("wait", failure.step());
        assertTrue(failure.leftBehind().toString().contains("tap1"), failure::message);
        assertEquals(
            Outcome.PLUGGED,
            submit(two, TestPlans.tap("another", "tap2", 1450))
                .get(SECONDS, TimeUnit.SECONDS)
                .outcome());
      }
      System.out.println("done");
    }
  }
}
