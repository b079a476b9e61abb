package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FailureKind;
import io.fastvif.netns.Netns;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.plan.PortAssociation;
import io.fastvif.plan.WaitingStep;
import io.fastvif.testing.Await;
import io.fastvif.testing.FakeLldpad;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** Associations that the switch does not answer, and what goes on beside them. */
class UnansweredAssociationTest {
  private static final int WAITS = 2 * StepThreads.SLOW;

  @TempDir Path folder;

  /** A slow step. */
  private record Slow(CountDownLatch released) implements PluginStep {
    @Override
    public boolean perform() throws IOException {
      try {
        return released.await(60, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        throw new IOException(interrupted);
      }
    }

    @Override
    public boolean undo() {
      return true;
    }
  }

  private static CompletableFuture<PlugResult> submit(
      PlugEngine engine, String id, PlannedStep step) {
    PlugPlan plan = new PlugPlan(id, id, Action.PLUG, List.of(id), null, List.of(step), List.of());
    return engine.submit(plan).orElseThrow().toCompletableFuture();
  }

  private static CompletableFuture<PlugResult> associate(
      PlugEngine engine, PortAssociation.Vsi vsi, int seconds) {
    PlannedStep step =
        PlannedStep.own(
            new WaitingStep.AssociatePort(vsi, false, seconds),
            new WaitingStep.DisassociatePort(vsi, seconds));
    return submit(engine, vsi.instance().toString(), step);
  }

  @KernelTest
  void keepNobodyElseWaiting() throws Exception {
    try (FakeLldpad lldpad = new FakeLldpad(folder)) {
      PlugEngine engine = PlugEngine.builder().build().start();
      long begin = System.nanoTime();
      List<CompletableFuture<PlugResult>> waits = new ArrayList<>();
      for (int i = 0; i < WAITS; i++) {
        waits.add(associate(engine, lldpad.vsi(i), 5));
      }
      CompletableFuture<PlugResult> slow =
          submit(engine, "slow", new Slow(new CountDownLatch(0)).planned());
      assertEquals(Outcome.PLUGGED, slow.get(60, TimeUnit.SECONDS).outcome());
      assertTrue(waits.stream().noneMatch(CompletableFuture::isDone));
      for (CompletableFuture<PlugResult> wait : waits) {
        PlugFailure failure = wait.get(60, TimeUnit.SECONDS).failure();
        assertEquals("the switch did not answer in 5 s", failure.detail());
        assertEquals(FailureKind.TIMED_OUT, failure.kind());
        assertEquals(List.of(), failure.leftBehind());
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      assertTrue(millis >= 5000 && millis < 60_000, millis + " ms");
      assertEquals(2 * WAITS, lldpad.requests().size(), "all were asked for, and taken back");
      assertTrue(engine.close(Duration.ofSeconds(60)));
    }
  }

  @KernelTest
  void endInTimeWhateverTheSlowThreadsDo() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    try (FakeLldpad lldpad = new FakeLldpad(folder)) {
      PlugEngine engine = PlugEngine.builder().build().start();
      List<CompletableFuture<PlugResult>> slow = new ArrayList<>();
      for (int i = 0; i <= StepThreads.SLOW; i++) {
        slow.add(submit(engine, "slow" + i, new Slow(released).planned()));
      }
      lldpad.answer(0);
      assertEquals(
          Outcome.PLUGGED,
          associate(engine, lldpad.vsi(1), 60).get(60, TimeUnit.SECONDS).outcome());
      assertTrue(slow.stream().noneMatch(CompletableFuture::isDone));
      released.countDown();
      assertTrue(engine.close(Duration.ofSeconds(60)));
    } finally {
      released.countDown();
    }
  }

  @KernelTest
  void areTakenBackWhenTheEngineIsClosed() throws Exception {
    try (EngineGroup group = EngineGroup.open("closed");
        Netns here = Netns.current();
        FakeLldpad lldpad = new FakeLldpad(folder)) {
      PlugEngine engine = PlugEngine.builder().namespace(here).group(group).build().start();
      List<CompletableFuture<PlugResult>> waits = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waits.add(associate(engine, lldpad.vsi(i), 3600));
      }
      Await.until("they are asked for", () -> lldpad.requests().size() == 3);
      engine.beginClose(Duration.ofMillis(100)); // and nobody waits for the end, to wake it
      for (CompletableFuture<PlugResult> wait : waits) {
        assertEquals(
            "the engine in " + here.name() + " of the group closed was closed meanwhile",
            wait.get(60, TimeUnit.SECONDS).failure().detail());
      }
      Await.until("they are taken back", () -> lldpad.requests().size() == 6);
      assertTrue(engine.close(Duration.ofSeconds(60)));
    }
  }
}
