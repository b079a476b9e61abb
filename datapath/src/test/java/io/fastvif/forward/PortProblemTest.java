package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What keeps a port from forwarding, of which several of its queues may know something. */
class PortProblemTest {
  @Test
  void whoForwardsAgainTakesBackNoMoreThanItsOwnProblem() {
    Port port = VhostUserPort.toGuest("guest", 2);
    port.problem("queue 0", "the first gives no frames");
    port.problem("queue 1", "the second gives no frames");
    assertEquals("the first gives no frames", port.problem());
    port.problem("queue 0", "");
    assertEquals("the second gives no frames", port.problem());
    port.problem("queue 0", "");
    assertEquals("the second gives no frames", port.problem());
    port.problem("queue 1", "");
    assertEquals("", port.problem());
  }

  @Test
  void nothingTakesTheEndBack() {
    Port port = VhostUserPort.toGuest("guest", 1);
    port.dead("the tap was deleted");
    port.problem("queue 0", "other trouble");
    port.problem("queue 0", "");
    port.dead("again");
    assertTrue(port.isDead());
    assertEquals("the tap was deleted", port.problem());
  }
}
