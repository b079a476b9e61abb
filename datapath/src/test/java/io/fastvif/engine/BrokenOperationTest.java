package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.side.LeftAsItIsException;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations that do not say what they are when the engine asks them, or say it wrongly. */
@Timeout(240)
class BrokenOperationTest {
  private static final int BATCH = 4;

  private final FakeKernel kernel = new FakeKernel();
  private final List<Throwable> errors = new CopyOnWriteArrayList<>();
  private final PlugEngine engine =
      PlugEngine.builder()
          .transport(() -> kernel)
          .batchLimit(BATCH)
          .errorHandler(errors::add)
          .build();

  /** One that throws where it says so, but not on the thread that offers it. */
  private static class Broken implements PlugOperation {
    final CompletableFuture<PlugFailure> end = new CompletableFuture<>();
    private final Thread offering = Thread.currentThread();
    private final String vifId;
    private final boolean idThrows;
    private final PlugPlan plan;

    /**
     * @param plan null for one that throws when it is asked for
     */
    Broken(String vifId, boolean idThrows, PlugPlan plan) {
      this.vifId = vifId;
      this.idThrows = idThrows;
      this.plan = plan;
    }

    @Override
    public String vifId() {
      if (idThrows && Thread.currentThread() != offering) {
        throw new LinkageError("no id");
      }
      return vifId;
    }

    @Override
    public PlugPlan plan() {
      if (plan == null) {
        throw new ArithmeticException("no plan");
      }
      return plan;
    }

    @Override
    public void completed(Outcome outcome, PlugFailure failure) {
      assertTrue(end.complete(failure), "completed twice");
    }

    String failureNow() {
      return "" + end.getNow(null);
    }

    String failure() throws Exception {
      return end.get(60, TimeUnit.SECONDS).message();
    }
  }

  private CompletableFuture<PlugResult> plug(String vifId) {
    return engine
        .submit(TestPlans.tap(vifId, "tap-" + vifId, 1450))
        .orElseThrow()
        .toCompletableFuture();
  }

  private void assertWorks(String vifId) throws Exception {
    assertEquals(Outcome.PLUGGED, plug(vifId).get(60, TimeUnit.SECONDS).outcome());
  }

  @Test
  void oneWithoutAnIdFailsAndTheOthersGoOn() throws Exception {
    try (engine) {
      engine.start();
      for (int i = 0; i <= BATCH; i++) {
        Broken broken = new Broken("x", true, TestPlans.tap("x", "tap", 1450));
        assertTrue(engine.offer(broken));
        assertEquals(
            "VIF unknown: not begun: the operation does not say what it is:"
                + " java.lang.LinkageError: no id",
            broken.failure());
      }
      assertWorks("good");
    }
    assertEquals(BATCH + 1, errors.size(), errors::toString);
  }

  @Test
  void oneWithoutAPlanFailsAndTheNextOnItsVifGoesOn() throws Exception {
    try (engine) {
      CompletableFuture<PlugResult> first = plug("a");
      List<Broken> all =
          List.of(
              new Broken("a", false, null),
              new Broken("a", false, null),
              new Broken("b", false, null));
      all.forEach(engine::offer);
      CompletableFuture<PlugResult> last = plug("a");
      engine.start();
      assertEquals(Outcome.PLUGGED, first.get(60, TimeUnit.SECONDS).outcome());
      for (Broken broken : all) {
        assertEquals(
            "VIF "
                + broken.vifId()
                + ": not begun: the operation does not say what it is:"
                + " java.lang.ArithmeticException: no plan",
            broken.failure());
      }
      assertEquals(Outcome.PLUGGED, last.get(60, TimeUnit.SECONDS).outcome());
      assertWorks("b");
    }
  }

  @Test
  void aPlanForAnotherVifIsNotBegun() throws Exception {
    try (engine) {
      engine.start();
      Broken other = new Broken("mine", false, TestPlans.tap("another", "tap0", 1450));
      assertTrue(engine.offer(other));
      assertTrue(other.failure().endsWith("planned for the VIF another"), other::failureNow);
      assertTrue(kernel.links.isEmpty());
      assertWorks("mine");
    }
  }

  /** A step of a plugin's that does as it is told, and cannot say what it is. */
  private record SilentStep(RuntimeException thrown) implements PluginStep {
    @Override
    public boolean perform() {
      throw thrown;
    }

    @Override
    public boolean undo() {
      return true;
    }

    @Override
    public String toString() {
      throw new ArithmeticException("no words");
    }
  }

  private static PlugPlan plan(String vifId, PluginStep step) {
    return new PlugPlan(
        vifId, "", Action.PLUG, List.of(), null, List.of(step.planned()), List.of());
  }

  @Test
  void oneThatThrowsWhenItIsToldWhatWasLeftIsAnsweredAllTheSame() throws Exception {
    PlugPlan plan = plan("told", new SilentStep(new LeftAsItIsException("somebody's")));
    CompletableFuture<Outcome> end = new CompletableFuture<>();
    try (engine) {
      engine.start();
      engine.offer(
          new PlugOperation() {
            @Override
            public PlugPlan plan() {
              return plan;
            }

            @Override
            public void left(String note) {
              throw new ArithmeticException("told of " + note);
            }

            @Override
            public void completed(Outcome outcome, PlugFailure failure) {
              end.complete(outcome);
            }
          });
      assertEquals(Outcome.UNCHANGED, end.get(60, TimeUnit.SECONDS));
      assertWorks("told");
    }
    assertEquals(1, errors.size(), errors::toString);
    assertEquals("told of somebody's", errors.getFirst().getCause().getMessage());
  }

  @Test
  void aStepThatCannotSayWhatItIsFailsAsAnyOther() throws Exception {
    PlugPlan plan =
        plan("silent", new SilentStep(new UncheckedIOException("no", new IOException())));
    try (engine) {
      engine.start();
      PlugFailure failure =
          engine
              .submit(plan)
              .orElseThrow()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS)
              .failure();
      assertEquals(
          "VIF silent: a step of " + SilentStep.class.getName() + ": no", failure.message());
      assertWorks("silent");
    }
  }

  @Test
  void whatIsQueuedBehindOneWithoutAnIdIsAnsweredWhenTheEngineIsClosed() throws Exception {
    Broken broken = new Broken("x", true, TestPlans.tap("x", "tap", 1450));
    engine.offer(broken);
    CompletableFuture<PlugResult> behind = plug("good");
    CountDownLatch closed = new CountDownLatch(1);
    Thread closing =
        new Thread(
            () -> {
              engine.close();
              closed.countDown();
            });
    closing.start();
    assertTrue(closed.await(60, TimeUnit.SECONDS));
    closing.join();
    assertEquals(Outcome.FAILED, behind.get(60, TimeUnit.SECONDS).outcome());
    assertTrue(broken.failure().startsWith("VIF unknown: not begun"), broken::failureNow);
  }
}
