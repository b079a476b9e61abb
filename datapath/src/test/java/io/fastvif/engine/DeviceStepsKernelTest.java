package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.lease.DeviceLeases;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceLease;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.PciAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The steps on leases and files, done by an engine; binding drivers needs the lab. */
class DeviceStepsKernelTest {
  private static final PciAddress DEVICE = PciAddress.parse("0000:ff:1f.7");

  @TempDir Path folder;

  private static PlugPlan plan(String vif, Step step, Step undo, Step second, Step secondUndo) {
    return new PlugPlan(
        vif,
        "",
        Action.PLUG,
        List.of(),
        null,
        List.of(PlannedStep.own(step, undo), PlannedStep.own(second, secondUndo)),
        List.of());
  }

  private static PlugResult run(PlugEngine engine, PlugPlan plan) {
    return engine.submit(plan).orElseThrow().toCompletableFuture().join();
  }

  @KernelTest
  void leasesAndFilesAreMadeAndTakenBack() throws Exception {
    Path leases = folder.resolve("leases");
    Path file = folder.resolve("pods/a.json");
    DeviceLease lease = DeviceLease.reserved("a");
    try (PlugEngine engine = PlugEngine.builder().leases(leases).build().start()) {
      assertEquals(Optional.empty(), engine.snapshot().devices().lease(DEVICE));
      assertEquals(Optional.empty(), engine.snapshot().devices().device(DEVICE));
      PlugPlan first =
          plan(
              "a",
              new DeviceStep.DescribeDevice(file, "text\n"),
              new DeviceStep.DescribeDevice(file, null),
              new DeviceStep.LeaseDevice(DEVICE, null, lease),
              new DeviceStep.LeaseDevice(DEVICE, lease, null));
      assertEquals(Outcome.PLUGGED, run(engine, first).outcome());
      assertEquals("text\n", Files.readString(file));
      assertEquals(Optional.of(lease), engine.snapshot().devices().lease(DEVICE));
      assertEquals(Optional.of(lease), new DeviceLeases(leases).read(DEVICE));
      assertEquals(Outcome.UNCHANGED, run(engine, first).outcome());

      Path other = folder.resolve("pods/b.json");
      PlugResult late =
          run(
              engine,
              plan(
                  "b",
                  new DeviceStep.DescribeDevice(other, "b"),
                  new DeviceStep.DescribeDevice(other, null),
                  new DeviceStep.LeaseDevice(DEVICE, null, DeviceLease.reserved("b")),
                  null));
      assertEquals(Outcome.FAILED, late.outcome());
      assertEquals("lease 0000:ff:1f.7 to b", late.failure().step());
      assertEquals("0000:ff:1f.7 is leased to a", late.failure().detail());
      assertEquals(List.of(), late.failure().leftBehind());
      assertFalse(Files.exists(other));
      assertTrue(Files.exists(file));
    }
  }
}
