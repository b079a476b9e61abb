package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.ovs.OvsPlanUnderWay;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.netns.Netns;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.OvsStep;
import io.fastvif.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** What may be asked of an engine before it is started, after it is closed, and from a callback. */
@Timeout(240)
class EngineLifeCycleTest {
  private final FakeKernel kernel = new FakeKernel();

  private PlugEngineBuilder builder() {
    return PlugEngine.builder().transport(() -> kernel);
  }

  private static CompletableFuture<PlugResult> submit(PlugEngine engine, String vif) {
    return engine
        .submit(TestPlans.tap(vif, "tap-" + vif, 1450))
        .orElseThrow()
        .toCompletableFuture();
  }

  @Test
  void snapshotBeforeStartIsRefused() {
    try (PlugEngine engine = builder().build()) {
      assertEquals(
          "the engine was not started",
          assertThrows(IllegalStateException.class, engine::snapshot).getMessage());
    }
  }

  @Test
  void snapshotAfterCloseIsRefused() {
    PlugEngine engine = builder().build().start();
    engine.close();
    assertEquals(
        "the engine is closed",
        assertThrows(IllegalStateException.class, engine::snapshot).getMessage());
  }

  @Test
  void whatAnEngineRefusesNamesItsNamespaceAndItsGroup() throws Exception {
    try (Netns here = Netns.current();
        EngineGroup group = EngineGroup.open("pods")) {
      String alone = "the engine in " + here.name();
      String grouped = alone + " of the group pods";
      assertNames(alone, builder().namespace(here).build());
      assertNames(grouped, builder().namespace(here).group(group).build());
    }
  }

  private static void assertNames(String name, PlugEngine engine) throws Exception {
    assertEquals(
        name + " was not started",
        assertThrows(IllegalStateException.class, engine::snapshot).getMessage());
    CompletableFuture<PlugResult> queued = submit(engine, "vif");
    engine.close();
    assertEquals(
        "VIF vif: not begun: " + name + " was closed before",
        queued.get(60, TimeUnit.SECONDS).failure().message());
    for (Executable call :
        List.<Executable>of(engine::start, engine::snapshot, () -> submit(engine, "vif"))) {
      assertEquals(
          name + " is closed", assertThrows(IllegalStateException.class, call).getMessage());
    }
  }

  @Test
  void anErrorHandlersOwnFaultIsReportedWithTheEnginesName() throws Exception {
    CompletableFuture<String> reported = new CompletableFuture<>();
    ThreadGroup threads =
        new ThreadGroup("reports") {
          @Override
          public void uncaughtException(Thread thread, Throwable thrown) {
            reported.complete(thread.getName());
          }
        };
    Thread run =
        new Thread(
            threads,
            () -> {
              try (EngineGroup group = EngineGroup.open("pods");
                  PlugEngine engine =
                      builder()
                          .group(group)
                          .callbacks(
                              callback -> {
                                throw new RejectedExecutionException("shut down");
                              })
                          .errorHandler(
                              thrown -> {
                                throw new AssertionError("a handler's own fault");
                              })
                          .build()) {
                submit(engine.start(), "vif").thenApply(PlugResult::outcome).join();
              }
            });
    run.start();
    assertEquals(
        "fastvif-pods-1, the engine of the group pods", reported.get(60, TimeUnit.SECONDS));
    run.join();
  }

  @Test
  void closeBeforeStartFailsWhatIsQueued() throws Exception {
    PlugEngine engine = builder().build();
    CompletableFuture<PlugResult> queued = submit(engine, "vif");
    assertTrue(engine.close(Duration.ofMinutes(1)));
    assertEquals(Outcome.FAILED, queued.get(60, TimeUnit.SECONDS).outcome());
    assertEquals(
        "the engine is closed",
        assertThrows(IllegalStateException.class, engine::start).getMessage());
    assertThrows(IllegalStateException.class, engine::onStart);
    assertThrows(IllegalStateException.class, engine::snapshot);
    assertEquals(
        "the engine is closed",
        assertThrows(IllegalStateException.class, engine::statistics).getMessage());
  }

  @Test
  void startAfterCloseIsRefused() {
    PlugEngine engine = builder().build().start();
    engine.close();
    assertThrows(IllegalStateException.class, engine::start);
  }

  @Test
  void aFailedStartFailsWhatIsQueued() throws Exception {
    PlugEngine engine =
        PlugEngine.builder()
            .transport(
                () -> {
                  throw new NoClassDefFoundError("no such class");
                })
            .build();
    CompletableFuture<PlugResult> queued = submit(engine, "vif");
    assertThrows(IllegalStateException.class, engine::start);
    assertEquals(Outcome.FAILED, queued.get(60, TimeUnit.SECONDS).outcome());
  }

  @Test
  void queueCapacityIsAtLeastOne() {
    for (int capacity : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertEquals(
          "queueCapacity: " + capacity + ": expected 1 to 1073741824",
          assertThrows(IllegalArgumentException.class, () -> builder().queueCapacity(capacity))
              .getMessage());
    }
    try (PlugEngine engine = builder().queueCapacity(1).build().start()) {
      assertEquals(Outcome.PLUGGED, submit(engine, "vif").join().outcome());
    }
  }

