package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.ovs.OvsPlanUnderWay;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.plan.Action;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.testing.Allocations;
import io.fastvif.testing.Await;
import io.fastvif.trace.Tracing;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Engines that share a group's threads, each on a kernel of its own that is a fake. */
@Timeout(240)
class EngineGroupTest {
  private static final int ENGINES = 100;
  private static final int SECONDS = 60;

  private static CompletableFuture<PlugResult> submit(PlugEngine engine, String vif) {
    return engine
        .submit(TestPlans.tap(vif, "tap-" + vif, 1450))
        .orElseThrow()
        .toCompletableFuture();
  }

  private static PlugEngine engine(EngineGroup group, FakeKernel kernel) {
    return PlugEngine.builder().group(group).transport(() -> kernel).build();
  }

  private static Outcome outcome(CompletableFuture<PlugResult> result) throws Exception {
    return result.get(SECONDS, TimeUnit.SECONDS).outcome();
  }

  @Test
  void manyEnginesWorkOnOneThread() throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    try (EngineGroup group = EngineGroup.open("many")) {
      List<PlugEngine> engines = new ArrayList<>();
      List<FakeKernel> kernels = new ArrayList<>();
      for (int i = 0; i < ENGINES; i++) {
        FakeKernel kernel = new FakeKernel();
        kernels.add(kernel);
        engines.add(
            PlugEngine.builder()
                .group(group)
                .transport(
                    () -> {
                      threads.add(Thread.currentThread());
                      return kernel;
                    })
                .build()
                .start());
      }
      assertEquals(ENGINES, group.size());
      List<CompletableFuture<PlugResult>> results = new ArrayList<>();
      for (int i = 0; i < ENGINES; i++) {
        results.add(submit(engines.get(i), "vif" + i));
      }
      for (int i = 0; i < ENGINES; i++) {
        assertEquals(Outcome.PLUGGED, outcome(results.get(i)));
        assertTrue(kernels.get(i).links.containsKey("tap-vif" + i));
      }
      assertEquals(1, threads.stream().distinct().count());
      assertEquals("fastvif-many-1", threads.getFirst().getName());
      engines.getFirst().close();
      assertEquals(ENGINES - 1, group.size());
      assertEquals(Outcome.PLUGGED, outcome(submit(engines.getLast(), "another")));
    }
    assertFalse(threads.getFirst().isAlive());
  }

  @Test
  void aGroupThatIsClosedClosesItsEnginesAndTakesNoMore() throws Exception {
    EngineGroup group = EngineGroup.open("closing", 2);
    PlugEngine one = engine(group, new FakeKernel()).start();
    PlugEngine two = engine(group, new FakeKernel()).start();
    PlugEngine never = engine(group, new FakeKernel());
    CompletableFuture<PlugResult> begun = submit(one, "vif");
    assertTrue(group.close(Duration.ofSeconds(SECONDS)));
    assertEquals(Outcome.PLUGGED, outcome(begun));
    assertThrows(IllegalStateException.class, () -> submit(two, "vif"));
    assertThrows(IllegalStateException.class, never::start);
    assertEquals(0, group.size());
    assertTrue(one.close(Duration.ofMinutes(1)));
    assertTrue(group.close(Duration.ofMinutes(1)));
  }

  @Test
  void anEngineOfAGroupHasNoOtherThread() {
    try (EngineGroup group = EngineGroup.open("own")) {
      PlugEngine engine = engine(group, new FakeKernel());
      assertThrows(IllegalStateException.class, engine::onStart);
      assertThrows(IllegalStateException.class, () -> engine.start(new BusySpinIdleStrategy()));
      assertTrue(engine.close(Duration.ofMinutes(1)));
    }
  }

  @Test
  void whatIsOfferedBeforeTheStartIsDoneThen() throws Exception {
    try (EngineGroup group = EngineGroup.open("early")) {
      PlugEngine engine = engine(group, new FakeKernel());
      CompletableFuture<PlugResult> early = submit(engine, "vif");
      engine.start();
      assertEquals(Outcome.PLUGGED, outcome(early));
    }
  }

  @Test
  void anEngineThatIsWokenWhileItStartsIsOpenedWhenItHasItsNamespace() throws Exception {
    List<String> namespaces = new CopyOnWriteArrayList<>();
    try (EngineGroup group = EngineGroup.open("starting")) {
      for (int i = 0; i < ENGINES; i++) {
        FakeKernel kernel = new FakeKernel();
        PlugEngine engine =
            PlugEngine.builder()
                .group(group)
                .transport(
                    () -> {
                      namespaces.add(Tracing.namespace());
                      return kernel;
                    })
                .build();
        CountDownLatch waking = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        Thread other =
            new Thread(
                () -> {
                  waking.countDown();
                  while (started.getCount() > 0) {
                    engine.wake();
                  }
                });
        other.start();
        try {
          assertTrue(waking.await(SECONDS, TimeUnit.SECONDS));
          engine.start();
        } finally {
          started.countDown();
          other.join();
        }
        engine.close();
      }
    }
    assertEquals(ENGINES, namespaces.size());
    assertFalse(namespaces.contains("not opened"), namespaces::toString);
  }

  @Test
  void enginesThatWereNeverStartedDoNotCountAsAThreadsLoad() throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    try (EngineGroup group = EngineGroup.open("load", 2)) {
      for (int i = 0; i < 2; i++) {
        FakeKernel kernel = new FakeKernel();
        PlugEngine.builder()
            .group(group)
            .transport(
                () -> {
                  threads.add(Thread.currentThread());
                  return kernel;
                })
            .build()
            .start();
        assertTrue(engine(group, new FakeKernel()).close(Duration.ofMinutes(1)));
      }
      assertEquals(2, threads.stream().distinct().count());
    }
  }

  /** A step that waits until the test lets it go on. */
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
  }

  @Test
  void whatIsUnderWayWhenTheGroupsBoundHasPassedIsAnsweredAllTheSame() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    EngineGroup group = EngineGroup.open("late");
    PlugEngine engine = engine(group, new FakeKernel()).start();
    PlannedStep slow = PlannedStep.own(new Waiting(begun, mayGoOn), null);
    CompletableFuture<PlugResult> late =
        engine
            .submit(new PlugPlan("vif", "", Action.PLUG, List.of(), null, List.of(slow), List.of()))
            .orElseThrow()
            .toCompletableFuture();
    assertTrue(begun.await(SECONDS, TimeUnit.SECONDS));
    assertFalse(group.close(Duration.ofMillis(10)));
    mayGoOn.countDown();
    assertEquals(Outcome.PLUGGED, outcome(late));
    assertTrue(group.close(Duration.ofSeconds(SECONDS)));
    assertEquals(0, group.size());
  }

  @Test
  void anEngineThatCannotOpenEndsAlone() throws Exception {
    IllegalStateException refusal = new IllegalStateException("no socket");
    try (EngineGroup group = EngineGroup.open("refused")) {
      PlugEngine good = engine(group, new FakeKernel()).start();
      PlugEngine bad =
          PlugEngine.builder()
              .group(group)
              .transport(
                  () -> {
                    throw refusal;
                  })
              .build();
      CompletableFuture<PlugResult> queued = submit(bad, "vif");
      assertSame(refusal, assertThrows(IllegalStateException.class, bad::start));
      assertEquals(Outcome.FAILED, outcome(queued));
      assertEquals(1, group.size());
      assertEquals(Outcome.PLUGGED, outcome(submit(good, "vif")));
      assertTrue(bad.close(Duration.ofMinutes(1)));
    }
  }

  /** Open vSwitch's side of an engine, which throws when the engine asks whether to work. */
  private static final class BrokenOvs implements OvsTransport {
    private volatile boolean broken;

    @Override
    public void add(OvsPlanUnderWay plan, OvsStep step) {
      throw new AssertionError("nothing is asked of it");
    }

    @Override
    public int work(Answers answers) {
      return 0;
    }

    @Override
    public boolean isReady() {
      if (broken) {
        throw new LinkageError("broken");
      }
      return false;
    }

    @Override
    public OvsSnapshot snapshot() {
      return OvsSnapshot.UNKNOWN;
    }

    @Override
    public void close() {
      // nothing was opened
    }
  }

  @Test
  void anEngineThatThrowsAtEveryTurnEndsAloneAndIsNotWaitedFor() throws Exception {
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    CountDownLatch deleting = new CountDownLatch(1);
    CountDownLatch gracePeriod = new CountDownLatch(1);
    BrokenOvs ovs = new BrokenOvs();
    FakeKernel kernel = new FakeKernel();
    FakeKernel.Link link = kernel.add("tap0");
    kernel.beforeDeletion =
        () -> {
          deleting.countDown();
          ExecutorFixture.await(gracePeriod);
        };
    try (EngineGroup group = EngineGroup.open("broken")) {
      PlugEngine good = engine(group, new FakeKernel()).start();
      PlugEngine bad =
          PlugEngine.builder()
              .group(group)
              .transport(() -> kernel)
              .ovs(wake -> ovs)
              .errorHandler(errors::add)
              .build()
              .start();
      assertFalse(bad.snapshot().ovs().isKnown()); // it is opened by that
      CompletableFuture<PlugResult> deletion =
          bad.submit(TestPlans.delete("deleted", "tap0", link.index, link.group))
              .orElseThrow()
              .toCompletableFuture();
      assertTrue(deleting.await(SECONDS, TimeUnit.SECONDS));
      ovs.broken = true;
      bad.stopBeginning();
      Await.until("it throws", () -> errors.size() > 1);
      assertEquals(Outcome.PLUGGED, outcome(submit(good, "vif")), "while the other waits");
      assertFalse(deletion.isDone());
      assertEquals("broken", errors.getFirst().getMessage());
      gracePeriod.countDown();
      assertEquals(Outcome.UNPLUGGED, outcome(deletion));
      assertTrue(bad.close(Duration.ofSeconds(SECONDS)));
      assertTrue(kernel.closed);
      assertEquals(1, group.size());
      assertEquals(Outcome.PLUGGED, outcome(submit(good, "another")));
    } finally {
      gracePeriod.countDown();
    }
  }

  @Test
  void anEngineThatIsBusyLetsTheOthersHaveTheirTurns() throws Exception {
    try (EngineGroup group = EngineGroup.open("fair")) {
      PlugEngine busy = engine(group, new FakeKernel()).start();
      PlugEngine other = engine(group, new FakeKernel()).start();
      CountDownLatch stop = new CountDownLatch(1);
      CountDownLatch running = new CountDownLatch(1_000);
      again(busy, running, stop); // one operation after the other, each begun by the one before
      assertTrue(running.await(SECONDS, TimeUnit.SECONDS));
      assertEquals(Outcome.PLUGGED, outcome(submit(other, "vif")));
      assertEquals(1, stop.getCount());
      stop.countDown();
    }
  }

  private static void again(PlugEngine engine, CountDownLatch running, CountDownLatch stop) {
    PlugPlan nothing = new PlugPlan("vif", "", Action.PLUG, List.of(), null, List.of(), List.of());
    engine.offer(
        new PlugOperation() {
          @Override
          public PlugPlan plan() {
            return nothing;
          }

          @Override
          public void completed(Outcome outcome, PlugFailure failure) {
            running.countDown();
            if (stop.getCount() > 0 && outcome != Outcome.FAILED) {
              again(engine, running, stop);
            }
          }
        });
  }

  @Test
  void anOfferAllocatesNothing() {
    PlugPlan nothing = new PlugPlan("vif", "", Action.PLUG, List.of(), null, List.of(), List.of());
    PlugOperation request =
        new PlugOperation() {
          @Override
          public PlugPlan plan() {
            return nothing;
          }

          @Override
          public void completed(Outcome outcome, PlugFailure failure) {
            // nothing waits for it
          }
        };
    try (EngineGroup group = EngineGroup.open("offers")) {
      PlugEngine engine = engine(group, new FakeKernel()).start();
      Allocations.assertNone(() -> offer(engine, request), 1, 10_000);
    }
  }

  private static long offer(PlugEngine engine, PlugOperation request) {
    while (!engine.offer(request)) {
      Thread.onSpinWait();
    }
    return 1;
  }

  @Test
  void namesAndNumbersThatCannotBeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> EngineGroup.open(""));
    assertThrows(IllegalArgumentException.class, () -> EngineGroup.open("two words"));
    assertThrows(IllegalArgumentException.class, () -> EngineGroup.open("x", 0));
    assertThrows(IllegalArgumentException.class, () -> EngineGroup.open("x", 65));
  }
}
