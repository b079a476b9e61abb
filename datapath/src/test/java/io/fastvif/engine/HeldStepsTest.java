package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.HeldException;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.plan.Step;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OthersLock;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slow steps that need what somebody else has. */
class HeldStepsTest {
  private static final int STEPS = 2 * StepThreads.SLOW;

  @TempDir Path folder;

  private record Quick() implements PluginStep {
    @Override
    public boolean perform() {
      return true;
    }

    @Override
    public boolean undo() {
      return true;
    }
  }

  /** Of a device that nobody lets go. */
  private record Held() implements PluginStep {
    @Override
    public boolean perform() throws IOException {
      throw new HeldException("a guest has it");
    }

    @Override
    public boolean undo() {
      return false;
    }
  }

  private static CompletableFuture<PlugResult> submit(
      PlugEngine engine, String id, PlannedStep step) {
    PlugPlan plan = new PlugPlan(id, id, Action.PLUG, List.of(id), null, List.of(step), List.of());
    return engine.submit(plan).orElseThrow().toCompletableFuture();
  }

  /** Steps that want a lock which another process has keep no slow thread from another step. */
  private static void assertNobodyWaits(PlugEngine engine, OthersLock lock, List<Step> steps)
      throws Exception {
    List<CompletableFuture<PlugResult>> held = new ArrayList<>();
    try (lock) {
      for (Step step : steps) {
        held.add(submit(engine, "held" + held.size(), PlannedStep.own(step, null)));
      }
      CompletableFuture<PlugResult> quick = submit(engine, "quick", new Quick().planned());
      assertEquals(Outcome.PLUGGED, quick.get(60, TimeUnit.SECONDS).outcome());
      assertTrue(held.stream().noneMatch(CompletableFuture::isDone));
    }
    for (CompletableFuture<PlugResult> each : held) {
      assertEquals(Outcome.PLUGGED, each.get(60, TimeUnit.SECONDS).outcome());
    }
  }

  @KernelTest
  void leasesAreChangedWhenTheirLockIsFree() throws Exception {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      PciAddress device = PciAddress.parse("0000:ff:%02x.7".formatted(i));
      steps.add(new DeviceStep.LeaseDevice(device, null, DeviceLease.reserved("held" + i)));
    }
    PlugEngine engine = PlugEngine.builder().leases(folder).build().start();
    assertNobodyWaits(engine, OthersLock.ofFile(folder.resolve("lock")), steps);
    assertTrue(engine.close(Duration.ofSeconds(60)));
  }

  @KernelTest
  void socketsAreRemovedWhenTheFolderIsFree() throws Exception {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      Path socket = folder.resolve("socket" + i);
      try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        left.bind(UnixDomainSocketAddress.of(socket));
      }
      steps.add(new VhostUserSocketStep.RemoveSocket(socket.toString()));
    }
    PlugEngine engine = PlugEngine.builder().build().start();
    assertNobodyWaits(engine, OthersLock.ofFolder(folder), steps);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(0, left.count());
    }
    assertTrue(engine.close(Duration.ofSeconds(60)));
  }

  @Test
  void whatIsHeldWhenTheEngineIsClosedFails() throws Exception {
    PlugEngine engine = PlugEngine.builder().transport(FakeKernel::new).build().start();
    CompletableFuture<PlugResult> held = submit(engine, "held", new Held().planned());
    CompletableFuture<PlugResult> quick = submit(engine, "quick", new Quick().planned());
    assertEquals(Outcome.PLUGGED, quick.get(60, TimeUnit.SECONDS).outcome());
    engine.close(Duration.ofMillis(10));
    PlugFailure failure = held.get(60, TimeUnit.SECONDS).failure();
    assertEquals("a guest has it", failure.detail());
    assertTrue(engine.close(Duration.ofSeconds(60)));
  }
}
