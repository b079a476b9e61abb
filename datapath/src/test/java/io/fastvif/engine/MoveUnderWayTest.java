package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Action;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.plan.SharedBridge;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nobody plans to end a move that is not broken off, but under way. */
class MoveUnderWayTest {
  private static final String MARK = "fastvif-br0-new-i3";

  private final FakeKernel kernel = new FakeKernel();
  private final PlugEngine engine = PlugEngine.builder().transport(() -> kernel).build().start();
  private final CountDownLatch amid = new CountDownLatch(1);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);

  @AfterEach
  void close() {
    mayGoOn.countDown();
    assertTrue(engine.close(Duration.ofMinutes(1)));
  }

  /** Waits in the middle of a move. */
  private record Pause(CountDownLatch amid, CountDownLatch mayGoOn) implements PluginStep {
    @Override
    public boolean perform() throws IOException {
      amid.countDown();
      try {
        return mayGoOn.await(60, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        throw new IOException(interrupted);
      }
    }

    @Override
    public boolean undo() {
      return true;
    }
  }

  private PlugPlan move() {
    PlugPlan tap = TestPlans.tap("mover", "tap-mover", 1450);
    List<PlannedStep> steps = new ArrayList<>(tap.steps());
    steps.add(1, PlannedStep.shared(new NetlinkStep.AddAltname("tap-mover", 0, MARK, true), null));
    steps.add(2, new Pause(amid, mayGoOn).planned());
    steps.add(PlannedStep.shared(new NetlinkStep.DeleteAltname("tap-mover", 0, MARK), null));
    return new PlugPlan(
        "mover",
        tap.name(),
        Action.PLUG,
        tap.devices(),
        new SharedBridge("br0", "eth1"),
        steps,
        List.of());
  }

  @Test
  void thePlanOfAnotherVifIsMadeWhenTheMoveHasEnded() throws Exception {
    CompletableFuture<PlugResult> moved = engine.submit(move()).orElseThrow().toCompletableFuture();
    assertTrue(amid.await(60, TimeUnit.SECONDS));
    CountDownLatch planned = new CountDownLatch(1);
    CompletableFuture<PlugResult> other =
        engine
            .submit(
                "other",
                (host, claims) -> {
                  planned.countDown();
                  return TestPlans.tap("other", "tap-other", 1450);
                })
            .orElseThrow()
            .toCompletableFuture();
    assertFalse(planned.await(200, TimeUnit.MILLISECONDS), "in the middle of the move");
    mayGoOn.countDown();
    assertEquals(Outcome.PLUGGED, moved.get(60, TimeUnit.SECONDS).outcome());
    assertEquals(Outcome.PLUGGED, other.get(60, TimeUnit.SECONDS).outcome());
  }
}