  @Test
  void aCallbackMayWaitForAnotherOperation() throws Exception {
    try (PlugEngine engine = builder().build().start()) {
      List<CompletableFuture<Outcome>> nested = new CopyOnWriteArrayList<>();
      for (int i = 0; i < 50; i++) {
        int number = i;
        nested.add(
            submit(engine, "outer" + i)
                .thenApply(outer -> submit(engine, "inner" + number).join().outcome()));
      }
      for (CompletableFuture<Outcome> each : nested) {
        assertEquals(Outcome.PLUGGED, each.get(60, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void callbacksRunWhereTheCallerWants() throws Exception {
    try (PlugEngine engine = builder().build()) {
      CompletableFuture<String> byDefault =
          submit(engine, "vif").thenApply(result -> Thread.currentThread().getName());
      engine.start();
      assertNotEquals("fastvif-engine", byDefault.get(60, TimeUnit.SECONDS));
    }
    try (PlugEngine engine = builder().callbacks(Runnable::run).build()) {
      CompletableFuture<String> atOnce =
          submit(engine, "other").thenApply(result -> Thread.currentThread().getName());
      engine.start();
      assertEquals("fastvif-engine", atOnce.get(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void anExecutorThatRefusesKeepsNobodyWaiting() throws Exception {
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    try (PlugEngine engine =
        builder()
            .callbacks(
                callback -> {
                  throw new RejectedExecutionException("shut down");
                })
            .errorHandler(errors::add)
            .build()
            .start()) {
      assertEquals(
          Outcome.PLUGGED,
          submit(engine, "vif").thenApply(PlugResult::outcome).get(60, TimeUnit.SECONDS));
    }
    assertEquals(1, errors.size());
  }

  /** A stage that somebody waits for on its own need not be completed by a callback's thread. */
  @Test
  void whoWaitsIsToldWithoutCallbacks() throws Exception {
    CountDownLatch waits = new CountDownLatch(1);
    AtomicInteger callbacks = new AtomicInteger();
    kernel.taps = name -> ExecutorFixture.await(waits);
    try (PlugEngine engine =
        builder()
            .callbacks(
                callback -> {
                  callbacks.incrementAndGet();
                  callback.run();
                })
            .build()
            .start()) {
      CompletableFuture<PlugResult> plug = submit(engine, "vif");
      Thread waiting = new Thread(plug::join);
      waiting.start();
      Await.until("the caller's wait", () -> waiting.getState() == Thread.State.WAITING);
      waits.countDown();
      waiting.join();
      assertTrue(plug.isDone());
      assertEquals(Outcome.PLUGGED, plug.join().outcome());
      assertEquals(0, callbacks.get());
    }
  }

  @Test
  void whoWaitsIsToldWhenSomebodyElseCompletesTheStage() throws Exception {
    try (PlugEngine engine = builder().build()) { // never started: nothing is answered
      CompletableFuture<PlugResult> late = submit(engine, "a").orTimeout(1, TimeUnit.MILLISECONDS);
      assertInstanceOf(
          TimeoutException.class, assertThrows(CompletionException.class, late::join).getCause());
      CompletableFuture<PlugResult> cancelled = submit(engine, "b");
      Thread waiting = new Thread(() -> assertThrows(CancellationException.class, cancelled::join));
      waiting.start();
      Await.until("the caller's wait", () -> waiting.getState() == Thread.State.WAITING);
      assertTrue(cancelled.cancel(true));
      waiting.join();
      assertThrows(TimeoutException.class, () -> submit(engine, "c").get(1, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void anErrorHandlerThatThrowsDoesNotEndTheEngine() throws Exception {
    try (PlugEngine engine =
        builder()
            .errorHandler(
                thrown -> {
                  throw new AssertionError("a handler's own fault");
                })
            .build()
            .start()) {
      kernel.broken = new IllegalStateException("the kernel does not answer");
      assertEquals(Outcome.FAILED, submit(engine, "a").get(60, TimeUnit.SECONDS).outcome());
      kernel.broken = null;
      assertEquals(Outcome.PLUGGED, submit(engine, "b").get(60, TimeUnit.SECONDS).outcome());
    }
  }

  @Test
  void anEngineThatCannotCloseItsPartsStillAnswers() throws Exception {
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    PlugEngine engine =
        builder().ovs(wake -> new UncloseableOvs()).errorHandler(errors::add).build().start();
    assertFalse(engine.snapshot().ovs().isKnown()); // it is made by that
    CompletableFuture<PlugResult> submitted = submit(engine, "vif");
    assertTrue(engine.close(Duration.ofMinutes(1)));
    assertTrue(submitted.get(60, TimeUnit.SECONDS).outcome() == Outcome.PLUGGED);
    assertTrue(kernel.closed);
    assertFalse(errors.isEmpty());
  }

  /** Open vSwitch's side fails as it is given up. */
  private static final class UncloseableOvs implements OvsTransport {
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
      return false;
    }

    @Override
    public OvsSnapshot snapshot() {
      return OvsSnapshot.UNKNOWN;
    }

    @Override
    public void close() {
      throw new AssertionError("cannot be closed");
    }
  }
}
