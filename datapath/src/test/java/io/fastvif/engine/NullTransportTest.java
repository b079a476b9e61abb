package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.kernel.NullTransport;
import io.fastvif.engine.kernel.RoundChanges;
import io.fastvif.engine.kernel.StepEncoder;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlugPlan;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine without a kernel does all but the system calls. */
@Timeout(240)
class NullTransportTest {
  private static final int VIFS = 3000;

  @Test
  void plansGoThroughAllTheirStepsAndNothingIsPlugged() throws Exception {
    List<CompletableFuture<PlugResult>> results = new ArrayList<>();
    try (PlugEngine engine = PlugEngine.builder().withoutKernel().build().start()) {
      for (int i = 0; i < VIFS; i++) {
        PlugPlan plan =
            i % 2 == 0
                ? TestPlans.bridged("vif" + i, "nulltap" + i, "nullbridge", 1450)
                : TestPlans.delete("vif" + i, "nulltap" + i, 7, 0);
        results.add(engine.submit(plan).orElseThrow().toCompletableFuture());
      }
      for (int i = 0; i < VIFS; i++) {
        PlugResult result = results.get(i).join();
        assertEquals(i % 2 == 0 ? Outcome.PLUGGED : Outcome.UNPLUGGED, result.outcome());
        assertNull(result.failure());
      }
      assertTrue(engine.snapshot().links().isEmpty());
    }
    assertNull(NetworkInterface.getByName("nullbridge"));
    assertNull(NetworkInterface.getByName("nulltap0"));
  }

  @Test
  void everyMessageIsAcknowledgedWithItsNumber() {
    try (NullTransport transport = new NullTransport()) {
      StepEncoder steps = new StepEncoder(transport, new RoundChanges());
      PlanExecution plan = new PlanExecution();
      List<Integer> sent = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        PlugPlan tap = TestPlans.tap("vif", "nulltap", 1450);
        assertEquals(1, steps.encode(plan, (NetlinkStep) tap.steps().get(1).step()));
        sent.add(steps.sequence());
      }
      List<Integer> answered = new ArrayList<>();
      transport.exchange(
          (sequence, errno, message) -> {
            assertEquals(0, errno);
            answered.add(sequence);
          });
      assertEquals(sent, answered);
    }
  }
}
