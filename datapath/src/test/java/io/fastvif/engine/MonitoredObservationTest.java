package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.kernel.HostObservation;
import io.fastvif.engine.kernel.MonitoredObservation;
import io.fastvif.plan.LocalStep;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a monitor that cannot ask makes of a step that was done. */
class MonitoredObservationTest {
  @Test
  void aQuestionThatFailsIsNoFailureOfTheStepThatWasDone() {
    FakeKernel kernel = new FakeKernel();
    try (HostObservation observation = MonitoredObservation.open(kernel)) {
      observation.snapshot();
      long readings = observation.readings();
      assertTrue(readings > 0);
      kernel.indexes =
          () -> {
            throw new SystemCallException("sendmsg", Errno.ENOBUFS, 7);
          };
      observation.performed(
          new LocalStep.CreateTap("tap1", false, false, OptionalInt.empty(), OptionalInt.empty()),
          0);
      observation.snapshot();
      assertEquals(readings + 1, observation.readings(), "everything is read again");
    }
  }
}
