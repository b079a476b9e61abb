package io.fastvif.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.forward.DropReason;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortTotalsTest {
  private final PortTotals totals = new PortTotals();

  @Test
  void whatClosedPortsHaveDoneStillCounts() {
    totals.look(List.of(Reports.of("a", true, 1, 100), Reports.of("b", true, 1, 50)));
    PortTotals.Totals after = totals.look(List.of(Reports.of("b", false, 1, 70)));
    assertEquals(1, after.ports());
    assertEquals(0, after.connected());
    assertEquals(2, after.connections());
    assertEquals(170, after.fromGuest().frames());
    assertEquals(340, after.toGuest().frames());
    assertEquals(17, after.fromGuest().drops().get(DropReason.NO_BUFFERS));
  }

  /** The same VIF, plugged anew between two looks: its port counts from 0. */
  @Test
  void aPortInAnothersPlaceIsAddedToIt() {
    totals.look(List.of(Reports.of("a", true, 1, 100)));
    assertEquals(130, totals.look(List.of(Reports.of("a", true, 1, 30))).fromGuest().frames());
    assertEquals(140, totals.look(List.of(Reports.of("a", true, 1, 40))).fromGuest().frames());
    assertEquals(140, totals.look(List.of()).fromGuest().frames());
  }
}
