package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlugPlan;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation goes through all its steps, and ends as the kernel's own would. */
class EngineBenchmarkTest {
  private static final int OFFERS = 3 * Producer.RING;

  private final EngineBenchmark.Engine engine = new EngineBenchmark.Engine();

  @ParameterizedTest
  @EnumSource
  void everyOperationEndsOnceAndAsItShould(EngineOperation operation) {
    engine.operation = operation;
    engine.batchLimit = 512;
    engine.start();
    try {
      Producer producer = new Producer(engine.engine, i -> operation.make(1 + i));
      for (int i = 0; i < OFFERS; i++) {
        EngineBenchmark.untilAccepted(producer);
      }
      producer.check();
      assertEquals(OFFERS, producer.offers());
    } finally {
      engine.close();
    }
  }

  @Test
  void outcomeThatWasNotExpectedIsFound() {
    engine.operation = EngineOperation.PLUG;
    engine.batchLimit = 16;
    engine.start();
    try {
      PlugPlan plan = EngineOperation.PLUG.plan(1);
      Producer producer =
          new Producer(engine.engine, i -> new CountedOperation(plan, Outcome.UNCHANGED));
      EngineBenchmark.untilAccepted(producer);
      assertThrows(IllegalStateException.class, producer::check);
    } finally {
      engine.close();
    }
  }

  @Test
  void plansAreThoseOfTheOperations() {
    PlugPlan plug = EngineOperation.PLUG.plan(3);
    assertEquals(Vifs.name(3), ((NetlinkStep.CreateVeth) plug.steps().get(0).step()).name());
    assertTrue(
        plug.steps().stream()
            .anyMatch(
                planned ->
                    planned.step() instanceof NetlinkStep.ConfigureLink configure
                        && Vifs.BRIDGE.equals(configure.settings().master())
                        && configure.settings().up()));
    DeleteLink delete = (DeleteLink) EngineOperation.UNPLUG.plan(3).steps().get(0).step();
    assertEquals(Vifs.name(3), delete.name());
    assertTrue(delete.index() > 0);
    NetlinkStep.ConfigureLink mtu =
        (NetlinkStep.ConfigureLink) EngineOperation.CONFIGURE.plan(3).steps().get(0).step();
    assertEquals(Vifs.MTU, mtu.settings().mtu());
    assertTrue(mtu.index() > 0);
  }

  @ParameterizedTest
  @EnumSource
  void producersHaveDifferentVifs(EngineOperation operation) {
    // Of two operations on one VIF, only one goes into a batch.
    Set<String> ids = new HashSet<>();
    for (int number = 1; number <= 4 * Producer.RING; number++) {
      ids.add(operation.plan(number).vifId());
    }
    assertEquals(4 * Producer.RING, ids.size());
  }
}
