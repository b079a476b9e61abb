package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.side.Worker;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.PciAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that cannot be started, as where the system has no more: every operation is answered. */
@Timeout(240)
class RefusedThreadsTest {
  private static final int OPERATIONS = 300;

  /** The JDK's word for it, whatever the system's limit. */
  private static OutOfMemoryError noThread() {
    return new OutOfMemoryError("unable to create native thread");
  }

  /** Refuses more threads than that at a time. */
  private static ThreadFactory atMost(int limit) {
    AtomicInteger alive = new AtomicInteger();
    return work -> {
      if (alive.incrementAndGet() > limit) {
        alive.decrementAndGet();
        throw noThread();
      }
      return Thread.ofPlatform()
          .daemon()
          .unstarted(
              () -> {
                try {
                  work.run();
                } catch (AssertionError | OutOfMemoryError intended) {
                  // the test's own, and what came of it
                } finally {
                  alive.decrementAndGet();
                }
              });
    };
  }

  @Test
  void aThreadThatEndsByAnErrorDoesTheRestWhereNoOtherCanBeStarted() throws Exception {
    ThreadPoolExecutor pool = PoolThreads.pool(1, 1, TimeUnit.SECONDS, atMost(1));
    CountDownLatch queued = new CountDownLatch(1);
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    pool.execute(
        () -> {
          try {
            queued.await();
          } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
          }
          throw new AssertionError("intended");
        });
    pool.execute(() -> done.complete(true));
    queued.countDown();
    assertTrue(done.get(60, TimeUnit.SECONDS));
    pool.shutdown();
  }

  @Test
  void aWorkerOfAGroupWithoutAThreadWorksOnItsCallers() throws Exception {
    GroupThreads threads = new GroupThreads("none", prefix -> atMost(0));
    AtomicInteger done = new AtomicInteger();
    try (Netns here = Netns.current();
        Worker worker = threads.of(here).worker("deletions-1", done::incrementAndGet)) {
      worker.begin();
      assertEquals(1, done.get());
    }
    threads.close();
  }

  private static PlugPlan plan(int number) {
    PlugPlan tap = TestPlans.tap("vif" + number, "tap" + number, 1450);
    List<PlannedStep> steps = new ArrayList<>(tap.steps());
    PciAddress device = PciAddress.parse("0000:01:10.0");
    steps.addFirst(
        PlannedStep.own(
            new DeviceStep.BindDriver(device, "vfio-pci", null),
            new DeviceStep.BindDriver(device, "igbvf", null)));
    return new PlugPlan(
        tap.vifId(), tap.name(), Action.PLUG, tap.devices(), null, steps, List.of());
  }

  private static void everyOneIsAnswered(PlugEngineBuilder builder, int minDone) throws Exception {
    FakeKernel kernel = new FakeKernel();
    int done = 0;
    try (PlugEngine engine =
        builder.transport(() -> kernel).errorHandler(thrown -> {}).build().start()) {
      for (int i = 0; i < OPERATIONS; i++) {
        PlugResult result =
            engine.submit(plan(i)).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
        if (result.outcome() == Outcome.FAILED) {
          String why = result.failure().message();
          assertTrue(why.contains("unable to create native thread"), why);
          assertEquals(List.of(), result.failure().leftBehind());
        } else {
          done++;
        }
      }
      assertEquals(done, kernel.links.size());
    }
    assertTrue(done >= minDone, "done: " + done);
  }

  @Test
  void slowStepsOfAGroupThatMayHaveNoThreadFail() throws Exception {
    try (EngineGroup group = EngineGroup.open("none", 1, prefix -> atMost(0))) {
      everyOneIsAnswered(PlugEngine.builder().group(group), 0);
    }
  }

  @Test
  void slowStepsOfAGroupThatMayHaveOneThreadAreDone() throws Exception {
    try (EngineGroup group = EngineGroup.open("one", 1, prefix -> atMost(1))) {
      everyOneIsAnswered(PlugEngine.builder().group(group), OPERATIONS);
    }
  }

  @Test
  void slowStepsOfAGroupWithAThreadNowAndThenAreDoneThen() throws Exception {
    Random random = new Random(7);
    ThreadFactory plain = GroupThreads.daemons("now-and-then-");
    ThreadFactory unreliable =
        work -> {
          if (random.nextInt(10) > 0) {
            throw noThread();
          }
          return plain.newThread(work);
        };
    try (EngineGroup group = EngineGroup.open("some", 1, prefix -> unreliable)) {
      everyOneIsAnswered(PlugEngine.builder().group(group), 1);
    }
  }
}
